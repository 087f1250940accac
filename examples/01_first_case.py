"""Story 1: a first case. 张建国 asks to move his household registration to his daughter's (落户-投靠子女).

Run by a newcomer, `python examples/01_first_case.py`, and by the tests. Everything happens in a laboratory:
the real runtime over a database of its own, with a clock that we move. Nothing is left behind.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from engine import audit, periods
from engine.audit import narrative
from engine.casework import clocks
from engine.records import journal
from timers.laboratory import Laboratory, of_its_own

ITEM, STATION = "HJ-LH-0004", "shinan.ga.zs"
ZHANG = {"applicant_name": "张建国", "applicant_id": "11010519491231002X", "phone": "13800001234"}


def waiting(city: Laboratory, case_id: int) -> None:
    """Say what waits for whom, and until when the authority has to decide."""
    case = city.case(case_id)
    for item in case.items.values():
        print(f"   {city.today}  waits: {item['name']} for a {item['role']} of {item['unit']}")


def due(city: Laboratory, case_id: int, rule: str) -> date:
    """The day on which a period of the case ends; always derived from its ledger, never stored by hand."""
    case = city.case(case_id)
    number = max(number for number, row in case.periods.items() if row["id"] == rule)
    with city.runtime.store.reading() as connection:
        return periods.due(clocks.ledger_of(case, number), city.runtime.calendar(connection)).day


def main() -> None:
    """Tell the story."""
    with of_its_own(date(2026, 1, 26), seed=1) as city:
        tell(city)


def tell(city: Laboratory) -> None:
    """What happens, from the window to the auditor."""
    print("1. The window of the police station (派出所) takes the application.\n")
    outcome = city.receive(ITEM, STATION, ZHANG, channel="window")
    case_id = outcome.case_id
    print(f"   number (受理编号) {outcome.number}; the query code (查询码) is printed on the receipt once,")
    print("   the database keeps only its hash")
    waiting(city, case_id)

    print(
        "\n2. The materials are complete; both sign the statement (《办理户口责任书》). Now the clock runs.\n"
    )
    city.complete(case_id, "review", review_outcome="complete")
    city.complete(case_id, "sign_statement")
    print(f"   20 working days from {city.today} end on {due(city, case_id, 'hj.decide')}:")
    print("   Spring Festival (春节) does not count, the make-up Saturday (调休上班) does")

    print("\n3. The case goes from hand to hand.\n")
    for day, element, given in STEPS:
        city.at(day)
        city.complete(case_id, element, **given)
        waiting(city, case_id)
    print(f"   the applicant has to be told by {due(city, case_id, 'hj.notice')}")
    city.complete(case_id, "tell_approved")
    city.send(case_id, "arrival")
    case = city.case(case_id)
    print(f"   {city.today}  the case is concluded (办结): {case.outcome}")
    print(f"   documents (文书): {', '.join(document['kind'] for document in case.documents)}")

    print("\n4. What the auditor reads.\n")
    prove(city, case_id)


STEPS: tuple[tuple[date, str, dict[str, Any]], ...] = (
    (date(2026, 2, 3), "investigate", {}),
    (date(2026, 2, 4), "station_opinion", {}),
    (date(2026, 2, 10), "district_review", {"district_opinion": "agree"}),
    (date(2026, 2, 28), "decide", {"outcome": "approved"}),
)


def prove(city: Laboratory, case_id: int) -> None:
    """Read the case aloud, check what is stored, decide everything again."""
    runtime = city.runtime
    with runtime.store.reading() as connection:
        entries = list(journal.read(connection, journal.case_stream(case_id)))
        row = runtime.load(connection, case_id)
        checks = audit.verify_case(connection, case_id, row._mapping)
        verdict = audit.replay(connection, runtime.shelf, runtime.settings, entries)
    for line in narrative.tell(audit.steps(entries), runtime.settings.zone, "en"):
        print(f"   {line}")
    held = sum(check.holds for check in checks)
    print(f"\n   verify: {held} of {len(checks)} checks hold")
    print(f"   replay: {verdict.sentence()}")


if __name__ == "__main__":
    main()
