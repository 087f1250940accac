"""Inclusive gateways: every way that applies, and a join that waits for exactly those that can still come."""

from __future__ import annotations

from itertools import permutations

import pytest
from diagrams import diagram

from engine.bpmn.trial import Trial

SPLIT = diagram(
    """
    <startEvent id="s"/><inclusiveGateway id="f" default="f_d"/>
    <userTask id="a"/><userTask id="b"/><userTask id="c"/><userTask id="d"/>
    <inclusiveGateway id="j"/><task id="after"/><endEvent id="e"/>
    s -> f
    f -> a : x >= 1
    f -> b : x >= 2
    f -> c : x >= 3
    f -> d
    a -> j
    b -> j
    c -> j
    d -> j
    j -> after
    after -> e
    """
)


@pytest.mark.parametrize(("x", "ways"), [(0, ["d"]), (1, ["a"]), (2, ["a", "b"]), (3, ["a", "b", "c"])])
def test_every_way_that_applies_is_taken_and_joined_once(x: int, ways: list[str]) -> None:
    for order in permutations(ways):
        trial = Trial(SPLIT).start(x=x)
        assert trial.open("item") == ways
        for name in order:
            assert "after" not in trial.done
            trial.complete(name)
        assert trial.done == [*order, "after"]
        assert trial.ended


def test_no_way_and_no_default_is_an_incident() -> None:
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/><inclusiveGateway id="f"/><task id="a"/><task id="b"/><endEvent id="e"/>
            s -> f
            f -> a : x = 1
            f -> b : x = 2
            a -> e
            b -> e
            """
        )
    ).start(x=3)
    assert trial.open("incident") == ["f"]


def test_a_join_waits_for_a_branch_that_may_end_elsewhere_and_fires_when_it_does() -> None:
    body = """
        <startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/>
        <exclusiveGateway id="x" default="x_gone"/><inclusiveGateway id="j"/><task id="after"/>
        <endEvent id="e"/><endEvent id="gone"/>
        s -> f
        f -> a
        f -> b
        a -> j
        b -> x
        x -> j : stay
        x -> gone
        j -> after
        after -> e
    """
    trial = Trial(diagram(body)).start()
    trial.complete("a")
    assert "after" not in trial.done
    trial.complete("b", stay=False)
    assert trial.done == ["a", "b", "after"]
    assert trial.ended
    trial = Trial(diagram(body)).start()
    trial.complete("a")
    trial.complete("b", stay=True)
    assert trial.done == ["a", "b", "after"]


def test_a_token_that_can_come_by_a_boundary_event_holds_the_join_up() -> None:
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/>
            <boundaryEvent id="late" attachedToRef="b"><errorEventDefinition/></boundaryEvent>
            <inclusiveGateway id="j"/><task id="after"/><endEvent id="e"/><endEvent id="other"/>
            s -> f
            f -> a
            f -> b
            a -> j
            b -> other
            late -> j
            j -> after
            after -> e
            """
        )
    ).start()
    trial.complete("a")
    assert "after" not in trial.done
    trial.throw("b", "E")
    assert trial.done == ["a", "after"]
    assert trial.ended


def test_a_nested_split_inside_a_branch_is_waited_for() -> None:
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/><inclusiveGateway id="f"/><userTask id="a"/><inclusiveGateway id="f2"/>
            <userTask id="b"/><userTask id="c"/><inclusiveGateway id="j2"/><inclusiveGateway id="j"/>
            <task id="after"/><endEvent id="e"/>
            s -> f
            f -> a : true
            f -> f2 : true
            f2 -> b : true
            f2 -> c : true
            b -> j2
            c -> j2
            j2 -> j
            a -> j
            j -> after
            after -> e
            """
        )
    ).start()
    for name in ("a", "c"):
        trial.complete(name)
        assert "after" not in trial.done
    trial.complete("b")
    assert trial.done[-1] == "after"
    assert trial.ended


def test_a_join_in_a_loop_waits_in_every_round() -> None:
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/><exclusiveGateway id="m"/><inclusiveGateway id="f"/>
            <userTask id="a"/><userTask id="b"/><inclusiveGateway id="j"/>
            <exclusiveGateway id="again" default="again_e"/><endEvent id="e"/>
            s -> m
            m -> f
            f -> a : true
            f -> b : true
            a -> j
            b -> j
            j -> again
            again -> m : repeat
            again -> e
            """
        )
    ).start(repeat=True)
    for order in (("a", "b"), ("b", "a"), ("a", "b")):
        trial.complete(order[0])
        assert len(trial.open("item")) == 1
        trial.complete(order[1])
        assert trial.open("item") == ["a", "b"]
    trial.complete("a", repeat=False)
    trial.complete("b")
    assert trial.ended


def test_a_second_token_on_one_way_in_waits_for_its_own_round() -> None:
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/><parallelGateway id="f"/><task id="a" completionQuantity="2"/>
            <userTask id="b"/>
            <inclusiveGateway id="j"/><task id="after"/><endEvent id="e"/>
            s -> f
            f -> a
            f -> b
            a -> j
            b -> j
            j -> after
            after -> e
            """
        )
    ).start()
    assert trial.done == ["a"]
    trial.complete("b")
    assert trial.done == ["a", "b", "after", "after"]
    assert trial.ended
