"""What a replay found otherwise, for people: the event in words, and field by field what differs.

Called by the page of proof. Words a `Verdict` of `engine.audit` and never judges one; what no reader has a
name for is left to the raw record that the page keeps folded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.audit import Verdict
from engine.organisation.roles import role_name
from web import display
from web.auditor import events_named
from web.casefile import facts, naming, story
from web.casefile.opening import CaseFile
from web.language import _, current, words
from web.sentences import retold
from web.signin.who import person_name, unit_name
from web.watching import cards as cards_shown

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
_UNTOLD = ("id", "form", "key", "lane", "ledger", "name", "properties", "sha256")
"""Fields told where they differ, but not of an event that only one side has: it is named by them already, or
they say nothing to a reader."""


@dataclass(frozen=True)
class Difference:
    """A field that differs: what it is, what stands in the record, what deciding again gives."""

    field: str
    recorded: str
    replayed: str


@dataclass(frozen=True)
class Deviation:
    """Both events in words, "" where there is none, and the fields that differ."""

    recorded: str
    replayed: str
    fields: tuple[Difference, ...]

    @property
    def alike(self) -> bool:
        """Whether both are the same event by name, so that only its fields are to be compared."""
        return self.recorded == self.replayed

    @property
    def one_sided(self) -> bool:
        """Whether only one side has the event, so that there is nothing to compare."""
        return bool(self.recorded) != bool(self.replayed)


def of(verdict: Verdict, case: CaseFile | None) -> Deviation | None:
    """What a verdict's two events say otherwise; None where they are no events. `case` names what they name,
    as far as it can still be read."""
    if verdict.reason == "the marking differs":
        row = Difference(_("办理后状态的摘要"), str(verdict.recorded)[:16], str(verdict.replayed)[:16])
        return Deviation("", "", (row,))
    sides = [one if isinstance(one, Mapping) else {} for one in (verdict.recorded, verdict.replayed)]
    if not any(sides):
        return None
    recorded, replayed = (_Side(side, case) for side in sides)
    return Deviation(recorded.named(), replayed.named(), tuple(_differing(recorded, replayed)))


def _differing(recorded: _Side, replayed: _Side) -> Iterator[Difference]:
    if recorded.type and replayed.type and recorded.type != replayed.type:
        return  # two different events share no fields worth comparing
    before, after = recorded.leaves(), replayed.leaves()
    for path in dict.fromkeys((*before, *after)):
        old, new = before.get(path), after.get(path)
        side = recorded if path in before else replayed
        if old != new and (bool(before and after) or side.tells(path)):
            yield Difference(side.label(path), recorded.value(path, old), replayed.value(path, new))


class _Side:
    """One of the two events, and how its fields are read out."""

    def __init__(self, event: Mapping[str, Any], case: CaseFile | None) -> None:
        self.type = str(event.get("type") or "")
        self.data: Mapping[str, Any] = event.get("data") or {}
        self.case = case

    def named(self) -> str:
        """What happened, and to what: 期限开始“行政许可决定”."""
        if not self.type:
            return ""
        what = events_named.name(self.type)
        about = self._about()
        return _("%(what)s“%(about)s”", what=what, about=about) if about else what

    def _about(self) -> str:
        data = self.data
        if self.type == "VariableSet":
            return self._label_of_variable()
        if self.type.startswith("Period"):
            return naming.period_name(str(data.get("id") or ""))
        if self.type == "CardIssued":
            return f"{data.get('rule', '')} {cards_shown.level_name(str(data.get('level', '')))}".strip()
        if self.type == "DocumentIssued":
            return f"{data.get('kind', '')} {data.get('number', '')}".strip()
        return str(data.get("name") or data.get("outcome") or self._element(data.get("element")))

    def leaves(self) -> dict[tuple[str, ...], Any]:
        """Every plain value by the way to it; a variable's value and a sentence count as one."""
        return dict(_leaves(self.data, ()))

    def tells(self, path: tuple[str, ...]) -> bool:
        """Whether a reader has something from a field of an event that the other side has not."""
        known = path[0] not in _UNTOLD and all(events_named.has_name(piece) for piece in path)
        return known and bool(self.value(path, self.leaves()[path]))

    def label(self, path: tuple[str, ...]) -> str:
        """A field as a reader names it."""
        if self.type == "VariableSet" and path == ("value",):
            return self._label_of_variable()
        return " · ".join(events_named.field(piece) for piece in path)

    def value(self, path: tuple[str, ...], value: Any) -> str:
        """A value in words, "" for none."""
        if value is None:
            return ""
        if self.type == "VariableSet" and path == ("value",):
            return self._value_of_variable(value)
        naming = _NAMING.get(path[-1])
        if naming is not None and isinstance(value, str) and value:
            return naming(value)
        return self._element(value) if path[-1] == "element" else plain(value)

    def _label_of_variable(self) -> str:
        name = str(self.data.get("name") or "")
        return facts.label_of(self.case.schema(name) if self.case else {}, name)

    def _value_of_variable(self, value: Any) -> str:
        schema = self.case.schema(str(self.data.get("name") or "")) if self.case else {}
        return facts.shown(schema, value)

    def _element(self, id_: Any) -> str:
        for package in self.case.packages.values() if self.case else ():
            if id_ in package.definition.elements:
                return package.definition.elements[id_].name or str(id_)
        return str(id_ or "")


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping) and not (path and path[-1] in ("value", "sentence")):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)))
    elif (
        isinstance(value, list | tuple)
        and any(isinstance(one, Mapping) for one in value)
        and path != ("value",)
    ):
        for place, inner in enumerate(value, start=1):
            yield from _leaves(inner, (*path, str(place)))
    else:
        yield path, value


def plain(value: Any) -> str:
    """A value no schema describes: days, moments, yes and no as people write them."""
    if isinstance(value, Mapping):
        return words({key: str(text) for key, text in value.items()})
    if isinstance(value, list | tuple):
        return "、".join(plain(one) for one in value)
    text = str(value)
    if _MOMENT.fullmatch(text):
        return display.moment(text)
    return display.day(text) if _DAY.fullmatch(text) else retold(facts.said(value))


_NAMING: Mapping[str, Callable[[str], str]] = {
    "unit": unit_name,
    "person": person_name,
    "id": naming.period_name,
    "act": lambda act: story.act_name(act) or act,
    "role": lambda role: role_name(role, current()),
    "level": cards_shown.level_name,
}
