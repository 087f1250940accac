"""Transactions: completed, failed, or cancelled and undone."""

from __future__ import annotations

from diagrams import diagram

from engine.bpmn.trial import Trial

BODY = """
    <startEvent id="s"/>
    <transaction id="tx">
      <startEvent id="is"/><parallelGateway id="f"/>
      <task id="book"/><userTask id="decide"/><userTask id="beside"/>
      <boundaryEvent id="c_book" attachedToRef="book"><compensateEventDefinition/></boundaryEvent>
      <userTask id="unbook" isForCompensation="true"/>
      <association id="x" sourceRef="c_book" targetRef="unbook"/>
      <exclusiveGateway id="g" default="g_done"/>
      <endEvent id="done"/><endEvent id="beside_done"/>
      <endEvent id="stop"><cancelEventDefinition/></endEvent>
      <endEvent id="fail"><errorEventDefinition errorRef="err"/></endEvent>
      is -> f
      f -> book
      f -> beside
      book -> decide
      decide -> g
      g -> stop : how = "cancel"
      g -> fail : how = "fail"
      g -> done
      beside -> beside_done
    </transaction>
    {edge}
    <boundaryEvent id="failed" attachedToRef="tx"><errorEventDefinition errorRef="err"/></boundaryEvent>
    <task id="after"/><task id="cancelled"/><task id="broken"/><endEvent id="e"/>
    s -> tx
    tx -> after
    failed -> broken
    after -> e
    cancelled -> e
    broken -> e
"""
EDGE = '<boundaryEvent id="off" attachedToRef="tx"><cancelEventDefinition/></boundaryEvent>\noff -> cancelled'
MODEL = diagram(BODY.format(edge=EDGE), roots='<error id="err" errorCode="E"/>')


def test_it_completes_as_a_sub_process() -> None:
    trial = Trial(MODEL).start()
    trial.complete("decide", how="ok")
    trial.complete("beside")
    assert trial.done[-1] == "after"
    assert trial.ended


def test_cancel_takes_what_is_open_undoes_what_is_done_and_leaves_by_the_boundary() -> None:
    trial = Trial(MODEL).start()
    trial.complete("decide", how="cancel")
    assert trial.open() == ["unbook"]
    assert ("cancelled", "beside") in trial.trace
    trial.complete("unbook")
    assert trial.trace[-3:] == [("cancelled", "tx"), ("entered", "cancelled"), ("completed", "cancelled")]
    assert "after" not in trial.done
    assert trial.ended


def test_an_error_leaves_it_without_compensation() -> None:
    trial = Trial(MODEL).start()
    trial.complete("decide", how="fail")
    assert trial.done[-1] == "broken"
    assert "unbook" not in [element for _, element in trial.trace]
    assert trial.ended


def test_a_cancel_nobody_catches_is_an_incident() -> None:
    trial = Trial(diagram(BODY.format(edge=""), roots='<error id="err" errorCode="E"/>')).start()
    trial.complete("decide", how="cancel")
    trial.complete("unbook")
    assert trial.open("incident") == ["stop"]
