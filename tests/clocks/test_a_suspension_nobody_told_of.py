"""A step that the law leaves out of the period, entered without telling the applicant how long it takes.

Real: the runtime, the shipped law, calendar and supervision tables. Not real: the procedure, a bare file.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from diagrams import diagram
from founded import runtime_over

from engine import audit
from engine.casework import clocks, founding, patrol
from engine.definitions.bundles import Bundle
from engine.organisation.model import Actor
from engine.periods import due
from engine.records import journal
from timers.laboratory import Laboratory

FIRST = date(2026, 3, 2)
TOLD = '<zeebe:property name="banjie.period.told" value="=today() + duration(&quot;P9D&quot;)"/>'
TESTED = """
    <startEvent id="start"/>
    <subProcess id="work" name="审查">
      <extensionElements><zeebe:properties>
        <zeebe:property name="banjie.period" value="xk.decision"/>
      </zeebe:properties></extensionElements>
      <startEvent id="begin"/>
      <userTask id="test" name="鉴定">
        <extensionElements><zeebe:userTask/><zeebe:properties>
          <zeebe:property name="banjie.period.suspends" value="xk.decision"/>
          <zeebe:property name="banjie.period.kind" value="鉴定"/>{told}
        </zeebe:properties></extensionElements>
      </userTask>
      <userTask id="rest" name="决定"><extensionElements><zeebe:userTask/></extensionElements></userTask>
      <endEvent id="ready"/>
      begin -> test
      test -> rest
      rest -> ready
    </subProcess>
    <endEvent id="done"/>
    start -> work
    work -> done
"""
ITEM = (
    '[[item]]\ncode = "T-1"\nprocedure = "tested"\nunits = ["shinan.cg"]\nstatus = "active"\n'
    '[item.name]\nzh = "件"\nen = "Item"\n'
)


@pytest.fixture
def lab(founded_sqlite_url: str) -> Iterator[Laboratory]:
    made = Laboratory(*runtime_over(founded_sqlite_url, FIRST), 1)
    with made.runtime.store.reading() as connection:
        made.runtime.shelf.refresh(connection)
        shipped = made.runtime.shelf.bundle(connection, made.runtime.shelf.newest("catalogue", "catalogue"))
    files = {**shipped.files, "tested.toml": ITEM.encode()}
    founding.deploy(made.runtime, Bundle("package", "tested", {"tested.bpmn": drawn("")}), Actor.system())
    founding.deploy(made.runtime, Bundle("catalogue", "catalogue", files), Actor.system())
    yield made
    made.runtime.store.close()


def drawn(told: str) -> bytes:
    return diagram(TESTED.format(told=told), process="tested")


def lived(lab: Laboratory) -> tuple[int, list[tuple[str, str]], date]:
    """A case whose test takes a week: its number, the cards, and the day its period ends."""
    lab.at(FIRST)
    case_id = lab.receive("T-1", "shinan.cg", {}, channel="window").case_id
    lab.at(date(2026, 3, 9))
    lab.complete(case_id, "test")
    case = lab.case(case_id)
    with lab.runtime.store.reading() as connection:
        calendar = lab.runtime.calendar(connection)
        entries = list(journal.read(connection, journal.case_stream(case_id)))
        assert audit.replay(connection, lab.runtime.shelf, lab.runtime.settings, entries).conforms
    assert patrol.patrol_case(lab.runtime, case_id, lab.clock.now()) == []
    cards = [(str(card["rule"]), str(card["level"])) for card in case.cards]
    return case_id, cards, due(clocks.ledger_of(case, 1), calendar).day


def test_it_stops_the_clock_and_gives_a_card_and_one_that_was_told_gives_none(lab: Laboratory) -> None:
    case_id, cards, last = lived(lab)
    assert (cards, last) == ([("A7", "Y")], date(2026, 4, 7))
    with lab.runtime.store.reading() as connection:
        entries = journal.read(connection, journal.case_stream(case_id))
        issued = [event.data for entry in entries for event in entry.events if event.type == "CardIssued"]
    assert issued[0]["sentence"]["zh"] == "“鉴定”所需时间没有书面告知当事人"
    founding.deploy(lab.runtime, Bundle("package", "tested", {"tested.bpmn": drawn(TOLD)}), Actor.system())
    _, cards, again = lived(lab)
    assert (cards, again) == ([], last)
