"""Joint approval in a loop: the join waits for all three in every round, in all orders."""

from __future__ import annotations

from itertools import permutations, product

import pytest
from diagrams import diagram

from engine.bpmn import read
from engine.bpmn.trial import Trial

ROUNDS = read(
    diagram(
        """
        <startEvent id="s"/><exclusiveGateway id="again"/><parallelGateway id="f"/>
        <userTask id="a"/><userTask id="b"/><userTask id="c"/><parallelGateway id="j"/>
        <userTask id="decide"/><exclusiveGateway id="g" default="g_e"/><endEvent id="e"/>
        s -> again
        again -> f
        f -> a
        f -> b
        f -> c
        a -> j
        b -> j
        c -> j
        j -> decide
        decide -> g
        g -> again : more
        g -> e
        """
    )
)


@pytest.mark.parametrize(("first", "second"), list(product(permutations("abc"), permutations("abc"))))
def test_the_second_round_waits_for_all_three_whatever_the_order_of_the_first(
    first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    trial = Trial(ROUNDS).start()
    for order, more in ((first, True), (second, False)):
        for place, name in enumerate(order):
            trial.complete(name)
            assert sorted(trial.open()) == (sorted(order[place + 1 :]) or ["decide"])
        trial.complete("decide", more=more)
    assert trial.ended


def test_a_join_in_a_loop_of_hundreds_of_rounds_costs_the_same_state() -> None:
    trial = Trial(ROUNDS).start()
    marking = trial.marking
    assert marking is not None
    size = len(marking.dump())
    for _ in range(100):
        for name in "cab":
            trial.complete(name)
        trial.complete("decide", more=True)
    marking = trial.marking
    assert marking is not None
    assert len(marking.dump()) < size + 40  # longer integers and the one new variable, no history


def test_branches_see_each_others_writes_and_no_merge_brings_an_old_value_back() -> None:
    for order in permutations("abc"):
        trial = Trial(ROUNDS).start(status="draft", log=[1, 2])
        for name in order:
            if name == "a":
                trial.complete(name, status="approved", log=[2])
            else:
                trial.complete(name)
        assert trial.variables == {"status": "approved", "log": [2]}


def test_inclusive_joins_that_wait_for_each_other_in_a_circle_do_not_stop_the_case_silently() -> None:
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/>
            <inclusiveGateway id="j1"/><inclusiveGateway id="j2"/>
            <exclusiveGateway id="g1" default="g1_e"/><exclusiveGateway id="g2" default="g2_e"/>
            <endEvent id="e"/>
            s -> f
            f -> a
            f -> b
            a -> j1
            b -> j2
            j1 -> g1
            g1 -> j2 : false
            g1 -> e
            j2 -> g2
            g2 -> j1 : false
            g2 -> e
            """
        )
    ).start()
    trial.complete("a")
    trial.complete("b")
    assert trial.ended or trial.open("incident")
