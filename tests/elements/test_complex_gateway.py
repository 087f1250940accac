"""Complex gateways: fire when the activation condition holds, then reset."""

from __future__ import annotations

from diagrams import diagram

from engine.bpmn.trial import Trial

TWO_OF_THREE = """
    <startEvent id="s"/><parallelGateway id="f"/>
    <userTask id="a"/><userTask id="b"/><userTask id="c"/>
    <complexGateway id="j"><activationCondition>=activationCount >= 2</activationCondition></complexGateway>
    <task id="after"/><endEvent id="e"/>
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


def test_two_of_three_go_on_and_the_third_only_resets() -> None:
    trial = Trial(diagram(TWO_OF_THREE)).start()
    trial.complete("c")
    assert trial.done == ["c"]
    trial.complete("a")
    assert trial.done == ["c", "a", "after"]
    assert not trial.ended
    trial.complete("b")
    assert trial.done == ["c", "a", "after", "b"]
    assert trial.ended


def test_in_a_loop_it_starts_anew_after_the_reset() -> None:
    looped = """
        <startEvent id="s"/><exclusiveGateway id="m"/><parallelGateway id="f"/>
        <userTask id="a"/><userTask id="b"/>
        <complexGateway id="j"><activationCondition>=activationCount >= 2</activationCondition>
        </complexGateway>
        <exclusiveGateway id="x" default="x_e"/><endEvent id="e"/>
        s -> m
        m -> f
        f -> a
        f -> b
        a -> j
        b -> j
        j -> x
        x -> m : again
        x -> e
    """
    trial = Trial(diagram(looped)).start(again=True)
    for _ in range(3):
        trial.complete("a")
        assert trial.open("item") == ["b"]
        trial.complete("b")
        assert trial.open("item") == ["a", "b"]
    trial.complete("b", again=False)
    trial.complete("a")
    assert trial.ended


def test_the_condition_may_speak_of_the_case_file() -> None:
    body = TWO_OF_THREE.replace("=activationCount >= 2", "=activationCount >= quorum")
    trial = Trial(diagram(body)).start(quorum=1)
    trial.complete("b")
    assert trial.done == ["b", "after"]


def test_a_condition_of_the_wrong_type_is_an_incident() -> None:
    body = TWO_OF_THREE.replace("=activationCount >= 2", "=activationCount >= quorum")
    trial = Trial(diagram(body)).start()
    trial.complete("b")
    assert trial.open("incident") == ["j"]
    trial.retry("j", quorum=1)
    assert trial.done == ["b", "after"]


def test_a_diverging_one_takes_every_way_that_applies() -> None:
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/><complexGateway id="g" default="g_c"/>
            <task id="a"/><task id="b"/><task id="c"/><endEvent id="e"/>
            s -> g
            g -> a : x > 1
            g -> b : x > 2
            g -> c
            a -> e
            b -> e
            c -> e
            """
        )
    )
    assert trial.start(x=3).done == ["a", "b"]


def test_tokens_of_a_branch_that_never_comes_do_not_hold_the_reset_up() -> None:
    body = """
        <startEvent id="s"/><inclusiveGateway id="f" default="f_d"/>
        <userTask id="a"/><userTask id="b"/><task id="d"/>
        <complexGateway id="j"><activationCondition>=activationCount >= 1</activationCondition>
        </complexGateway>
        <task id="after"/><endEvent id="e"/>
        s -> f
        f -> a : true
        f -> b : false
        f -> d
        a -> j
        b -> j
        d -> j
        j -> after
        after -> e
    """
    trial = Trial(diagram(body)).start()
    trial.complete("a")
    assert trial.done == ["a", "after"]
    assert trial.ended


def test_several_tokens_on_one_way_in_are_counted_and_the_oldest_goes_on() -> None:
    body = """
        <startEvent id="s"/><task id="twice" completionQuantity="2"/><userTask id="late"/>
        <complexGateway id="j"><activationCondition>=activationCount >= 2</activationCondition>
        </complexGateway>
        <task id="after"/><endEvent id="e"/>
        s -> twice
        s -> late
        twice -> j
        late -> j
        j -> after
        after -> e
    """
    trial = Trial(diagram(body)).start()
    assert trial.done == ["twice", "after"]
    trial.complete("late")
    assert trial.done == ["twice", "after", "late"]
