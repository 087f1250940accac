"""Replaying every case of a database: in units, on many processes or machines, verdicts kept as they come.

Called by `banjie replay --all` and the benchmark. The verdicts go to a file of the auditor's own, one line
a case: he trusts no database with its own acquittal. What the file has of a case that has not changed since
is not done again, so a sweep may be interrupted and gone on with. A unit of work (`decide_again`) is a plain
function of plain data: the processes of one machine do it, and a Dask cluster does it just the same.
"""

from __future__ import annotations

import importlib
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine import canonical
from engine.audit.replay import Verdict, replay
from engine.casework.ground import ENGINE
from engine.casework.runtime import Settings
from engine.definitions.shelf import Shelf
from engine.errors import BanjieError, Malformed, NotFound, said
from engine.records import journal
from engine.records.store import Store
from engine.records.tables import case as case_table

UNIT = 20
"""Cases in one unit of work: a second or two, so that an interrupt is answered soon."""
AHEAD = 3
"""Units handed out for each worker: enough that none waits, few enough to be called back."""


@dataclass(frozen=True)
class Place:
    """Where the cases lie, and the settings they were decided under: plain, so that it can travel."""

    url: str
    zone: str
    opens: str
    closes: str

    @classmethod
    def of(cls, store: Store, settings: Settings) -> Place:
        """The place of an open store. A SQLite file is reached from this machine alone."""
        url = store.engine.url.render_as_string(hide_password=False)
        return cls(url, str(settings.zone), settings.opens, settings.closes)

    @property
    def settings(self) -> Settings:
        """The settings."""
        return Settings(ZoneInfo(self.zone), self.opens, self.closes)


@dataclass(frozen=True)
class Unit:
    """Some cases (ids) of a place."""

    place: Place
    cases: tuple[int, ...]


@dataclass
class Found:
    """What a sweep has found so far. `deviating` and `disposed` are verdicts as `decide_again` gives them."""

    cases: int = 0
    entries: int = 0
    events: int = 0
    deviating: list[dict[str, Any]] = field(default_factory=list)
    disposed: list[dict[str, Any]] = field(default_factory=list)

    def take(self, verdict: dict[str, Any]) -> None:
        """Count a verdict."""
        self.cases += 1
        self.entries += verdict["entries"]
        self.events += verdict["events"]
        if verdict["disposed"]:
            self.disposed.append(verdict)
        elif not verdict["conforms"]:
            self.deviating.append(verdict)

    def as_data(self) -> dict[str, Any]:
        """The findings as plain data."""
        return {
            "cases": self.cases,
            "entries": self.entries,
            "events": self.events,
            "conforming": self.cases - len(self.deviating) - len(self.disposed),
            "deviating": self.deviating,
            "disposed": self.disposed,
        }


# --- one unit of work ------------------------------------------------------------------------------


def decide_again(unit: Unit) -> list[dict[str, Any]]:
    """Replay the cases of a unit: {"id", "case", "head", "conforms", "disposed", …} each, in order."""
    store, shelf = Store(unit.place.url), _shelf(unit.place.url)
    columns = (case_table.c.case_id, case_table.c.number, case_table.c.head_hash)
    query = select(*columns).where(case_table.c.case_id.in_(unit.cases)).order_by(case_table.c.case_id)
    try:
        with store.reading() as connection:
            return [
                {"id": row.case_id, "case": row.number, "head": row.head_hash}
                | _verdict(connection, shelf, unit.place.settings, row.case_id).as_data()
                for row in connection.execute(query).all()
            ]
    finally:
        store.close()


def _verdict(connection: Any, shelf: Shelf, settings: Settings, case_id: int) -> Verdict:
    try:
        entries = list(journal.read(connection, journal.case_stream(case_id)))
    except BanjieError as error:  # a row that is no entry: verifying names it
        return Verdict(False, 0, 0, reason=error.sentence)
    return replay(connection, shelf, settings, entries)


@lru_cache(maxsize=4)
def _shelf(_url: str) -> Shelf:
    """Definitions a worker has read serve all its cases."""
    return Shelf()


# --- all units -------------------------------------------------------------------------------------


