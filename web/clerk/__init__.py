"""The clerk's room: worklist, work item, window, cases, cards. `ROOM` is its blueprint with every page."""

from web.clerk import cards, cases, items, lists, other_acts, registers, several, window
from web.clerk.room import ROOM

__all__ = ["ROOM", "cards", "cases", "items", "lists", "other_acts", "registers", "several", "window"]
