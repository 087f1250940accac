"""Adaptors bring rows in, officers look with a purpose, registers are held against each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from register_desk import DAY, ID, Desk, licensed, punished

from engine.casework import registers
from engine.definitions import registers as definitions
from engine.errors import IllegalDefinition, Malformed, NotAuthorised, NotFound
from engine.records import journal
from engine.records import registers as kept

FIRM = "91350100M000100Y43"
OTHER = "91370202MA3ABCDE0X"
ROW = {
    "key": FIRM,
    "name": "琴岛广告有限公司",
    "kind": "enterprise",
    "state": "active",
    "registered_on": "2020-05-06",
}


@pytest.fixture
def desk(laboratory: Any) -> Desk:
    return Desk(laboratory(DAY))


def bring(desk: Desk, register: str, *rows: Mapping[str, Any], by: str = "weigang") -> registers.Brought:
    return registers.bring(desk.runtime, register, rows, desk.runtime.directory.actor(by))


def found(desk: Desk, check_id: str) -> list[str]:
    """The keys a comparison finds today."""
    runtime = desk.runtime
    with runtime.store.reading() as connection:
        (check,) = [one for one in registers.book(runtime, connection).checks if one.id == check_id]
        return [one.row.key for one in registers.compare(runtime, connection, check)]


def test_what_an_adaptor_sends_twice_is_written_once(desk: Desk) -> None:
    assert bring(desk, "subjects", ROW) == registers.Brought(1, 0)
    assert bring(desk, "subjects", ROW) == registers.Brought(0, 1)
    assert bring(desk, "subjects", {**ROW, "state": "deregistered"}) == registers.Brought(1, 0)

    with desk.runtime.store.reading() as connection:
        entries = kept.history(connection, "subjects", FIRM)
    assert [entry.events[0].data["row"]["state"] for entry in entries] == ["active", "deregistered"]
    assert entries[0].actor["person"] == "weigang"


def test_one_faulty_row_keeps_the_whole_delivery_out(desk: Desk) -> None:
    with pytest.raises(Malformed) as refused:
        bring(desk, "subjects", ROW, {**ROW, "key": OTHER, "state": "asleep"}, {**ROW, "key": ""})

    assert [finding.line for finding in refused.value.findings] == [2, 3]
    assert desk.row("subjects", FIRM) is None


def test_only_an_operator_fills_registers_and_only_those_there_are(desk: Desk) -> None:
    with pytest.raises(NotAuthorised):
        bring(desk, "subjects", ROW, by="wangli")
    with pytest.raises(NotFound):
        bring(desk, "secrets", ROW)


def test_a_sheet_is_typed_by_the_schema_of_its_register(desk: Desk) -> None:
    with desk.runtime.store.reading() as connection:
        book = registers.book(desk.runtime, connection)
    row = book.of("officers").typed(
        {"key": "鲁B1", "name": "张伟", "fields": "市容; 广告", "lawyer": "是", "area": ""}
    )

    assert row == {"key": "鲁B1", "name": "张伟", "fields": ["市容", "广告"], "lawyer": True}


def test_an_officer_looks_with_a_purpose_and_the_reading_is_recorded(desk: Desk) -> None:
    licensed(desk, "证0001")
    runtime, actor = desk.runtime, desk.runtime.directory.actor("zhangwei")

    register, by_holder = registers.look(runtime, actor, "licences", ID, "核对持证人")
    _, by_number = registers.look(runtime, actor, "licences", " 证0001 ", "核对证照")
    _, nothing = registers.look(runtime, actor, "licences", "证0404", "核对证照")

    assert register.id == "licences"
    assert [row.key for row in by_holder] == [row.key for row in by_number] == ["证0001"]
    assert nothing == []
    with runtime.store.reading() as connection:
        entries = list(journal.read(connection, kept.access_stream("licences")))
    assert [entry.events[0].data["asked"] for entry in entries] == [ID, "证0001", "证0404"]
    assert entries[0].events[0].data["purpose"] == "核对持证人"


def test_whoever_has_no_part_in_a_register_does_not_look(desk: Desk) -> None:
    runtime = desk.runtime

    with pytest.raises(NotAuthorised):
        registers.look(runtime, runtime.directory.actor("shenlan"), "licences", ID, "好奇")
    with pytest.raises(Malformed):
        registers.look(runtime, runtime.directory.actor("zhangwei"), "licences", ID, "  ")
    with runtime.store.reading() as connection:
        assert journal.last(connection, kept.access_stream("licences"))[0] == 0


def test_a_firm_without_tax_registration_is_found_once_its_first_month_is_over(desk: Desk) -> None:
    bring(desk, "subjects", ROW, {**ROW, "key": OTHER, "registered_on": "2026-02-20"})

    assert found(desk, "F17-1") == [FIRM]

    bring(desk, "tax", {"key": FIRM, "name": "琴岛广告有限公司", "state": "active"})
    assert found(desk, "F17-1") == []


@pytest.mark.parametrize(
    ("declared", "finds"), [("2025-11-30", []), ("2025-12-02", [FIRM])], ids=["before", "after"]
)
def test_a_firm_that_declares_tax_after_it_was_deregistered_is_found(
    desk: Desk, declared: str, finds: list[str]
) -> None:
    bring(desk, "subjects", {**ROW, "state": "deregistered", "deregistered_on": "2025-12-01"})
    bring(desk, "tax", {"key": FIRM, "state": "active", "declared_on": declared})

    assert found(desk, "F17-2") == finds


def test_a_licence_of_somebody_who_is_no_more_is_found_until_it_is_revoked(desk: Desk) -> None:
    licensed(desk, "证0001")
    bring(desk, "subjects", {"key": ID, "name": "周婷", "kind": "person", "state": "dead"})

    assert found(desk, "F16-1") == [ID]

    punished(desk, "证0001", "罚0001")
    assert found(desk, "F16-1") == []


SCHEMA = b'{"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}'
GOOD = """
[[register]]
id = "dogs"
source = "procedures"
readers = ["window"]
name = "犬只"
key = "犬牌号"
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace('"procedures"', '"rumour"'), "source"),
        (GOOD.replace('id = "dogs"', ""), "id"),
        (GOOD + 'index = ["colour"]', "colour"),
        (GOOD + 'expires = "until"', "until"),
        (GOOD + GOOD, "twice"),
        (GOOD.replace("dogs", "cats"), "cats.schema.json"),
        (GOOD + '[[check]]\nid = "C"\nname = "x"\nover = "cats"\nfinds = "=true"', "cats"),
        (GOOD + '[[check]]\nid = "C"\nname = "x"\nover = "dogs"\nfinds = "=count("', "FEEL"),
        (GOOD + '[[check]]\nid = "C"\nover = "dogs"\nfinds = "=true"', "name"),
        ("register = 1", "[[register]]"),
        ("[[register", "TOML"),
    ],
)
def test_a_faulty_book_of_registers_is_refused_with_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(IllegalDefinition) as refused:
        definitions.read({"registers.toml": text.encode(), "dogs.schema.json": SCHEMA})

    told = " ".join([refused.value.sentence, *(f"{f.where} {f.sentence}" for f in refused.value.findings)])
    assert said in told or said == "FEEL"


def test_a_book_of_one_register_is_read() -> None:
    book = definitions.read({"registers.toml": GOOD.encode(), "dogs.schema.json": SCHEMA})

    assert book.of("dogs").title("en") == "犬只"
    with pytest.raises(NotFound):
        book.of("cats")
