"""The rooms over one house after another: the application is put together once a process.

Called by the fixtures that give a test a town, or the interface, of its own. Routes and templates are the
same in every town; what differs hangs on the services and on the settings that each application is given.
"""

from __future__ import annotations

from copy import copy
from functools import cache

from flask import Flask

from web.app import create_app
from web.house import House
from web.rooms import ROOMS
from web.services import Settings

SETTINGS = Settings(secret="only for tests")


class _Nobody:
    """What an application is put together with before it is given a house."""

    settings = SETTINGS


@cache
def _put_together() -> Flask:
    return create_app(_Nobody(), ROOMS)


def app_over(house: House) -> Flask:
    """An application of its own over a house with the settings of the tests."""
    assert house.settings == SETTINGS
    made = copy(_put_together())
    made.config = copy(made.config)
    made.extensions = {**made.extensions, "banjie": house}
    return made
