"""Parallel gateways: one token from each way in, one on each way out."""

from __future__ import annotations

from itertools import permutations

import pytest
from diagrams import diagram

from engine.bpmn.trial import Trial

THREE = diagram(
    """
    <startEvent id="s"/><parallelGateway id="f"/>
    <userTask id="a"/><userTask id="b"/><userTask id="c"/>
    <parallelGateway id="j"/><task id="after"/><endEvent id="e"/>
    s -> f
    f -> a
    f -> b
    f -> c
    a -> j
    b -> j
    c -> j
    j -> after
    after -> e
    """
)


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_the_join_waits_for_all_three_in_any_order(order: tuple[str, ...]) -> None:
    trial = Trial(THREE).start()
    for name in order[:2]:
        trial.complete(name)
        assert "after" not in trial.done
    trial.complete(order[2])
    assert trial.done.count("after") == 1
    assert trial.ended


def test_a_second_token_on_one_way_in_does_not_stand_for_the_missing_one() -> None:
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/><parallelGateway id="f"/><exclusiveGateway id="m"/>
            <userTask id="a"/><userTask id="b"/><userTask id="c"/><parallelGateway id="j"/>
            <task id="after"/><endEvent id="e"/>
            s -> f
            f -> a
            f -> b
            f -> c
            a -> m
            b -> m
            m -> j
            c -> j
            j -> after
            after -> e
            """
        )
    ).start()
    trial.complete("a")
    trial.complete("b")
    assert trial.done == ["a", "b"]
    trial.complete("c")
    assert trial.done == ["a", "b", "c", "after"]
    assert not trial.ended  # the surplus token stays on its flow


def test_conditions_on_the_ways_out_are_not_asked() -> None:
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/><parallelGateway id="f"/><task id="a"/><task id="b"/><endEvent id="e"/>
            s -> f
            f -> a : false
            f -> b
            a -> e
            b -> e
            """
        )
    ).start()
    assert trial.done == ["a", "b"]


def test_a_mixed_gateway_joins_and_splits() -> None:
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/>
            <parallelGateway id="mixed"/><task id="x"/><task id="y"/><endEvent id="e"/>
            s -> f
            f -> a
            f -> b
            a -> mixed
            b -> mixed
            mixed -> x
            mixed -> y
            x -> e
            y -> e
            """
        )
    ).start()
    trial.complete("b")
    assert trial.done == ["b"]
    trial.complete("a")
    assert trial.done == ["b", "a", "x", "y"]
    assert trial.ended
