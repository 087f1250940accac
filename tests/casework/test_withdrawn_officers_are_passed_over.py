"""Whoever has withdrawn (回避) from a case is not chosen for its work, not even by made-up people."""

from __future__ import annotations

from datetime import date

from founded import MakeLaboratory

DAY = date(2026, 3, 2)


def test_a_withdrawn_officer_is_never_chosen_again(laboratory: MakeLaboratory) -> None:
    lab = laboratory(DAY)
    for _ in range(4):
        case_id = lab.receive("XK-SR-0035", "shinan.cg", {}).case_id
        lab.complete(case_id, "review", review_outcome="ok")
        lab.complete(case_id, "accept")
        lab.send(case_id, "recusal_asked", recusal_of="承办人", recusal_reason="近亲属")
        (item,) = (row for row in lab.case(case_id).items.values() if row["element"] == "examine")
        officer = lab._holder(lab.case(case_id), item).person
        lab.complete(case_id, "decide_recusal", recusal_accepted=True, recused_person=officer)

        chosen = {lab._holder(lab.case(case_id), item).person for _ in range(6)}

        assert officer not in chosen
