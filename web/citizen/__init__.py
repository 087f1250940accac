"""The citizen's room: what can be asked for, applying, progress, published decisions. `ROOM` holds it all."""

from web.citizen import applying, figures, guide, guided, progress, publications, verifying
from web.citizen.room import ROOM

__all__ = ["ROOM", "applying", "figures", "guide", "guided", "progress", "publications", "verifying"]
