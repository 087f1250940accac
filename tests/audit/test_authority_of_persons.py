"""Whoever acted could act that day: checks 8, 15 and 16, each made to fail by a forged record.

The forger writes entries with right hashes; only the streams of the organisation and of the officers tell.
"""

from __future__ import annotations

import json
from typing import Any

from engine.audit.authority import Authority
from engine.audit.past import OFFICERS, ORGANISATION, Past

POST = {"post": "a.handler", "unit": "a", "roles": ["handler"]}
HEAD = {"post": "a.head", "unit": "a", "roles": ["head-of-organ"]}
MARCH, JUNE = "2026-03-02T02:00:00.000Z", "2026-06-01T02:00:00.000Z"


def change(what: str, **data: Any) -> dict[str, Any]:
    return {"what": what, "change": "added", "data": data}


def holding(login: str, post: str, until: str | None = None) -> dict[str, Any]:
    return change("holding", login=login, post=post, valid_from="2020-01-01", valid_to=until)


CITY = [
    change("post", code="a.handler", unit="a", roles=["handler"]),
    change("post", code="a.head", unit="a", roles=["head-of-organ"]),
    *(change("person", login=login, name=login, active=True) for login in ("li", "wu")),
    holding("li", "a.handler"),
    holding("wu", "a.head", "2026-04-30"),
]


def certificate(until: str, person: str = "li", key: str = "B1") -> dict[str, Any]:
    row = {"person": person, "valid_from": "2020-01-01", "valid_to": until, "state": "valid"}
    return {"register": "officers", "key": key, "row": row}


def past(*certificates: dict[str, Any], changes: tuple[tuple[str, dict[str, Any]], ...] = ()) -> Past:
    told = [(ORGANISATION, "2026-01-01T00:00:00.000Z", one) for one in CITY]
    told += [(ORGANISATION, moment, one) for moment, one in changes]
    told += [(OFFICERS, "2026-01-01T00:00:00.000Z", one) for one in certificates]
    return Past(told)


def officer(login: str, *posts: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "officer", "person": login, "name": login, **posts[0], "posts": list(posts), "case": ""}


LI, WU = officer("li", POST), officer("wu", HEAD)
SYSTEM = {"kind": "system", "person": "", "name": "系统", "posts": []}


def entry(
    actor: dict[str, Any],
    *events: tuple[str, dict[str, Any]],
    at: str = MARCH,
    command: str = "Complete",
    marking: str = "m",
) -> dict[str, Any]:
    told = [{"type": kind, "data": data} for kind, data in events]
    head = {"actor": actor, "moment": at, "events": told, "marking": marking, "command": {"type": command}}
    return {"stream": "case:1", "head": json.dumps(head), "payload": json.dumps({"events": told})}


def found(told: Past, *entries: dict[str, Any]) -> list[tuple[int, str]]:
    case = Authority(told)
    faults = [fault for one in entries for fault in case.take(one)]
    return [(check, sentence.format(**parts)) for check, (sentence, parts) in faults]


def offered(key: int, role: str, act: str = "", **more: Any) -> tuple[str, dict[str, Any]]:
    return "WorkItemOffered", {"instance": key, "element": "e", "role": role, "act": act, "scope": 1, **more}


def claimed(key: int, person: str) -> tuple[str, dict[str, Any]]:
    return "WorkItemClaimed", {"key": key, "person": person, "element": "e"}


def done(key: int, person: str, role: str, act: str = "", **data: Any) -> tuple[str, dict[str, Any]]:
    told = {"key": key, "person": person, "element": "e", "role": role, "act": act, "data": data}
    return "WorkItemCompleted", told


def act(person: str, role: str, name: str = "investigate") -> tuple[str, dict[str, Any]]:
    return "ActRecorded", {"act": name, "role": role, "person": person, "element": "e"}


OPENED = ("CaseReceived", {"unit": "a"})
BEGUN = entry(SYSTEM, OPENED, offered(5, "handler", "investigate"), offered(6, "head-of-organ", "decide"))
HANDLED = entry(LI, claimed(5, "li"), done(5, "li", "handler"), act("li", "handler"))


def looked_up(key: int, number: str, row: dict[str, Any] | None) -> dict[str, Any]:
    job = {"instance": key, "headers": {"register": "officers"}, "input": {"key": number}}
    return entry(SYSTEM, ("JobCreated", job), ("JobCompleted", {"key": key, "result": {"row": row}}))


def test_whoever_holds_the_post_may_act() -> None:
    assert found(past(), BEGUN, HANDLED, entry(WU, claimed(6, "wu"), done(6, "wu", "head-of-organ"))) == []


def test_a_post_that_ended_before_is_named_with_what_was_held() -> None:
    late = entry(WU, claimed(6, "wu"), at=JUNE)

    assert found(past(), BEGUN, late) == [
        (15, "Expected wu to hold the post a.head on 2026-06-01, but held then: –")
    ]


def test_an_actor_whose_post_was_made_to_give_more_is_found() -> None:
    forged = officer("li", {**POST, "roles": ["handler", "head-of-organ"]})

    [(check, sentence)] = found(past(), BEGUN, entry(forged, claimed(6, "li")))

    assert check == 15
    assert "a.handler" in sentence
    assert "a: handler, head-of-organ" in sentence


def test_a_person_nobody_knows_is_found() -> None:
    assert "xu to be an active person" in found(past(), BEGUN, entry(officer("xu", POST)))[0][1]


