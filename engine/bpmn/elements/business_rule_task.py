"""Business rule tasks (`bpmn:businessRuleTask`): a decision of the package, or a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.bpmn.elements.service_task import ServiceTask
from engine.bpmn.expressions import Failure
from engine.bpmn.happenings import DecisionMade
from engine.canonical import settled
from engine.errors import BanjieError, said

if TYPE_CHECKING:
    from engine.bpmn.context import Decided
    from engine.bpmn.node import Verdict
    from engine.bpmn.token import Token


class BusinessRuleTask(ServiceTask):
    """`zeebe:calledDecision decisionId resultVariable`."""

    def lacks(self) -> str:
        """What it needs to run."""
        return (
            said("a decision (zeebe:calledDecision) or a job type")
            if self.settings.decision is None and self.settings.job is None
            else ""
        )

    def work(self, token: Token) -> Verdict:
        """Ask for the decision on all variables in sight, or create the job."""
        settings = self.settings
        if settings.decision is None:
            return (yield from super().work(token))
        case = self.case(token)
        name = case.engine.words(settings.decision, token.scope)
        try:
            decided = case.context.decide(name, visible_variables(token))
        except BanjieError as refusal:
            raise Failure("decision", refusal.sentence) from refusal
        yield DecisionMade(
            instance=token.id,
            element=self.name,
            scope=token.scope.id,
            decision=name,
            digest=decided.digest,
            value=decided.value,
            evidence=decided.evidence,
        )
        token.notes["result"] = settled(self._results(token, decided))
        return True

    def _results(self, token: Token, decided: Decided) -> dict[str, Any]:
        """The value under the result variable, what it rests on under that of `banjie.footing`."""
        found = {} if self.settings.result is None else {self.settings.result: decided.value}
        kept = self.evaluated(token).get("banjie.footing")
        return found if kept is None else {**found, str(kept): dict(decided.footing)}


def visible_variables(token: Token) -> dict[str, Any]:
    """The variables seen from a token, inner ones hiding outer ones."""
    found: dict[str, Any] = {}
    for scope in reversed(list(token.scope.visible())):
        found.update(scope.variables)
    return found
