"""Which references BPMN knows: who holds them, under which name, and what types of element they may name.

Read by references.py and by rules that need a type; it holds tables alone.
"""

from __future__ import annotations

from engine.bpmn.lint.model import (
    ACTIVITIES,
    CHOREOGRAPHY,
    EVENT_DEFINITIONS,
    EVENTS,
    FLOW_NODES,
    GLOBAL_TASKS,
)

DATA = frozenset(
    {
        "dataObject",
        "dataObjectReference",
        "dataStore",
        "dataStoreReference",
        "dataInput",
        "dataOutput",
        "property",
    }
)
CALLABLE = GLOBAL_TASKS | {"process"}
COLLABORATION = frozenset({"collaboration", "choreography", "globalConversation", "globalChoreographyTask"})
CONVERSATION = frozenset({"conversation", "subConversation", "callConversation"})
INTERACTION = ACTIVITIES | EVENTS | {"participant"}
ANY: frozenset[str] = frozenset()
ITEM = frozenset({"itemDefinition"})
FLOW = frozenset({"sequenceFlow"})
MESSAGE = frozenset({"message"})
OPERATION = frozenset({"operation"})
BEHAVIOUR = frozenset(EVENT_DEFINITIONS)

# (owner, "" for any) → attribute → types it may name. Clauses of BPMN 2.0.2 at the right.
ATTRIBUTES: dict[str, dict[str, frozenset[str]]] = {
    "": {"itemSubjectRef": ITEM, "evaluatesToTypeRef": ITEM},  # 10.4.1, 8.4.6
    "association": {"sourceRef": ANY, "targetRef": ANY},  # 8.4.1
    "group": {"categoryValueRef": frozenset({"categoryValue"})},  # 8.4.1
    "sequenceFlow": {
        "sourceRef": FLOW_NODES | CHOREOGRAPHY,
        "targetRef": FLOW_NODES | CHOREOGRAPHY,
    },  # 8.4.13
    "messageFlow": {
        "sourceRef": INTERACTION | CONVERSATION,
        "targetRef": INTERACTION | CONVERSATION,
        "messageRef": MESSAGE,
    },  # 9.4
    "correlationPropertyRetrievalExpression": {"messageRef": MESSAGE},  # 8.4.2
    "correlationSubscription": {"correlationKeyRef": frozenset({"correlationKey"})},  # 8.4.2
    "correlationPropertyBinding": {"correlationPropertyRef": frozenset({"correlationProperty"})},  # 8.4.2
    "error": {"structureRef": ITEM},  # 8.4.3
    "escalation": {"structureRef": ITEM},  # 8.4.4
    "signal": {"structureRef": ITEM},  # 10.5.5
    "message": {"itemRef": ITEM},  # 8.4.11
    "participant": {"processRef": frozenset({"process"})},  # 9.3.1
    "process": {"definitionalCollaborationRef": COLLABORATION},  # 10.2
    "messageFlowAssociation": {
        "innerMessageFlowRef": frozenset({"messageFlow"}),
        "outerMessageFlowRef": frozenset({"messageFlow"}),
    },  # 9.4
    "callChoreography": {
        "calledChoreographyRef": COLLABORATION,
        "initiatingParticipantRef": frozenset({"participant"}),
    },  # 11.5
    "choreographyTask": {"initiatingParticipantRef": frozenset({"participant"})},  # 11.5
    "subChoreography": {"initiatingParticipantRef": frozenset({"participant"})},  # 11.5
    "callConversation": {"calledCollaborationRef": COLLABORATION},  # 9.5
    "conversationAssociation": {
        "innerConversationNodeRef": CONVERSATION,
        "outerConversationNodeRef": CONVERSATION,
    },  # 9.5
    "resourceParameter": {"type": ITEM},  # 8.4.12
    "conversationLink": {
        "sourceRef": CONVERSATION | INTERACTION,
        "targetRef": CONVERSATION | INTERACTION,
    },  # 9.5
    "resourceParameterBinding": {"parameterRef": frozenset({"resourceParameter"})},  # 10.3.1
    "serviceTask": {"operationRef": OPERATION},  # 10.3.3
    "sendTask": {"messageRef": MESSAGE, "operationRef": OPERATION},  # 10.3.3
    "receiveTask": {"messageRef": MESSAGE, "operationRef": OPERATION},  # 10.3.3
    "ioBinding": {
        "inputDataRef": frozenset({"dataInput", "inputSet"}),
        "outputDataRef": frozenset({"dataOutput", "outputSet"}),
        "operationRef": OPERATION,
    },  # 10.4.1
    "multiInstanceLoopCharacteristics": {
        "oneBehaviorEventRef": BEHAVIOUR,
        "noneBehaviorEventRef": BEHAVIOUR,
    },  # 10.3.8
    "dataObjectReference": {"dataObjectRef": frozenset({"dataObject"})},  # 10.4.1
    "dataStoreReference": {"dataStoreRef": frozenset({"dataStore"})},  # 10.4.1
    "boundaryEvent": {"attachedToRef": ACTIVITIES},  # 10.5.4
    "compensateEventDefinition": {"activityRef": ACTIVITIES},  # 10.5.5
    "errorEventDefinition": {"errorRef": frozenset({"error"})},  # 10.5.5
    "escalationEventDefinition": {"escalationRef": frozenset({"escalation"})},  # 10.5.5
    "messageEventDefinition": {"messageRef": MESSAGE},  # 10.5.5
    "signalEventDefinition": {"signalRef": frozenset({"signal"})},  # 10.5.5
    "lane": {"partitionElementRef": ANY},  # 10.8
    "callActivity": {"calledElement": CALLABLE},  # 10.3.6
}
ATTRIBUTES |= {name: {"default": FLOW} for name in ("exclusiveGateway", "inclusiveGateway", "complexGateway")}
for _name in ACTIVITIES:
    ATTRIBUTES[_name] = {**ATTRIBUTES.get(_name, {}), "default": FLOW}

