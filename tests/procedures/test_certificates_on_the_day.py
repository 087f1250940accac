"""A certificate that runs out, or is withdrawn, while a case is under way stops its holder that very day."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from founded import runtime_over

from engine import audit
from engine.casework import commands, registers
from engine.errors import ActBlocked
from engine.organisation.model import Actor
from engine.records import journal
from engine.records.tables import case as case_table
from timers.laboratory import Laboratory

LEAD = {
    "lead_source": "patrol", "lead_description": "擅自设置户外广告", "item_code": "advertising",
    "act_on": "2026-03-05", "party_type": "enterprise", "party_name": "琴岛广告有限公司",
    "party_id": "91350100M000100Y43", "phone": "13800001234",
    "officer1_cert": "鲁B370201", "officer2_cert": "鲁B370202",
}  # fmt: skip
LAST_DAY = "2026-03-12"
ROW = {"valid_from": "2024-01-01", "fields": ["城市管理"], "state": "valid"}
ZHANG = {**ROW, "key": "鲁B370201", "name": "张伟", "person": "zhangwei", "valid_to": LAST_DAY}
LIU = {**ROW, "key": "鲁B370202", "name": "刘洋", "person": "liuyang", "valid_to": "2028-12-31"}


@pytest.fixture
def city(founded_sqlite: Path, tmp_path: Path) -> Iterator[Laboratory]:
    """A founded city on 10 March 2026; the certificate of one of two officers ends two days later."""
    url = f"sqlite:///{shutil.copyfile(founded_sqlite, tmp_path / 'certificates.db')}"
    with Laboratory(*runtime_over(url, date(2026, 3, 10)), 3) as laboratory:
        registers.bring(laboratory.runtime, "officers", [ZHANG, LIU], Actor.system())
        yield laboratory


@pytest.fixture
def case_id(city: Laboratory) -> int:
    """A case whose two officers have shown valid certificates, with work that waits for one of them."""
    made = city.receive("CF-CG-0001", "shinan.cg", LEAD, channel="window").case_id
    city.complete(made, "check", check_finding="open")
    city.complete(made, "open_case", open_approved=True)
    city.complete(made, "assign", **LEAD)
    return made


def key_of(city: Laboratory, case_id: int) -> int:
    (key,) = city.case(case_id).items
    return key


def completes(city: Laboratory, case_id: int, login: str) -> Any:
    """The officer takes the work that waits, if nobody has, and does it."""
    key, actor = key_of(city, case_id), city.runtime.directory.actor(login)
    if city.case(case_id).items[key]["status"] == "offered":
        city.runtime.handle(commands.Claim(case_id=case_id, key=key), actor)
    form = city.case(case_id).items[key]["form"]
    variables = city._fill(city.case(case_id), form, {})
    command = commands.Complete(case_id=case_id, key=key, variables=variables)
    return city.runtime.handle(command, actor)


def faults(city: Laboratory, case_id: int) -> list[str]:
    with city.runtime.store.reading() as connection:
        row = connection.execute(case_table.select().where(case_table.c.case_id == case_id)).one()
        checks = audit.verify_case(connection, case_id, row._mapping)
        entries = journal.read(connection, journal.case_stream(case_id))
        verdict = audit.replay(connection, city.runtime.shelf, city.runtime.settings, entries)
    return [check.detail for check in checks if not check.holds] + [verdict.sentence()] * (
        not verdict.conforms
    )


def test_on_its_last_day_a_certificate_still_counts(city: Laboratory, case_id: int) -> None:
    city.at(date.fromisoformat(LAST_DAY), 10)

    completes(city, case_id, "zhangwei")

    assert [card for card in city.case(case_id).cards if card["rule"] == "SOD-4"] == []
    assert faults(city, case_id) == []


def test_the_day_after_the_act_is_refused_and_the_attempt_is_written_down(
    city: Laboratory, case_id: int
) -> None:
    city.at(date(2026, 3, 13), 10)
    key = key_of(city, case_id)

    with pytest.raises(ActBlocked, match="张伟的执法证件鲁B370201当日无效"):
        completes(city, case_id, "zhangwei")

    assert key_of(city, case_id) == key, "the work still waits"
    [card] = [card for card in city.case(case_id).cards if card["rule"] == "SOD-4"]
    assert (card["person"], card["level"]) == ("zhangwei", "R")
    assert faults(city, case_id) == []


def test_another_officer_goes_on(city: Laboratory, case_id: int) -> None:
    city.at(date(2026, 3, 13), 10)
    key = key_of(city, case_id)

    completes(city, case_id, "liuyang")

    assert key not in city.case(case_id).items
    assert faults(city, case_id) == []


def test_a_certificate_renewed_meanwhile_counts_though_the_file_still_tells_the_old_one(
    city: Laboratory, case_id: int
) -> None:
    city.at(date(2026, 3, 13), 10)
    with pytest.raises(ActBlocked):
        completes(city, case_id, "zhangwei")
    registers.bring(city.runtime, "officers", [{**ZHANG, "valid_to": "2031-12-31"}], Actor.system())
    city.at(date(2026, 3, 13), 11)

    completes(city, case_id, "zhangwei")

    assert faults(city, case_id) == []


def test_a_certificate_withdrawn_meanwhile_counts_no_more(city: Laboratory, case_id: int) -> None:
    registers.bring(city.runtime, "officers", [{**ZHANG, "state": "revoked"}], Actor.system())
    city.at(date(2026, 3, 11), 10)

    with pytest.raises(ActBlocked, match="当日无效"):
        completes(city, case_id, "zhangwei")

    assert faults(city, case_id) == []
