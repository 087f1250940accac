"""The operator's pages: heartbeat, incidents, seals, deployed versions."""

from web.operator import incidents, overview, seals
from web.operator.room import ROOM

__all__ = ["ROOM", "incidents", "overview", "seals"]
