"""BPMN: bytes → an executable definition → a run of tokens. Pure and in memory.

The only package that knows SpiffWorkflow, whose specs, tasks and workflows it extends. Called by
definitions (reading, lint), casework and audit (advance). It stores nothing, reads no clock and knows no
person; what the law counts and who may act is the host's, through `Context`.
"""

from engine.bpmn.context import Context, Decided
from engine.bpmn.definition import Definition, Element, Flow, Process, Starter
from engine.bpmn.expressions import Expression
from engine.bpmn.marking import Marking, Waiting
from engine.bpmn.reader import read
from engine.bpmn.run import Run, advance

__all__ = [
    "Context",
    "Decided",
    "Definition",
    "Element",
    "Expression",
    "Flow",
    "Marking",
    "Process",
    "Run",
    "Starter",
    "Waiting",
    "advance",
    "read",
]
