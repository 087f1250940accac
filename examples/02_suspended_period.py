"""Story 2: a suspended period. An expert review (专家评审) stops the clock of a licence; then it runs on.

Run by a newcomer, `python examples/02_suspended_period.py`, and by the tests. The figures are not in this
file: they stand in `processes/law/xuke.toml`, the diagram points at them, and the ledger explains itself.
"""

from __future__ import annotations

from datetime import date

from engine import periods
from engine.casework import clocks
from engine.errors import ActBlocked
from engine.periods import Explanation
from timers.laboratory import Laboratory, of_its_own

ITEM, BUREAU = "XK-SR-0035", "shinan.cg"


def explained(city: Laboratory, case_id: int) -> Explanation:
    """Why the period of the decision (行政许可决定) ends when it does, as of today."""
    case = city.case(case_id)
    number = max(number for number, row in case.periods.items() if row["id"] == "xk.decision")
    with city.runtime.store.reading() as connection:
        calendar = city.runtime.calendar(connection)
    return periods.explain(clocks.ledger_of(case, number), calendar, as_of=city.today)


def main() -> None:
    """Tell the story."""
    with of_its_own(date(2026, 3, 2), seed=7) as city:
        tell(city)


def tell(city: Laboratory) -> None:
    """What happens, from the application to the day that was counted."""
    print("1. A shop asks for a licence for a large outdoor advertisement (大型户外广告设置许可).\n")
    case_id = city.receive(ITEM, BUREAU, {"applicant_type": "person"}, channel="window").case_id
    city.complete(case_id, "review", review_outcome="ok")
    city.complete(case_id, "accept")
    print(f"   accepted (受理) on {city.today}; the decision is due on {explained(city, case_id).due.day}")

    print("\n2. On 3 March the handler asks for an expert review. The law does not count its days.\n")
    city.at(date(2026, 3, 3))
    needs = {"needed_steps": ["special"], "special_kind": "专家评审", "special_days": 10}
    city.complete(case_id, "examine", can_decide_now=False, marked_major=True, **needs)
    while "name_step" in {item["element"] for item in city.case(case_id).items.values()}:
        city.complete(case_id, "name_step", special_kind="专家评审", special_days=10)
    print(f"   suspended (中止): {explained(city, case_id).due.suspended}")

    print("\n3. On 17 March the experts have spoken: the clock runs on.\n")
    city.at(date(2026, 3, 17))
    city.complete(case_id, "enter_result", special_result="pass")
    print(f"   resumed (恢复); the decision is due on {explained(city, case_id).due.day}")

    print("\n4. The head of the organ (机关负责人) grants ten more days, once.\n")
    city.at(date(2026, 3, 18))
    city.send(case_id, "extension_requested", extension_days=10)
    city.complete(case_id, "approve_extension", extension_approved=True, extension_days=10)
    print(f"   extended (延长); the decision is due on {explained(city, case_id).due.day}")
    second_extension(city, case_id)

    print("\n5. Why that day? Count along.\n")
    for line in explained(city, case_id).text("en").splitlines():
        print(f"   {line}")


def second_extension(city: Laboratory, case_id: int) -> None:
    """What the law allows once it does not allow twice: the act is void, the attempt is recorded."""
    city.at(date(2026, 3, 20))
    city.send(case_id, "extension_requested", extension_days=5)
    try:
        city.complete(case_id, "approve_extension", extension_approved=True, extension_days=5)
    except ActBlocked as refusal:
        card = city.case(case_id).cards[-1]
        print(f"   a second extension is refused: {refusal.sentence}")
        print(f"   card (督察卡) {card['rule']} {card['level']} for {card['person']}")


if __name__ == "__main__":
    main()
