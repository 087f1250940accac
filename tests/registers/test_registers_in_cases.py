"""What one procedure writes back is what the next one finds: licences and penalties know of each other."""

from __future__ import annotations

from typing import Any

import pytest
from register_desk import DAY, ID, LICENCE, Desk, licensed, punished

from engine import audit
from engine.audit import verify
from engine.definitions import packages
from engine.definitions.bundles import Bundle
from engine.errors import IllegalDefinition, Malformed
from engine.records import journal, registers
from engine.records.shared_tables import register_row


@pytest.fixture
def desk(laboratory: Any) -> Desk:
    return Desk(laboratory(DAY))


def waiting(desk: Desk, case_id: int) -> list[str]:
    return [item["element"] for item in desk.laboratory.case(case_id).items.values()]


def test_a_licence_is_the_base_of_a_penalty_and_the_penalty_a_fact_of_the_next_licence(desk: Desk) -> None:
    licensed(desk, "证0001")
    fined = punished(desk, "证0001", "罚0001")
    second = licensed(desk, "证0002")

    assert desk.variables(fined)["licence"]["holder_id"] == ID
    assert desk.variables(fined)["revoked"]["state"] == "revoked"
    (past,) = desk.variables(second)["past"]
    assert (past["key"], past["amount"], past["decided_on"]) == ("罚0001", 300, "2026-03-02")


def test_what_was_read_is_recorded_so_that_a_replay_asks_no_register(desk: Desk) -> None:
    licensed(desk, "证0001")
    case_id = punished(desk, "证0001", "罚0001")
    runtime = desk.runtime
    with runtime.store.writing() as connection:
        connection.execute(register_row.delete())

    with runtime.store.reading() as connection:
        entries = journal.read(connection, journal.case_stream(case_id))
        verdict = audit.replay(connection, runtime.shelf, runtime.settings, entries)

    assert verdict.conforms, verdict.sentence()


def test_a_licence_whose_day_has_passed_is_told_as_expired(desk: Desk) -> None:
    licensed(desk, "证0001", valid_to="2026-03-01")
    licensed(desk, "证0002", valid_to="2026-03-02")

    assert desk.variables(punished(desk, "证0001", "罚0001"))["licence"]["state"] == "expired"
    assert desk.variables(punished(desk, "证0002", "罚0002"))["licence"]["state"] == "valid"


def test_a_change_of_a_row_that_is_not_there_goes_the_way_of_the_error(desk: Desk) -> None:
    licensed(desk, "证0001")

    assert waiting(desk, punished(desk, "证0001", "罚0001", revoked="证0404")) == ["by_hand"]
    assert waiting(desk, punished(desk, "证0001", "罚0002")) == ["keep"]


def test_a_penalty_against_nobody_is_no_row_but_an_incident(desk: Desk) -> None:
    case_id = punished(desk, "证0404", "罚0001")

    (incident,) = desk.laboratory.case(case_id).incidents.values()
    assert incident["element"] == "record"
    assert desk.row("penalties", "罚0001") is None


def test_a_revoked_licence_does_not_come_to_life_again(desk: Desk) -> None:
    licensed(desk, "证0001")
    punished(desk, "证0001", "罚0001")

    again = licensed(desk, "证0001")

    assert desk.laboratory.case(again).incidents
    assert desk.row("licences", "证0001").data["state"] == "revoked"


def test_every_write_is_an_entry_and_the_rows_can_be_laid_anew_from_them(desk: Desk) -> None:
    licensed(desk, "证0001")
    punished(desk, "证0001", "罚0001")
    runtime = desk.runtime
    with runtime.store.writing() as connection:
        before = list(registers.every(connection, "licences"))
        entries = registers.history(connection, "licences", "证0001")
        done = registers.rebuild(runtime.store, connection, "licences")
        after = list(registers.every(connection, "licences"))
        found = registers.find(connection, "licences", {"state": ["revoked"]})
        stale = registers.find(connection, "licences", {"state": ["valid"]})

    assert [entry.events[0].data["row"]["state"] for entry in entries] == ["valid", "revoked"]
    assert done == 2
    assert before == after == found
    assert stale == []
    with runtime.store.reading() as connection:
        checks = verify.verify_stream(connection, registers.stream("licences"))
    assert all(check.holds for check in checks)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"state": "valid"}, "kind"),
        ({"kind": "证", "holder": "甲", "state": "lost"}, "state"),
        ({"kind": "证", "holder": "甲", "state": "valid", "colour": "red"}, "colour"),
        ({"kind": "证", "holder": "甲", "state": "valid", "valid_to": "31.12.2026"}, "valid_to"),
    ],
)
def test_a_row_that_is_not_what_the_register_holds_is_refused(
    desk: Desk, row: dict[str, Any], said: str
) -> None:
    shelf = desk.runtime.shelf
    with desk.runtime.store.reading() as connection:
        book = shelf.registers(connection, shelf.newest("registers", "registers"))

    with pytest.raises(Malformed) as refused:
        book.of("licences").checked(row)

    assert any(said in finding.where for finding in refused.value.findings)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (b'[registers]\nwrites = ["licences"]\n', "penalties"),
        (b'[registers]\nreads = ["penalties", "tax"]\nwrites = ["licences"]\n', "tax"),
        (b"", "[registers] reads"),
    ],
)
def test_a_procedure_uses_the_registers_it_declares_and_no_others(facts: bytes, said: str) -> None:
    bundle = Bundle("package", "give", {"give.bpmn": LICENCE, "procedure.toml": facts})

    with pytest.raises(IllegalDefinition) as refused:
        packages.read(bundle)

    assert said in " ".join(finding.sentence for finding in refused.value.findings)
    assert {finding.rule for finding in refused.value.findings} == {"package.registers"}
