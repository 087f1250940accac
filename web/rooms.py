"""Every room of the product's pages: the list the composition root is handed.

A room is a blueprint in a package of its own, one per person in front of the screen. A new room is added
here and nowhere else.
"""

from __future__ import annotations

from flask import Blueprint

from web.api import ROOM as INTERFACE
from web.auditor import ROOM as AUDITOR
from web.citizen import ROOM as CITIZEN
from web.clerk import ROOM as CLERK
from web.designer import ROOM as DESIGNER
from web.operator import ROOM as OPERATOR
from web.signin.pages import ROOM as SIGNIN
from web.statistics import ROOM as STATISTICS
from web.supervisor import ROOM as SUPERVISOR

ROOMS: tuple[Blueprint, ...] = (
    INTERFACE, SIGNIN, CITIZEN, CLERK, SUPERVISOR, AUDITOR, OPERATOR, DESIGNER, STATISTICS,
)  # fmt: skip
