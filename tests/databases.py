"""Making and dropping databases on a PostgreSQL server, for the fixtures that hand them out."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, create_engine

_NUMBERS = itertools.count(1)


def next_name(stem: str) -> str:
    """A database name no other test of this machine uses."""
    return f"{stem}_{os.getpid()}_{next(_NUMBERS)}"


@contextmanager
def administering(url: URL) -> Iterator[Connection]:
    """A connection to the server's own database, each statement for itself."""
    engine = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
