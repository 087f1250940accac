"""The clerk's room: worklist, work item, window, cases. `ROOM` is its blueprint, with every page on it."""

from web.clerk import cases, items, lists, other_acts, window
from web.clerk.room import ROOM

__all__ = ["ROOM", "cases", "items", "lists", "other_acts", "window"]
