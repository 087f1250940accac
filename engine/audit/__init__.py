"""Proving: verify the chain, replay the decisions, tell the story, hand out the evidence.

Reads the record and the definitions; never writes to a case. `verify` checks what is stored, `replay`
decides it again, `history` shows it step by step, `narrative` puts it in words, `export` hands it out.
"""

from engine.audit.history import Step, case_file, steps
from engine.audit.replay import Verdict, replay
from engine.audit.verify import Check, verify_case
from engine.audit.verify_whole import notes, verify_all, verify_seals, verify_stamps

__all__ = [
    "Check",
    "Step",
    "Verdict",
    "case_file",
    "notes",
    "replay",
    "steps",
    "verify_all",
    "verify_case",
    "verify_seals",
    "verify_stamps",
]
