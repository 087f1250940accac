"""The twenty basic control-flow patterns (van der Aalst et al., WCP 1 to 20), each on its diagram."""

from __future__ import annotations

from datetime import timedelta

import pytest
from diagrams import diagram

from engine.bpmn.trial import Trial

MESSAGES = "".join(f'<message id="{name}" name="{name}"/>' for name in ("m1", "m2", "stop"))


def test_wcp_1_sequence() -> None:
    trial = Trial(
        diagram('<startEvent id="s"/><task id="a"/><task id="b"/><endEvent id="e"/>\ns -> a\na -> b\nb -> e')
    )
    assert trial.start().done == ["a", "b"]


SPLIT = """
    <startEvent id="s"/><{split} id="f" {default}/><userTask id="a"/><userTask id="b"/><userTask id="c"/>
    <{join} id="j"/><task id="d"/><endEvent id="e"/>
    s -> f
    f -> a{one}
    f -> b{two}
    f -> c{three}
    a -> j
    b -> j
    c -> j
    j -> d
    d -> e
"""


def _split(
    split: str, join: str, conditions: tuple[str, str, str] = ("", "", ""), default: str = ""
) -> bytes:
    one, two, three = (f" : {test}" if test else "" for test in conditions)
    return diagram(SPLIT.format(split=split, join=join, one=one, two=two, three=three, default=default))


def test_wcp_2_and_3_parallel_split_and_synchronization() -> None:
    trial = Trial(_split("parallelGateway", "parallelGateway")).start()
    assert trial.open() == ["a", "b", "c"]
    for name in "bca":
        assert "d" not in trial.done
        trial.complete(name)
    assert trial.done == ["b", "c", "a", "d"]


def test_wcp_4_and_5_exclusive_choice_and_simple_merge() -> None:
    data = _split("exclusiveGateway", "exclusiveGateway", ("x = 1", "x = 2", ""), 'default="f_c"')
    for x, way in ((1, "a"), (2, "b"), (3, "c")):
        trial = Trial(data).start(x=x)
        assert trial.open() == [way]
        trial.complete(way)
        assert trial.done == [way, "d"]


def test_wcp_6_and_7_multi_choice_and_structured_synchronizing_merge() -> None:
    data = _split("inclusiveGateway", "inclusiveGateway", ("x > 0", "x > 1", "x > 2"))
    trial = Trial(data).start(x=2)
    trial.complete("b")
    assert trial.done == ["b"]
    trial.complete("a")
    assert trial.done == ["b", "a", "d"]


def test_wcp_8_multi_merge() -> None:
    trial = Trial(_split("parallelGateway", "exclusiveGateway")).start()
    for name in "abc":
        trial.complete(name)
    assert trial.done == ["a", "d", "b", "d", "c", "d"]


def test_wcp_9_structured_discriminator() -> None:
    data = _split("parallelGateway", "complexGateway").replace(
        b'<bpmn:complexGateway id="j"/>',
        b'<bpmn:complexGateway id="j"><bpmn:activationCondition>=activationCount >= 1'
        b"</bpmn:activationCondition></bpmn:complexGateway>",
    )
    trial = Trial(data).start()
    for name in "cab":
        trial.complete(name)
    assert trial.done == ["c", "d", "a", "b"]
    assert trial.ended


def test_wcp_10_arbitrary_cycles() -> None:
    data = diagram(
        """
        <startEvent id="s"/><exclusiveGateway id="m1"/><task id="a"/><exclusiveGateway id="m2"/>
        <userTask id="b"/><exclusiveGateway id="g" default="g_e"/><endEvent id="e"/>
        s -> m1
        m1 -> a
        a -> m2
        m2 -> b
        b -> g
        g -> m1 : to = 1
        g -> m2 : to = 2
        g -> e
        """
    )
    trial = Trial(data).start()
    for to in (1, 2, 2, 1, 3):
        trial.complete("b", to=to)
    assert trial.done == ["a", "b", "a", "b", "b", "b", "a", "b"]
    assert trial.ended


def test_wcp_11_implicit_termination() -> None:
    trial = Trial(diagram('<startEvent id="s"/><userTask id="a"/><userTask id="b"/>\ns -> a\ns -> b')).start()
    trial.complete("a")
    assert not trial.ended
    trial.complete("b")
    assert trial.ended


def _instances(sequential: str, loop: str) -> bytes:
    return diagram(
        f"""
        <startEvent id="s"/><userTask id="a">
        <multiInstanceLoopCharacteristics isSequential="{sequential}">{loop}
        </multiInstanceLoopCharacteristics></userTask><task id="d"/><endEvent id="e"/>
        s -> a
        a -> d
        d -> e
        """
    )


