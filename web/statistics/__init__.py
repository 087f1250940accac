"""Statistics: the reports in force, for whoever's post may read them. Nothing is decided, nothing written."""

from web.statistics import pages as pages
from web.statistics.room import ROOM as ROOM