def case_ids(store: Store) -> dict[int, str]:
    """The cases of a store, each with the hash of its last entry."""
    query = select(case_table.c.case_id, case_table.c.head_hash).where(case_table.c.number.is_not(None))
    with store.reading() as connection:
        return {
            row.case_id: row.head_hash for row in connection.execute(query.order_by(case_table.c.case_id))
        }


def units(place: Place, cases: Sequence[int], size: int | None = None) -> Iterator[Unit]:
    """The cases cut into units of work, of so many cases each (default: UNIT)."""
    size = size or UNIT
    for start in range(0, len(cases), size):
        yield Unit(place, tuple(cases[start : start + size]))


def sweep(executor: Executor, workers: int, todo: Iterable[Unit]) -> Iterator[list[dict[str, Any]]]:
    """The verdicts of each unit as it is done. Whoever stops asking calls back what has not begun."""
    waiting: set[Future[list[dict[str, Any]]]] = set()
    left = iter(todo)
    try:
        while True:
            for unit in left:
                waiting.add(executor.submit(decide_again, unit))
                if len(waiting) >= workers * AHEAD:
                    break
            if not waiting:
                return
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        for future in waiting:
            future.cancel()


@contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """Processes of this machine; one worker alone is a thread of this one, which begins at once.

    An interrupt is the caller's to answer: the workers finish their unit.
    """
    executor: Executor = ThreadPoolExecutor(1)
    if workers > 1:
        context = get_context("spawn")
        executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_interrupts)
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _leave_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """A Dask cluster by its scheduler's address, and how many units it does at a time.

    Raises NotFound where the extra `cluster` is not installed or nobody answers.
    """
    try:
        distributed = importlib.import_module("distributed")
    except ImportError as error:
        raise NotFound(
            said("Expected the package distributed, but it is not installed (extra: cluster)")
        ) from error
    try:
        client = distributed.Client(address, timeout="20s", set_as_default=False)
    except OSError as error:
        raise NotFound(
            said(
                "Expected a Dask scheduler at {address}, but nobody answers: {error}",
                address=address,
                error=error,
            )
        ) from error
    try:
        yield client.get_executor(pure=False), max(1, sum(client.nthreads().values()))
    finally:
        client.close()


# --- the auditor's file of verdicts ----------------------------------------------------------------


class Kept:
    """The verdicts of a sweep in a file: a line of what it is about, then one line a case."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def known(self, heads: Mapping[int, str]) -> list[dict[str, Any]]:
        """The verdicts on cases that stand where they stood. None where the engine was another.

        A line that was cut short by a loss of power is left out. Raises Malformed for another kind of file.
        """
        lines = self._lines()
        if not lines or lines[0] != _HEADING:
            return []
        newest = {line["id"]: line for line in lines[1:]}
        return [line for line in newest.values() if heads.get(line["id"]) == line["head"]]

    def _lines(self) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        texts = self.path.read_text("utf-8").split("\n")
        whole = texts[:-1]  # the last is empty, or was cut short
        try:
            lines = [canonical.loads(text) for text in whole]
        except Malformed as error:
            raise Malformed(
                said(
                    "Expected {path} to hold verdicts, but {sentence}",
                    path=self.path,
                    sentence=error.sentence,
                )
            ) from error
        if lines and not (isinstance(lines[0], dict) and lines[0].get("banjie") == "replay"):
            raise Malformed(
                said("Expected {path} to hold verdicts, but it holds something else", path=self.path)
            )
        return lines

    @contextmanager
    def adding(self, known: Sequence[Mapping[str, Any]]) -> Iterator[Callable[[list[dict[str, Any]]], None]]:
        """Writes the file anew with what is known, then hands out a way to add verdicts."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(self.path.name + ".new")
        with fresh.open("w", encoding="utf-8") as file:
            for line in (_HEADING, *known):
                file.write(canonical.dumps(line) + "\n")
            file.flush()
            fresh.replace(self.path)

            def add(verdicts: list[dict[str, Any]]) -> None:
                file.writelines(canonical.dumps(one) + "\n" for one in verdicts)
                file.flush()

            yield add


_HEADING = {"banjie": "replay", "engine": ENGINE}