def test_a_person_who_was_made_inactive_is_found_from_then_on_and_not_before() -> None:
    gone = past(changes=((MARCH, change("person", login="li", name="li", active=False)),))

    assert found(gone, entry(LI, at="2026-03-01T02:00:00.000Z")) == []
    assert "li to be an active person" in found(gone, entry(LI, at="2026-03-03T02:00:00.000Z"))[0][1]


def test_a_right_that_was_read_at_the_door_counts_for_the_entry_written_just_after() -> None:
    left = past(changes=((MARCH, change("person", login="li", name="li", active=False)),))

    assert found(left, entry(LI, at="2026-03-02T02:00:30.000Z")) == []


def test_work_of_another_role_is_found() -> None:
    assert found(past(), BEGUN, entry(LI, claimed(6, "li"))) == [
        (15, "Expected head-of-organ of a for e, but li is none")
    ]


def test_a_decision_by_whoever_handled_the_case_is_found() -> None:
    both = officer("li", POST, HEAD)
    told = past(changes=((MARCH, holding("li", "a.head")),))

    assert found(told, BEGUN, HANDLED, entry(both, claimed(6, "li"))) == [
        (15, "Expected SOD-2 to be kept at e, but li breaks it")
    ]


def test_whoever_was_withdrawn_takes_no_further_part() -> None:
    withdrawn = entry(WU, ("VariableSet", {"scope": 1, "name": "recused", "value": ["li"]}))

    assert "SOD-5" in found(past(), BEGUN, withdrawn, entry(LI, claimed(5, "li")))[0][1]


def test_work_that_another_had_taken_is_found() -> None:
    taken = entry(LI, claimed(5, "li"))
    forged = entry(LI, done(5, "zhao", "handler"))

    assert [check for check, _ in found(past(), BEGUN, taken, forged)] == [15, 15]


def test_a_command_of_operators_by_somebody_else_is_found() -> None:
    assert found(past(), entry(LI, command="Terminate")) == [
        (15, "Expected the role operator for Terminate, but li has it not")
    ]


REFUSED = ("ActRefused", {"key": 6, "rules": ["SOD-2"]})


def test_an_act_that_was_refused_and_done_anyway_is_found() -> None:
    refusal = entry(LI, REFUSED)
    anyway = entry(LI, claimed(6, "li"), done(6, "li", "head-of-organ"))

    assert (8, "Expected e not to be done by li, who was refused, but it was") in found(
        past(), BEGUN, HANDLED, refusal, anyway
    )


def test_an_act_that_was_refused_and_is_done_by_another_is_right() -> None:
    by_another = entry(WU, claimed(6, "wu"), done(6, "wu", "head-of-organ"))

    assert found(past(), BEGUN, HANDLED, entry(LI, REFUSED), by_another) == []


def test_a_refusal_that_moved_the_case_is_found() -> None:
    moved = entry(LI, REFUSED, marking="other")

    assert found(past(), BEGUN, moved) == [(8, "Expected the marking before the refusal, but it has changed")]
    assert found(past(), BEGUN, entry(LI, REFUSED, claimed(5, "li")))[0][0] == 8


def test_a_card_that_blocks_without_a_refusal_is_found() -> None:
    card = ("CardIssued", {"blocked": True, "table": "t"})

    assert [check for check, _ in found(past(), BEGUN, entry(LI, card))] == [8]


def test_an_officer_whose_certificate_has_run_out_is_found_on_the_day_of_the_act() -> None:
    told = certificate("2026-04-30")
    shown = looked_up(9, "B1", {**told["row"], "key": "B1"})
    late = entry(LI, claimed(5, "li"), done(5, "li", "handler"), act("li", "handler"), at=JUNE)

    assert found(past(told), BEGUN, shown, HANDLED) == []
    assert found(past(told), BEGUN, shown, late) == [
        (
            16,
            "Expected li to hold a valid certificate on 2026-06-01 for e, but B1 was "
            "valid 2020-01-01/2026-04-30",
        )
    ]


def test_a_certificate_the_case_was_told_otherwise_of_is_found() -> None:
    forged = {**certificate("2030-12-31")["row"], "key": "B1"}

    [(check, sentence)] = found(past(certificate("2026-01-31")), BEGUN, looked_up(9, "B1", forged))

    assert check == 16
    assert "B1" in sentence
    assert found(past(), BEGUN, looked_up(9, "B1", forged))[0][0] == 16


def penalised(*certificates: dict[str, Any]) -> list[tuple[int, str]]:
    """What is found of a penalty that rests on the certificates of the register."""
    shown = [
        looked_up(number, one["key"], {**one["row"], "key": one["key"]})
        for number, one in enumerate(certificates, start=9)
    ]
    decided = entry(WU, claimed(6, "wu"), done(6, "wu", "head-of-organ", "decide", decision="penalise"))
    return found(past(*certificates), BEGUN, *shown, decided)


def test_a_penalty_rests_on_two_valid_certificates() -> None:
    first, second = certificate("2030-12-31"), certificate("2030-12-31", "xu", "B2")

    assert penalised(first, second) == []
    assert [check for check, _ in penalised(first, first)] == [16]
    assert [check for check, _ in penalised(first, certificate("2026-01-31", "xu", "B2"))] == [16]


def test_what_was_disposed_of_is_held_against_nobody() -> None:
    gone = Past([(ORGANISATION, MARCH, None), (OFFICERS, MARCH, None)])
    forged = {**certificate("2030-12-31")["row"], "key": "B1"}

    assert found(gone, BEGUN, HANDLED, looked_up(9, "B1", forged)) == []
