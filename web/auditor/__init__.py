"""The auditor's pages: find cases, replay them step by step, prove them, hand out the evidence."""

from web.auditor import dwelling, find, proof, replay, seals, told
from web.auditor.room import ROOM

__all__ = ["ROOM", "dwelling", "find", "proof", "replay", "seals", "told"]
