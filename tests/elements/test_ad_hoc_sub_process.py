"""Ad-hoc sub-processes: parallel, sequential, with and without a completion condition."""

from __future__ import annotations

from diagrams import diagram

from engine.bpmn.trial import Trial


def _ad_hoc(attributes: str = "", condition: str = "", inside: str = "") -> Trial:
    completion = f"<completionCondition>={condition}</completionCondition>" if condition else ""
    data = diagram(
        f"""
        <startEvent id="s"/>
        <adHocSubProcess id="ah" {attributes}><userTask id="a"/><userTask id="b"/><userTask id="c"/>{inside}
          {completion}
        </adHocSubProcess>
        <task id="after"/><endEvent id="e"/>
        s -> ah
        ah -> after
        after -> e
        """
    )
    return Trial(data).start(enough=False)


def test_in_parallel_all_are_offered_and_each_is_done_once() -> None:
    trial = _ad_hoc()
    assert trial.open() == ["a", "b", "c"]
    for name in ("c", "a", "b"):
        assert "after" not in trial.done
        trial.complete(name)
    assert trial.done == ["c", "a", "b", "ah", "after"]
    assert trial.ended


def test_in_sequence_one_is_offered_at_a_time() -> None:
    trial = _ad_hoc('ordering="Sequential"')
    for name in ("a", "b", "c"):
        assert trial.open() == [name]
        trial.complete(name)
    assert trial.ended


def test_the_condition_ends_it_and_cancels_the_rest() -> None:
    trial = _ad_hoc("", "enough")
    trial.complete("b", enough=True)
    assert ("cancelled", "a") in trial.trace
    assert trial.done == ["b", "ah", "after"]
    assert trial.ended


def test_without_cancelling_the_open_ones_are_finished_first() -> None:
    trial = _ad_hoc('cancelRemainingInstances="false"', "enough")
    trial.complete("b", enough=True)
    assert trial.open() == ["a", "c"]
    trial.complete("a")
    trial.complete("c")
    assert trial.done == ["b", "a", "c", "ah", "after"]


def test_while_the_condition_does_not_hold_everything_is_offered_again() -> None:
    trial = _ad_hoc('ordering="Sequential"', "enough")
    for name in ("a", "b", "c", "a"):
        trial.complete(name)
    assert trial.open() == ["b"]
    trial.complete("b", enough=True)
    assert trial.ended


def test_a_condition_of_the_wrong_type_is_an_incident_on_the_sub_process() -> None:
    trial = _ad_hoc("", "count(list_) > 1")
    trial.complete("a")
    assert trial.open("incident") == ["ah"]
    trial.retry("ah", list_=[1, 2])
    assert trial.ended


def test_inner_flows_are_followed() -> None:
    trial = _ad_hoc("", "", '<userTask id="d"/>\n<userTask id="d2"/>\nd -> d2\n')
    for name in ("a", "b", "c", "d"):
        trial.complete(name)
    assert trial.open() == ["d2"]
    trial.complete("d2")
    assert trial.ended
