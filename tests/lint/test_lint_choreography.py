"""Choreographies and conversations: kept, never executed, and whole all the same."""

from __future__ import annotations

import pytest
from lint_diagrams import Case, case, chain, judge, line

PARTIES = '<participant id="a"/><participant id="b"/><participant id="c"/>'
FLOWS = '<messageFlow id="ab" sourceRef="a" targetRef="b"/><messageFlow id="ac" sourceRef="a" targetRef="c"/>'


def task(parties: str = "a b", flow: str = "ab", initiator: str = "a", kind: str = "choreographyTask") -> str:
    """A choreography of one task."""
    listed = "".join(f"<participantRef>{one}</participantRef>" for one in parties.split())
    message = f"<messageFlowRef>{flow}</messageFlowRef>" if kind == "choreographyTask" else ""
    return line() + (
        f'<choreography id="ch">{PARTIES}{FLOWS}<startEvent id="cs"/>'
        f'<{kind} id="ct" initiatingParticipantRef="{initiator}">{listed}{message}</{kind}>'
        f'<endEvent id="ce"/>{chain("cs", "ct", "ce")}</choreography>'
    )


def talk(link: str = "", parties: str = "a b") -> str:
    """A collaboration with a conversation."""
    listed = "".join(f"<participantRef>{one}</participantRef>" for one in parties.split())
    return line() + (
        f'<collaboration id="co">{PARTIES}<conversation id="v">{listed}</conversation>'
        f'<conversation id="w"/>{link}</collaboration>'
    )


def link(source: str, target: str) -> str:
    """A conversation link."""
    return f'<conversationLink id="l" sourceRef="{source}" targetRef="{target}"/>'


CASES = [
    case("bpmn.choreography.initiator", "ct", task(initiator="c"), task()),
    case("bpmn.choreography.two", "ct", task("a b c"), task()),
    case("bpmn.choreography.two", "ct", task("a"), task()),
    case(
        "bpmn.choreography.two",
        "ct",
        task("a", kind="callChoreography"),
        task("a b c", kind="callChoreography"),
    ),
    case("bpmn.choreography.messages", "ct", task(flow="ac"), task()),
    case("bpmn.conversation.link", "l", talk(link("a", "b")), talk(link("a", "v"))),
    case("bpmn.conversation.link", "l", talk(link("v", "w")), talk(link("w", "b"))),
    case("bpmn.conversation.two", "v", talk(parties="a"), talk()),
]


@pytest.mark.parametrize("one", CASES, ids=str)
def test_a_rule_of_choreographies_finds_the_wrong_diagram_and_lets_the_right_one_pass(one: Case) -> None:
    judge(one)
