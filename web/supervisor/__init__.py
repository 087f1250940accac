"""The supervisor's pages: live board, cards, cases in hand, figures."""

from web.supervisor import board, cards, cases, figures
from web.supervisor.room import ROOM

__all__ = ["ROOM", "board", "cards", "cases", "figures"]
