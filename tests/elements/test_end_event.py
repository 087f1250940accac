"""End events: each ends its token; those of the outermost process are told when the case is over."""

from __future__ import annotations

from diagrams import diagram

from engine.bpmn.happenings import RunEnded
from engine.bpmn.trial import Trial

TWO = diagram(
    """
    <startEvent id="s"/><userTask id="a"/><userTask id="b"/><endEvent id="granted"/><endEvent id="archived"/>
    <subProcess id="sub"><startEvent id="is"/><endEvent id="inner"/>
      is -> inner
    </subProcess>
    s -> a
    s -> sub
    sub -> b
    a -> granted
    b -> archived
    """
)


def test_the_case_is_over_when_the_last_token_is_and_tells_the_ends_in_their_order() -> None:
    trial = Trial(TWO).start()
    trial.complete("b")
    assert not trial.ended
    trial.complete("a")
    assert trial.ended
    assert trial.ends == ("archived", "granted")
    assert [one.type for one in trial.happenings][-1] == "RunEnded"
    assert len([one for one in trial.happenings if isinstance(one, RunEnded)]) == 1


def test_an_end_may_be_reached_more_than_once() -> None:
    trial = Trial(
        diagram('<startEvent id="s"/><task id="a" completionQuantity="2"/><endEvent id="e"/>\ns -> a\na -> e')
    )
    assert trial.start().ends == ("e", "e")


def test_a_terminated_case_tells_the_ends_it_had_reached() -> None:
    trial = Trial(TWO).start()
    trial.complete("a")
    trial.terminate()
    assert trial.ends == ("granted",)
