"""The deployment lint: one check of a diagram against BPMN 2.0.2 and the dialect, all findings at once.

Called by deployment, the designer's workplace and `banjie try`. It reads the diagram alone and never
runs, changes or stores it. Rules stand one function each in the modules beside this file; `RULES`
lists them with identifier, clause and grade.
"""

from __future__ import annotations

from engine.bpmn import xml
from engine.bpmn.lint import (
    activities,
    choreography,
    compensation,
    data,
    engine_rules,
    events,
    expressions,
    extensions,
    flows,
    gateways,
    interfaces,
    links,
    loops,
    properties,
    reachability,
    references,
    requests,
    schema,
    scope,
    triggers,
)
from engine.bpmn.lint.model import Model
from engine.bpmn.lint.rule import Rule
from engine.errors import Finding, IllegalDefinition

RULES: tuple[Rule, ...] = (
    *scope.RULES,
    *references.RULES,
    *flows.RULES,
    *reachability.RULES,
    *gateways.RULES,
    *events.RULES,
    *triggers.RULES,
    *links.RULES,
    *compensation.RULES,
    *activities.RULES,
    *loops.RULES,
    *data.RULES,
    *interfaces.RULES,
    *choreography.RULES,
    *extensions.RULES,
    *properties.RULES,
    *requests.RULES,
    *expressions.RULES,
    *engine_rules.RULES,
)


def check(diagram: xml.Tree | bytes) -> list[Finding]:
    """All findings on a diagram: those of the schema first, then rule by rule; [] for a faultless one.

    Raises Malformed or TooLarge where bytes are no BPMN file at all (see `engine.bpmn.xml.read`).
    """
    tree = xml.read(diagram) if isinstance(diagram, bytes) else diagram
    model = Model(tree)
    found = schema.violations(model)
    for one in RULES:
        found.extend(one.check(model))
    return found


def demand(diagram: xml.Tree | bytes) -> list[Finding]:
    """The notes on a diagram that may be deployed.

    Raises IllegalDefinition with all findings, notes included, where one of them is an error.
    """
    found = check(diagram)
    errors = [one for one in found if one.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise IllegalDefinition(errors[0].sentence + more, found)
    return found
