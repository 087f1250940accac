"""What the elements of BPMN are called in a sentence: by the tag in English, by the house word elsewhere.

Used by the lint's rules. It knows the names alone, not what the elements mean.
"""

from __future__ import annotations

from engine.errors import said, sayable_words

_KINDS = sayable_words(
    "process definitions collaboration participant lane laneSet sequenceFlow messageFlow association "
    "task userTask manualTask serviceTask scriptTask businessRuleTask sendTask receiveTask callActivity "
    "subProcess sub-process transaction adHocSubProcess globalTask globalUserTask globalManualTask "
    "globalScriptTask globalBusinessRuleTask startEvent endEvent intermediateCatchEvent "
    "intermediateThrowEvent boundaryEvent exclusiveGateway inclusiveGateway parallelGateway "
    "complexGateway eventBasedGateway dataObject dataObjectReference dataStore dataStoreReference "
    "dataInput dataOutput inputSet outputSet ioSpecification dataInputAssociation dataOutputAssociation "
    "itemDefinition message signal error escalation operation interface resource category group "
    "textAnnotation choreography choreographyTask subChoreography callChoreography conversation "
    "subConversation callConversation conversationLink globalConversation globalChoreographyTask "
    "messageEventDefinition timerEventDefinition signalEventDefinition conditionalEventDefinition "
    "errorEventDefinition escalationEventDefinition compensateEventDefinition cancelEventDefinition "
    "linkEventDefinition terminateEventDefinition timer conditional compensation cancel link terminate "
    "multiInstanceLoopCharacteristics standardLoopCharacteristics property"
)


def kind_name(name: str) -> str:
    """An element's or a trigger's name as a word of a sentence; one that BPMN has not stays as it is."""
    return said(name) if name in _KINDS else name


def a(name: str) -> str:
    """A name with its article: `a task`, `an endEvent`."""
    kind = kind_name(name)
    return said("an {kind}", kind=kind) if name[:1] in "aeioAEIO" else said("a {kind}", kind=kind)
