"""Rules on choreographies and conversations: who takes part, and what connects them.

Run by `engine.bpmn.lint.check`. Both are kept and never executed; judged is only whether they are whole.
"""

from __future__ import annotations

from engine.bpmn.lint.model import CHOREOGRAPHY, Model, described
from engine.bpmn.lint.rule import Faults, rule, rules_of
from engine.bpmn.xml import Element, local, reference, references
from engine.errors import said

CONVERSATIONS = ("conversation", "subConversation", "callConversation")


@rule("bpmn.choreography.initiator", "BPMN 2.0.2 §11.5, table ChoreographyActivity: initiatingParticipantRef")
def initiator_takes_part(model: Model) -> Faults:
    """Who initiates a choreography activity is one of its participants."""
    for activity in model.of(*CHOREOGRAPHY):
        initiator = reference(activity.get("initiatingParticipantRef"))
        if initiator and initiator not in references(activity, "participantRef"):
            yield (
                activity,
                said(
                    "Expected the initiator of {activity} among its participants, but '{initiator}' is none "
                    "of them",
                    activity=described(activity),
                    initiator=initiator,
                ),
            )


@rule("bpmn.choreography.two", "BPMN 2.0.2 §11.5.1: a choreography task is between two participants")
def task_has_two_participants(model: Model) -> Faults:
    """A choreography task has two participants; a sub-choreography or call at least two."""
    for activity in model.of(*CHOREOGRAPHY):
        count = len(set(references(activity, "participantRef")))
        if count < 2 or (count > 2 and local(activity) == "choreographyTask"):
            wanted = said("two") if local(activity) == "choreographyTask" else said("two or more")
            yield (
                activity,
                said(
                    "Expected {wanted} participants of {activity}, but it has {count}",
                    wanted=wanted,
                    activity=described(activity),
                    count=count,
                ),
            )


@rule("bpmn.choreography.messages", "BPMN 2.0.2 §11.5.1, table ChoreographyTask: messageFlowRef")
def messages_are_between_its_participants(model: Model) -> Faults:
    """The message flows of a choreography task connect its participants with each other."""
    for task in model.of("choreographyTask"):
        participants = set(references(task, "participantRef"))
        for name in references(task, "messageFlowRef"):
            flow = model.find(name)
            if flow is not None and local(flow) == "messageFlow" and not _ends(flow) <= participants:
                yield (
                    task,
                    said(
                        "Expected {flow} between the participants of {task}, but it leads elsewhere",
                        flow=described(flow),
                        task=described(task),
                    ),
                )


@rule(
    "bpmn.conversation.link", "BPMN 2.0.2 §9.5.6: a conversation link joins a conversation and a participant"
)
def link_has_a_conversation_at_one_end(model: Model) -> Faults:
    """A conversation link has a conversation at one end and a participant at the other."""
    for link in model.of("conversationLink"):
        ends = [model.find(name) for name in sorted(_ends(link))]
        kinds = [local(end) in CONVERSATIONS for end in ends if end is not None]
        if len(kinds) == 2 and sum(kinds) != 1:
            yield (
                link,
                said(
                    "Expected a conversation at one end of {link} and a participant at the other, but both "
                    "are {which}",
                    link=described(link),
                    which=said("conversations") if all(kinds) else said("participants"),
                ),
            )


@rule("bpmn.conversation.two", "BPMN 2.0.2 §9.5.1, table ConversationNode: participantRefs [2..*]")
def conversation_has_two_participants(model: Model) -> Faults:
    """A conversation that lists its participants lists two or more."""
    for node in model.of(*CONVERSATIONS):
        count = len(set(references(node, "participantRef")))
        if count == 1:
            yield (
                node,
                said(
                    "Expected two or more participants of {node}, but it lists {count}",
                    node=described(node),
                    count=count,
                ),
            )


def _ends(element: Element) -> set[str]:
    return {reference(element.get(name)) for name in ("sourceRef", "targetRef") if element.get(name)}


RULES = rules_of(globals())