# The same for references written as child elements.
CHILDREN: dict[str, dict[str, frozenset[str]]] = {
    "": {
        "incoming": FLOW,
        "outgoing": FLOW,
        "categoryValueRef": frozenset({"categoryValue"}),
        "eventDefinitionRef": BEHAVIOUR,
    },  # 8.4.7, 10.5
    "correlationKey": {"correlationPropertyRef": frozenset({"correlationProperty"})},  # 8.4.2
    "operation": {
        "inMessageRef": MESSAGE,
        "outMessageRef": MESSAGE,
        "errorRef": frozenset({"error"}),
    },  # 8.5
    "messageEventDefinition": {"operationRef": OPERATION},  # 10.5.5
    "collaboration": {"choreographyRef": frozenset({"choreography"})},  # 9.2
    "participant": {
        "interfaceRef": frozenset({"interface"}),
        "endPointRef": frozenset({"endPoint"}),
    },  # 9.3.1
    "partnerEntity": {"participantRef": frozenset({"participant"})},  # 9.3.1
    "partnerRole": {"participantRef": frozenset({"participant"})},  # 9.3.1
    "participantAssociation": {
        "innerParticipantRef": frozenset({"participant"}),
        "outerParticipantRef": frozenset({"participant"}),
    },  # 9.3.1
    "process": {
        "supports": frozenset({"process"}),
        "supportedInterfaceRef": frozenset({"interface"}),
    },  # 10.2
    "multiInstanceLoopCharacteristics": {"loopDataInputRef": DATA, "loopDataOutputRef": DATA},  # 10.3.8
    "inputSet": {
        "dataInputRefs": frozenset({"dataInput"}),
        "optionalInputRefs": frozenset({"dataInput"}),
        "whileExecutingInputRefs": frozenset({"dataInput"}),
        "outputSetRefs": frozenset({"outputSet"}),
    },  # 10.4.1
    "outputSet": {
        "dataOutputRefs": frozenset({"dataOutput"}),
        "optionalOutputRefs": frozenset({"dataOutput"}),
        "whileExecutingOutputRefs": frozenset({"dataOutput"}),
        "inputSetRefs": frozenset({"inputSet"}),
    },  # 10.4.1
    "dataInputAssociation": {"sourceRef": DATA, "targetRef": DATA},  # 10.4.1
    "dataOutputAssociation": {"sourceRef": DATA, "targetRef": DATA},  # 10.4.1
    "linkEventDefinition": {
        "source": frozenset({"linkEventDefinition"}),
        "target": frozenset({"linkEventDefinition"}),
    },  # 10.5.5
    "lane": {"flowNodeRef": FLOW_NODES | CHOREOGRAPHY},  # 10.8
}
for _name in (*CONVERSATION, *CHOREOGRAPHY):
    CHILDREN[_name] = {
        "participantRef": frozenset({"participant"}),
        "messageFlowRef": frozenset({"messageFlow"}),
    }  # 9.5, 11.5
for _name in ("resourceRole", "performer", "humanPerformer", "potentialOwner"):
    CHILDREN[_name] = {"resourceRef": frozenset({"resource"})}  # 10.3.1
