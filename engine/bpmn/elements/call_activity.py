"""Call activities (`bpmn:callActivity`): another procedure runs in the case, with variables of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.bpmn.activity import Activity
from engine.bpmn.case import DEPTH_LIMIT
from engine.bpmn.elements.business_rule_task import visible_variables
from engine.bpmn.elements.process import open_process
from engine.bpmn.expressions import Failure
from engine.bpmn.token import LEAVE
from engine.errors import BanjieError, said

if TYPE_CHECKING:
    from engine.bpmn.definition import Definition
    from engine.bpmn.node import Steps, Verdict
    from engine.bpmn.token import Token


class CallActivity(Activity):
    """An activity that is done when the called procedure is. Only mapped variables pass."""

    def lacks(self) -> str:
        """What it needs to run."""
        return said("a called process (zeebe:calledElement)") if self.settings.called is None else ""

    def work(self, token: Token) -> Verdict:
        """Call the procedure in force and wait for its end. Raises Failure where there is none."""
        case, settings = self.case(token), self.settings
        if settings.called is None:
            raise Failure(
                "call", said("Expected '{name}' to name a procedure, but it names none", name=self.name)
            )
        process = case.engine.words(settings.called, token.scope)
        definition = self._definition(token, process)
        if len(token.scope.chain()) > DEPTH_LIMIT * 2:
            raise Failure(
                "call",
                said(
                    "Expected calls at most {depth_limit} deep, but '{process}' goes deeper",
                    depth_limit=DEPTH_LIMIT,
                    process=process,
                ),
            )
        given: dict[str, Any] = {} if token.own is None else dict(token.own.variables)
        if settings.gives_all:
            given = visible_variables(token)
        yield from open_process(case, definition, process, token.scope, token, None, given)
        return False

    def _definition(self, token: Token, process: str) -> Definition:
        try:
            definition = self.case(token).context.procedure(process)
        except BanjieError as refusal:
            raise Failure("call", refusal.sentence) from refusal
        if process not in definition.processes:
            raise Failure(
                "call", said("Expected the called file to hold '{process}', but it does not", process=process)
            )
        if not definition.processes[process].body.starts:
            raise Failure(
                "call",
                said(
                    "Expected '{process}' to have one none start event, but it has none or several",
                    process=process,
                ),
            )
        return definition

    def called_ended(self, token: Token, variables: dict[str, Any]) -> Steps:
        """The procedure ended with these variables: outputs are mapped from them."""
        if self.settings.outputs or self.settings.takes_all:
            token.notes["result"] = variables
        token.phase = LEAVE
        yield from self.proceed(token)
