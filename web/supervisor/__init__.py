"""The supervisor's pages: live board, cards, cases in hand, figures, patrols."""

from web.supervisor import board, cards, cases, figures, heat, live, patrols
from web.supervisor.room import ROOM

__all__ = ["ROOM", "board", "cards", "cases", "figures", "heat", "live", "patrols"]
