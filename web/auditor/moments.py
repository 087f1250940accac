"""A case as it was after a step: tokens, case file, periods, cards, documents of that moment.

Called by the replay page. Folds the journal's first entries again; the calendar is the one the step itself
ran under, so a due date is explained by what was known that day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from engine.audit.history import Change, Step, standing
from engine.casework.state import CaseState
from engine.clock import read_moment
from engine.errors import NotFound
from engine.records.entries import Entry
from web.casefile.opening import CaseFile
from web.language import _, current
from web.signin.who import house
from web.watching import tokens


@dataclass(frozen=True)
class CaseThen(CaseFile):
    """A case file whose state, entries and present moment are those after a step."""

    @cached_property
    def variables(self) -> Mapping[str, Any]:
        """The case file as it was then."""
        return self.steps[-1].file if self.steps else {}


@dataclass(frozen=True)
class Diagram:
    """A diagram the case has run by: digest, title, how many tokens stand on it after the step."""

    digest: str
    title: str
    tokens: int


@dataclass(frozen=True)
class Moment:
    """One step of a case. `number` counts from 1; `then` is the case after it, `before` its state before."""

    number: int
    last: int
    step: Step
    entry: Entry
    then: CaseThen
    before: CaseState

    @property
    def blocked(self) -> bool:
        """Whether the act was void, so that only its refusal stands."""
        return bool(self.step.of("ActRefused"))

    @property
    def form(self) -> str | None:
        """The form whose answers the step's command brought; None where it brought none."""
        kind, key = self.entry.command.get("type"), self.entry.command.get("key")
        if kind == "Receive":
            return self.then.package.first_form
        rows = {"Complete": self.before.items, "Send": self.before.subscriptions}.get(str(kind), {})
        return rows[key].get("form") if isinstance(key, int) and key in rows else None

    @cached_property
    def changes(self) -> list[Change]:
        """Each variable once: from what it was before the step to what it was after.

        What an inner scope or a called procedure is handed as the case file has it is no change.
        """
        had = self.then.steps[-2].file if self.number > 1 else {}
        first: dict[str, Change] = {}
        last: dict[str, Change] = {}
        for change in self.step.changes:
            first.setdefault(change.name, change)
            last[change.name] = change
        olds = {name: had.get(name) if one.old is None else one.old for name, one in first.items()}
        return [
            Change(name, olds[name], change.new, change.scope, change.element)
            for name, change in last.items()
            if olds[name] != change.new
        ]


def moment(case: CaseFile, asked: str) -> Moment:
    """The step asked for: 1 … last; the last where none or nonsense is asked for. Raises NotFound."""
    last = len(case.entries)
    if not last:
        raise NotFound(_("这个案件没有记录。"))
    number = min(max(int(asked), 1), last) if asked.isascii() and asked.isdigit() and len(asked) < 9 else last
    entry, entries = case.entries[number - 1], case.entries[:number]
    facts = {f.name: getattr(case, f.name) for f in fields(CaseFile)}
    facts.update(
        state=standing(entries),
        entries=entries,
        now=read_moment(entry.moment),
        calendar=_calendar(case, entry),
    )
    then = CaseThen(**facts)
    return Moment(number, last, then.steps[-1], entry, then, standing(case.entries[: number - 1]))


def _calendar(case: CaseFile, entry: Entry) -> Any:
    digest = entry.digests.get("calendar")
    if not digest:
        return case.calendar
    runtime = house().runtime
    with house().store.reading() as connection:
        return runtime.shelf.calendar(connection, digest, runtime.settings.hours, runtime.settings.zone)


def diagrams(case: CaseFile, at: Moment) -> list[Diagram]:
    """The diagrams the case has run by up to its end, in the order they were entered."""
    found: dict[str, str] = {}
    for entry in case.entries:
        for event in entry.events:
            if event.type == "ScopeOpened" and event.data.get("digest"):
                found.setdefault(str(event.data["digest"]), str(event.data.get("process") or ""))
    titles = {package.definition.digest: package.title(current()) for package in case.packages.values()}
    return [
        Diagram(digest, titles.get(digest, process), _standing_on(at.step, digest))
        for digest, process in found.items()
    ]


def _standing_on(step: Step, digest: str) -> int:
    return sum(1 for token in step.live if token.digest == digest and not token.holds)


def chosen(found: Sequence[Diagram], at: Moment, asked: str) -> Diagram:
    """The diagram asked for by its digest; else the one on which the step took place."""
    for one in found:
        if asked and one.digest.startswith(asked):
            return one
    here = at.step.diagrams[-1] if at.step.diagrams else _of_item(at)
    return next((one for one in found if one.digest == here), found[0])


def _of_item(at: Moment) -> str:
    instance = at.entry.command.get("key")
    return next((token.digest for token in at.step.live if token.instance == instance), "")


def drawing(at: Moment, digest: str) -> dict[str, Any]:
    """Tokens and passed elements on one diagram after the step."""
    return tokens.drawing(at.then.steps, at.then.state, digest)
