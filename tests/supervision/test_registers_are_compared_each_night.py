"""Every night the registers are held against each other; officers see that there is something to look at."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from founded import runtime_over

from engine.casework import nights, patterns, registers
from engine.casework.runtime import Runtime
from engine.organisation.model import Actor

NO_TAX, TRADING = "91350100M000100Y43", "91370200163562681G"


def compared(runtime: Runtime) -> list[tuple[str, str]]:
    found = patterns.patterns(runtime, runtime.clock.now())
    return [(one.key, one.sentence) for one in found if one.kind == "register"]


def test_firms_without_tax_registration_and_deregistered_ones_that_trade_are_found_each_night(
    founded_sqlite: Path, tmp_path: Path
) -> None:
    runtime, _clock = runtime_over(f"sqlite:///{shutil.copyfile(founded_sqlite, tmp_path / 'night.db')}")
    assert compared(runtime) == []

    firm = {"kind": "enterprise", "registered_on": "2020-01-06"}
    subjects = [
        {"key": NO_TAX, "name": "琴岛甲公司", "state": "active", **firm},
        {
            "key": TRADING,
            "name": "琴岛乙公司",
            "state": "deregistered",
            "deregistered_on": "2021-03-01",
            **firm,
        },
    ]
    registers.bring(runtime, "subjects", subjects, Actor.system())
    declared = {"key": TRADING, "state": "active", "declared_on": "2021-05-01"}
    registers.bring(runtime, "tax", [declared], Actor.system())

    found = compared(runtime)
    assert [key for key, _ in found] == ["check:F17-1:1", "check:F17-2:1"]
    assert not any(NO_TAX in sentence or "琴岛" in sentence for _, sentence in found)

    nights.write(runtime, 0, patterns.patterns(runtime, runtime.clock.now()), "n", salt=secrets.token_hex(16))
    with runtime.store.reading() as connection:
        (night,) = nights.newest(connection)
    assert [one["key"] for one in night.found] == ["check:F17-1:1", "check:F17-2:1"]
    runtime.store.close()
