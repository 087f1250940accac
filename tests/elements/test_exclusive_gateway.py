"""Exclusive gateways: one way out, in the file's order; incidents where none applies."""

from __future__ import annotations

import pytest
from diagrams import diagram

from engine.bpmn.trial import Trial

CHOICE = diagram(
    """
    <startEvent id="s"/>
    <exclusiveGateway id="g" default="g_c"/>
    <task id="a"/><task id="b"/><task id="c"/>
    <exclusiveGateway id="m"/>
    <endEvent id="e"/>
    s -> g
    g -> a : x > 10
    g -> b : x > 5
    g -> c
    a -> m
    b -> m
    c -> m
    m -> e
    """
)


@pytest.mark.parametrize(("x", "way"), [(11, "a"), (10, "b"), (6, "b"), (5, "c"), (-1, "c")])
def test_the_first_flow_in_the_file_whose_condition_is_true_is_taken_else_the_default(
    x: int, way: str
) -> None:
    assert Trial(CHOICE).start(x=x).done == [way]


def test_a_merge_lets_every_token_through() -> None:
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/><parallelGateway id="f"/><exclusiveGateway id="m"/><task id="a"/>
            <endEvent id="e"/>
            s -> f
            f -> m
            <sequenceFlow id="again" sourceRef="f" targetRef="m"/>
            m -> a
            a -> e
            """
        )
    ).start()
    assert trial.done == ["a", "a"]
    assert trial.ends == ("e", "e")


NO_DEFAULT = diagram(
    """
    <startEvent id="s"/><exclusiveGateway id="g"/><userTask id="a"/><endEvent id="e"/>
    <parallelGateway id="f"/><userTask id="other"/>
    s -> f
    f -> g
    f -> other
    g -> a : x = "yes"
    a -> e
    other -> e
    """
)


def test_a_gateway_without_a_way_that_applies_is_an_incident_and_the_rest_goes_on() -> None:
    trial = Trial(NO_DEFAULT).start(x="no")
    (incident,) = trial.waiting("incident")
    assert incident.element == "g"
    assert incident.name is not None
    assert "no default" in incident.name or "none does" in incident.name
    trial.complete("other")
    assert not trial.ended


def test_a_retry_after_correcting_the_data_goes_on() -> None:
    trial = Trial(NO_DEFAULT).start(x="no")
    trial.retry("g", x="yes")
    assert trial.open("item") == ["other", "a"]
    assert trial.variables["x"] == "yes"


def test_a_retry_that_fails_again_is_an_incident_again() -> None:
    trial = Trial(NO_DEFAULT).start(x="no")
    trial.retry("g", x="maybe")
    assert trial.open("incident") == ["g"]


def test_a_condition_that_is_neither_true_nor_false_is_an_incident_that_names_expression_and_value() -> None:
    trial = Trial(CHOICE).start(x="text")
    (incident,) = trial.waiting("incident")
    assert incident.name is not None
    assert "x > 10" in incident.name
    assert "null" in incident.name


def test_moving_shapes_changes_nothing_the_order_of_the_file_alone_decides() -> None:
    overlapping = diagram(
        """
        <startEvent id="s"/><exclusiveGateway id="g"/><task id="late"/><task id="early"/><endEvent id="e"/>
        s -> g
        g -> early : true
        g -> late : true
        early -> e
        late -> e
        """
    )
    assert Trial(overlapping).start().done == ["early"]
