"""What the law forbids one person to do twice in one case, judged inside the step."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import canonical
from engine.organisation.authorization import Breach, ProposedAct, judge, qualifies
from engine.organisation.duties import handlers
from engine.organisation.model import Actor, Person, PostHeld
from engine.organisation.roles import LANE_ROLES, NOT_OF_A_POST, role_name, roles_of_rank

COMPLETE = ProposedAct("Complete")
ALL_ROLES = tuple(role.code for role in LANE_ROLES if role.code not in NOT_OF_A_POST)


def officer(login: str = "li", *roles: str, unit: str = "cg") -> Actor:
    return Actor.officer(Person(login, f"{login}某"), [PostHeld(f"{unit}.all", unit, roles or ALL_ROLES)])


def item(role: str | None = "handler", act: str = "", **more: Any) -> dict[str, Any]:
    return {"role": role, "act": act, "unit": "cg", "assignee": None, "candidates": None, **more}


def done(person: str, role: str, act: str = "") -> dict[str, Any]:
    return {"act": act, "role": role, "person": person, "date": "2026-01-26", "element": "Task"}


def rule(breach: Breach | None) -> str | None:
    return breach and breach.rule


@pytest.mark.parametrize(
    ("role", "act", "broken"),
    [
        ("hearing-chair", "hear", "SOD-1"),
        ("head-of-organ", "decide", "SOD-2"),
        ("head-of-organ", "", "SOD-2"),
        ("government-leader", "extend", "SOD-2"),
        ("section-head", "not-open", "SOD-2"),
        ("section-head", "approve", "SOD-2"),
        ("legal-reviewer", "", "SOD-3"),
        ("section-head", "legal-review", "SOD-3"),
        ("supervisor", "supervise", "SOD-S"),
    ],
)
@pytest.mark.parametrize("past", [done("li", "handler"), done("li", "section-head", "examine"),
                                  done("li", "window", "investigate")])  # fmt: skip
def test_a_handler_of_the_case_may_not_also(role: str, act: str, broken: str, past: dict[str, Any]) -> None:
    breach = judge(COMPLETE, officer(), [past], item(role, act))
    assert breach is not None
    assert (breach.rule, breach.void) == (broken, True)
    assert "li某" in breach.sentence_zh
    assert breach.sentence_en.startswith("Expected ")
    assert breach.basis
    canonical.dumps(breach.as_data())


@pytest.mark.parametrize(
    ("role", "act", "broken"),
    [
        ("hearing-chair", "hear", "SOD-1"),
        ("head-of-organ", "decide", "SOD-2"),
        ("legal-reviewer", "", "SOD-3"),
    ],
)
def test_the_duties_exclude_each_other_in_either_order(role: str, act: str, broken: str) -> None:
    assert rule(judge(COMPLETE, officer(), [done("li", role, act)], item("handler", "investigate"))) == broken


@pytest.mark.parametrize("role", ["hearing-chair", "head-of-organ", "legal-reviewer", "supervisor"])
def test_another_person_may_do_what_the_handler_may_not(role: str) -> None:
    history = [done("wang", "handler", "investigate"), done("zhou", "section-head", "examine")]
    assert judge(COMPLETE, officer(), history, item(role)) is None


def test_one_handler_may_go_on_handling_serving_and_archiving() -> None:
    history = [done("li", "handler", "examine")]
    for role in ("handler", "window", "section-head", "server", "archivist", "hearing-clerk"):
        assert judge(COMPLETE, officer(), history, item(role)) is None


def test_a_handler_may_decide_on_the_spot_in_his_own_lane() -> None:
    history = [done("li", "handler", "investigate")]
    assert judge(COMPLETE, officer(), history, item("handler", "decide")) is None


def test_a_supervisor_may_not_take_part_in_the_case_later_and_a_clerk_not_supervise_it() -> None:
    assert rule(judge(COMPLETE, officer(), [done("li", "supervisor")], item("server"))) == "SOD-S"
    assert rule(judge(COMPLETE, officer(), [done("li", "archivist")], item("supervisor"))) == "SOD-S"
    assert judge(COMPLETE, officer(), [done("li", "supervisor")], item("supervisor")) is None


def test_the_head_may_approve_the_extension_and_decide_the_same_case() -> None:
    extension = ProposedAct("Complete", "extend", approver="机关负责人")
    assert judge(extension, officer(), [], item("head-of-organ", "extend")) is None
    assert (
        judge(COMPLETE, officer(), [done("li", "head-of-organ", "extend")], item("head-of-organ", "decide"))
        is None
    )


def test_whoever_has_been_withdrawn_does_nothing_more_in_the_case() -> None:
    act = ProposedAct("Claim", recused=("li", "wang"))
    breach = judge(act, officer(), [], item("server"))
    assert breach is not None
    assert (breach.rule, breach.basis) == ("SOD-5", "《行政处罚法》第四十三条")
    assert judge(act, officer("zhou"), [], item("server")) is None


def test_an_item_that_somebody_has_claimed_is_completed_by_that_person_alone() -> None:
    assert rule(judge(COMPLETE, officer(), [], item(assignee="wang"))) == "ASSIGNEE"
    assert judge(COMPLETE, officer(), [], item(assignee="li")) is None


def test_the_role_counts_only_in_the_unit_of_the_item() -> None:
    assert rule(judge(COMPLETE, officer("li", "handler", unit="other"), [], item())) == "ROLE"
    assert rule(judge(COMPLETE, officer("li", "server"), [], item())) == "ROLE"
    assert judge(COMPLETE, officer("li", "handler"), [], item()) is None


def test_any_of_several_posts_qualifies() -> None:
    posts = [PostHeld("a", "other", ("window",)), PostHeld("b", "cg", ("handler",))]
    assert judge(COMPLETE, Actor.officer(Person("li", "李"), posts), [], item()) is None


def test_an_item_without_a_role_goes_to_any_officer_of_the_unit() -> None:
    assert judge(COMPLETE, officer("li", "archivist"), [], item(None)) is None
    assert rule(judge(COMPLETE, officer("li", "archivist", unit="other"), [], item(None))) == "ROLE"


@pytest.mark.parametrize(
    ("candidates", "fits"),
    [
        ({"persons": ["li"], "posts": []}, True),
        ({"persons": ["wang"], "posts": []}, False),
        ({"persons": [], "posts": ["far.all"]}, True),
        ({"persons": [], "posts": ["cg.all"]}, False),
        ({"persons": ["wang"], "posts": ["far.all"]}, True),
        ({"persons": [], "posts": []}, False),
        (["li"], True),
        (["wang"], False),
        (None, False),
    ],
)
def test_named_candidates_stand_for_the_role(candidates: object, fits: bool) -> None:
    actor = officer("li", "server", unit="far")
    assert qualifies(actor, item(candidates=candidates)) is fits
    assert (judge(COMPLETE, actor, [], item(candidates=candidates)) is None) is fits


def test_a_candidate_group_may_be_a_role_in_the_unit_of_the_item() -> None:
    group = {"persons": [], "posts": ["server"]}
    assert qualifies(officer("li", "server"), item(candidates=group))
    assert not qualifies(officer("li", "server", unit="far"), item(candidates=group))


def test_a_named_candidate_is_still_bound_by_the_separation_of_duties() -> None:
    named = item("head-of-organ", "decide", candidates={"persons": ["li"]})
    assert rule(judge(COMPLETE, officer(), [done("li", "handler")], named)) == "SOD-2"


@pytest.mark.parametrize(
    ("approver", "role", "fits"),
    [
        ("机关负责人", "head-of-organ", True),
        ("head-of-organ", "head-of-organ", True),
        ("机关负责人", "section-head", False),
        ("本级人民政府负责人", "government-leader", True),
        ("本级人民政府负责人", "head-of-organ", False),
        ("公开机构负责人", "section-head", True),
        ("天王老子", "head-of-organ", False),
    ],
)
def test_an_approval_needs_the_rank_the_law_names(approver: str, role: str, fits: bool) -> None:
    act = ProposedAct("Complete", "extend", approver, "《行政许可法》第四十二条")
    breach = judge(act, officer("li", role), [], item(role, "extend"))
    assert rule(breach) == (None if fits else "RANK")
    if breach:
        assert breach.basis == "《行政许可法》第四十二条"


def test_the_rank_counts_in_the_unit_of_the_item() -> None:
    posts = [PostHeld("a", "cg", ("section-head",)), PostHeld("b", "other", ("head-of-organ",))]
    act = ProposedAct("Complete", "extend", "机关负责人")
    assert rule(judge(act, Actor.officer(Person("li", "李"), posts), [], item("section-head"))) == "RANK"


def test_a_party_fills_what_the_applicant_owes_and_the_window_may_enter_it_for_him() -> None:
    party = Actor.party("张先生", "N-1")
    assert judge(COMPLETE, party, [], item("applicant")) is None
    assert rule(judge(COMPLETE, party, [], item("handler"))) == "ROLE"
    assert rule(judge(COMPLETE, party, [], item(None))) == "ROLE"
    assert judge(COMPLETE, officer("li", "window"), [], item("applicant")) is None
    assert rule(judge(COMPLETE, officer("li", "handler"), [], item("applicant"))) == "ROLE"


def test_the_system_breaks_no_rule_on_persons() -> None:
    assert judge(COMPLETE, Actor.system(), [done("", "handler")], item("head-of-organ")) is None


def test_handlers_are_the_persons_of_handling_acts_and_nobody_else() -> None:
    history = [done("a", "handler"), done("b", "window", "examine"), done("c", "server"), done("", "handler")]
    assert handlers(history) == {"a", "b"}


def test_names_of_roles_and_ranks_are_known_in_both_languages() -> None:
    assert (role_name("handler"), role_name("handler", "en")) == ("承办人", "Case handler")
    assert role_name("no-such-role") == "no-such-role"
    assert roles_of_rank("nobody") == frozenset()


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(ALL_ROLES), st.sampled_from(["", "decide"]))),
    st.sampled_from(ALL_ROLES),
)
def test_whoever_is_let_through_never_ends_up_with_two_duties_that_exclude_each_other(
    acts: list[tuple[str, str, str]], role: str
) -> None:
    # Let people act one after another, keeping only what is not refused.
    history: list[dict[str, Any]] = []
    for person, wanted, act in [*acts, ("a", role, "")]:
        if judge(COMPLETE, officer(person), history, item(wanted, act)) is None:
            history.append(done(person, wanted, act))
    for person in "abc":
        mine = {past["role"] for past in history if past["person"] == person}
        assert not {"handler", "hearing-chair"} <= mine
        assert not {"handler", "legal-reviewer"} <= mine
        assert not {"handler", "head-of-organ"} <= mine
        assert "supervisor" not in mine or mine == {"supervisor"}
