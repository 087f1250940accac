"""A completed work item costs one commit and at most eight statements beside its audit reads."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from sqlalchemy import event

from engine.casework.commands import Claim, Complete

ITEM, UNIT = "XK-SR-0035", "shinan.cg"
BUDGET = 8


def test_every_completed_work_item_of_a_licence_stays_within_the_budget(laboratory: Any) -> None:
    lab = laboratory(date(2026, 9, 10))
    case_id = lab.receive(ITEM, UNIT, {"applicant_type": "person"}, channel="window").case_id
    answers = {
        "review": {"review_outcome": "ok"},
        "examine": {"can_decide_now": False, "marked_major": False, "needed_steps": ["inspection"]},
        "section_review": {"section_opinion": "agree"},
        "decide": {"outcome": "approved"},
    }
    engine = lab.runtime.store.engine
    costs: dict[str, tuple[int, int]] = {}
    for element in ("review", "accept", "examine", "inspect", "section_review", "decide"):
        case = lab.case(case_id)
        key, item = next((k, i) for k, i in case.items.items() if i["element"] == element)
        actor = lab._holder(case, item)
        variables = lab._fill(case, item["form"], answers.get(element, {}))
        lab.runtime.handle(Claim(case_id=case_id, key=key), actor)
        counted: Counter[str] = Counter()
        event.listen(engine, "before_cursor_execute", lambda *a, c=counted: _count(c, a[2]))
        event.listen(engine, "commit", lambda connection, c=counted: c.update(["commit"]))
        lab.runtime.handle(Complete(case_id=case_id, key=key, variables=variables), actor)
        costs[element] = (counted["statement"], counted["commit"])
        engine.dispatch.before_cursor_execute.clear()
        lab.heartbeat.beat()

    assert {element: cost for element, cost in costs.items() if cost[0] > BUDGET or cost[1] != 1} == {}, costs


def _count(counted: Counter[str], statement: str) -> None:
    # Opening and ending the transaction are no statements of the step; SQLite sends them as text.
    if not statement.upper().startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
        counted["statement"] += 1
