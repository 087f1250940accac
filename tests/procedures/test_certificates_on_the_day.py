"""A certificate that runs out, or is withdrawn, while a case is under way stops its holder that very day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from penalising import LIU, assigned, faults, lived, resumed
from penalising import ZHANG as ZHANG_FOR_YEARS

from engine.casework import commands, registers
from engine.errors import ActBlocked
from engine.organisation.model import Actor
from timers.laboratory import Laboratory

DAY = date(2026, 3, 10)
CASE = 1
LAST_DAY = "2026-03-12"
ZHANG = {**ZHANG_FOR_YEARS, "valid_to": LAST_DAY}


@pytest.fixture(scope="module")
def before(founded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """On 10 March 2026 two officers have shown valid certificates, and work waits for one of them; the
    certificate of one ends two days later."""
    own = tmp_path_factory.mktemp("certificates") / "before.db"
    return lived(founded_sqlite, own, DAY, assigned, officers=(ZHANG, LIU))


@pytest.fixture
def city(before: Path, tmp_path: Path) -> Iterator[Laboratory]:
    with resumed(before, tmp_path / "certificates.db", DAY) as laboratory:
        yield laboratory


def key_of(city: Laboratory) -> int:
    (key,) = city.case(CASE).items
    return key


def completes(city: Laboratory, login: str) -> Any:
    """The officer takes the work that waits, if nobody has, and does it."""
    key, actor = key_of(city), city.runtime.directory.actor(login)
    if city.case(CASE).items[key]["status"] == "offered":
        city.runtime.handle(commands.Claim(case_id=CASE, key=key), actor)
    form = city.case(CASE).items[key]["form"]
    variables = city._fill(city.case(CASE), form, {})
    command = commands.Complete(case_id=CASE, key=key, variables=variables)
    return city.runtime.handle(command, actor)


def test_on_its_last_day_a_certificate_still_counts(city: Laboratory) -> None:
    city.at(date.fromisoformat(LAST_DAY), 10)

    completes(city, "zhangwei")

    assert [card for card in city.case(CASE).cards if card["rule"] == "SOD-4"] == []
    assert faults(city, CASE) == []


def test_the_day_after_the_act_is_refused_and_the_attempt_is_written_down(city: Laboratory) -> None:
    city.at(date(2026, 3, 13), 10)
    key = key_of(city)

    with pytest.raises(ActBlocked, match="张伟的执法证件鲁B370201当日无效"):
        completes(city, "zhangwei")

    assert key_of(city) == key, "the work still waits"
    [card] = [card for card in city.case(CASE).cards if card["rule"] == "SOD-4"]
    assert (card["person"], card["level"]) == ("zhangwei", "R")
    assert faults(city, CASE) == []


def test_another_officer_goes_on(city: Laboratory) -> None:
    city.at(date(2026, 3, 13), 10)
    key = key_of(city)

    completes(city, "liuyang")

    assert key not in city.case(CASE).items
    assert faults(city, CASE) == []


def test_a_certificate_renewed_meanwhile_counts_though_the_file_still_tells_the_old_one(
    city: Laboratory,
) -> None:
    city.at(date(2026, 3, 13), 10)
    with pytest.raises(ActBlocked):
        completes(city, "zhangwei")
    registers.bring(city.runtime, "officers", [{**ZHANG, "valid_to": "2031-12-31"}], Actor.system())
    city.at(date(2026, 3, 13), 11)

    completes(city, "zhangwei")

    assert faults(city, CASE) == []


def test_a_certificate_withdrawn_meanwhile_counts_no_more(city: Laboratory) -> None:
    registers.bring(city.runtime, "officers", [{**ZHANG, "state": "revoked"}], Actor.system())
    city.at(date(2026, 3, 11), 10)

    with pytest.raises(ActBlocked, match="当日无效"):
        completes(city, "zhangwei")

    assert faults(city, CASE) == []
