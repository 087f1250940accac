"""Transactions (`bpmn:transaction`): sub-processes that can be cancelled as a whole."""

from __future__ import annotations

from engine.bpmn.elements.sub_process import SubProcess


class Transaction(SubProcess):
    """Completed as a sub-process, failed by an error, or cancelled by a cancel end event."""