def test_wcp_12_multiple_instances_without_synchronization() -> None:
    data = diagram(
        '<startEvent id="s"/><task id="a" completionQuantity="3"/><userTask id="b"/>\ns -> a\na -> b'
    )
    trial = Trial(data).start()
    assert trial.open() == ["b", "b", "b"]


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_wcp_13_multiple_instances_known_when_designed(sequential: str) -> None:
    trial = Trial(_instances(sequential, "<loopCardinality>3</loopCardinality>")).start()
    for _ in range(3):
        assert "d" not in trial.done
        trial.complete("a")
    assert trial.done == ["a", "a", "a", "d"]


def test_wcp_14_multiple_instances_known_when_run() -> None:
    trial = Trial(_instances("false", "<loopCardinality>=count(list_)</loopCardinality>")).start(list_=[1, 2])
    assert trial.open() == ["a", "a"]


def test_wcp_15_multiple_instances_without_knowledge_beforehand() -> None:
    data = diagram(
        """
        <startEvent id="s"/><userTask id="a"><standardLoopCharacteristics>
          <loopCondition>=more</loopCondition></standardLoopCharacteristics></userTask><task id="d"/>
        s -> a
        a -> d
        """
    )
    trial = Trial(data).start()
    for more in (True, True, False):
        trial.complete("a", more=more)
    assert trial.done == ["a", "a", "a", "d"]


def test_wcp_16_deferred_choice() -> None:
    data = diagram(
        """
        <startEvent id="s"/><eventBasedGateway id="g"/>
        <intermediateCatchEvent id="c1"><messageEventDefinition messageRef="m1"/></intermediateCatchEvent>
        <intermediateCatchEvent id="c2"><messageEventDefinition messageRef="m2"/></intermediateCatchEvent>
        <task id="a"/><task id="b"/>
        s -> g
        g -> c1
        g -> c2
        c1 -> a
        c2 -> b
        """,
        roots=MESSAGES,
    )
    trial = Trial(data).start()
    trial.message("m2")
    assert trial.done == ["b"]
    assert trial.ended


def test_wcp_17_interleaved_parallel_routing() -> None:
    data = diagram(
        """
        <startEvent id="s"/><adHocSubProcess id="ah" ordering="Sequential">
          <userTask id="a"/><userTask id="b"/><userTask id="c"/>
          a -> b
        </adHocSubProcess><task id="d"/>
        s -> ah
        ah -> d
        """
    )
    trial = Trial(data).start()
    order = []
    while trial.open():
        (name,) = trial.open()
        order.append(name)
        trial.complete(name)
    assert order.index("a") < order.index("b")
    assert sorted(order) == ["a", "b", "c"]
    assert trial.done[-1] == "d"


def test_wcp_18_milestone() -> None:
    data = diagram(
        """
        <startEvent id="s"/><parallelGateway id="f"/><userTask id="reach"/><userTask id="u"/>
        <intermediateCatchEvent id="open"><conditionalEventDefinition><condition>=reached</condition>
        </conditionalEventDefinition></intermediateCatchEvent><task id="a"/>
        s -> f
        f -> reach
        f -> u
        u -> open
        open -> a
        """
    )
    trial = Trial(data).start(reached=False)
    trial.complete("u")
    assert "a" not in trial.done
    trial.complete("reach", reached=True)
    assert trial.done == ["u", "reach", "a"]


def test_wcp_19_cancel_task() -> None:
    data = diagram(
        """
        <startEvent id="s"/><userTask id="a"/>
        <boundaryEvent id="edge" attachedToRef="a"><messageEventDefinition messageRef="stop"/></boundaryEvent>
        <task id="b"/><task id="c"/>
        s -> a
        a -> b
        edge -> c
        """,
        roots=MESSAGES,
    )
    trial = Trial(data).start()
    trial.message("stop")
    assert trial.trace == [("entered", "a"), ("cancelled", "a"), ("entered", "c"), ("completed", "c")]


def test_wcp_20_cancel_case() -> None:
    trial = Trial(_split("parallelGateway", "parallelGateway")).start()
    trial.complete("a")
    trial.terminate()
    assert trial.ended
    assert [what for what, _ in trial.trace].count("cancelled") == 2
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/>
            <intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>P1D</timeDuration>
            </timerEventDefinition></intermediateCatchEvent><endEvent id="x">
            <terminateEventDefinition/></endEvent>
            s -> f
            f -> a
            f -> t
            t -> x
            """
        )
    ).start()
    trial.move(timedelta(days=2))
    assert trial.ended
    assert ("cancelled", "a") in trial.trace
