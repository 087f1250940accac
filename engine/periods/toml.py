"""Reading the facts of a TOML table while collecting every fault instead of stopping at the first.

Called by the readers of calendars and law files. Knows no fact of either; never opens a file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeGuard, TypeVar, cast

from engine.errors import Finding, IllegalDefinition, listed, said

T = TypeVar("T")


class Findings:
    """The faults found so far; `demand_none` refuses with all of them at once."""

    def __init__(self) -> None:
        self._found: list[Finding] = []

    def add(self, where: str, sentence: str, rule: str) -> None:
        """Note one fault."""
        self._found.append(Finding(where, sentence, rule))

    def demand_none(self, what: str) -> None:
        """Raises IllegalDefinition with every fault noted, if there is any."""
        if self._found:
            head = said(
                "Expected {what} without fault, but found {count}: {sentence}",
                what=what,
                count=len(self._found),
                sentence=self._found[0].sentence,
            )
            raise IllegalDefinition(head, self._found)


class Table:
    """One TOML table being read: typed facts by name, faults into `findings`."""

    def __init__(self, data: Mapping[str, Any], where: str, findings: Findings) -> None:
        self.where = where
        self._data = dict(data)
        self._findings = findings
        self._asked: set[str] = set()

    def fault(self, sentence: str, rule: str) -> None:
        """Note a fault of this table."""
        self._findings.add(self.where, sentence, rule)

    def text(self, name: str, default: str | None = None) -> str:
        """The text called `name`; without a default it is demanded."""
        return self._get(name, str, said("text"), "" if default is None else default, default is None)

    def flag(self, name: str, default: bool) -> bool:
        """The true or false called `name`."""
        return self._get(name, bool, said("true or false"), default, False)

    def number(self, name: str, default: int) -> int:
        """The whole number called `name`."""
        return self._get(name, int, said("a whole number"), default, False)

    def day(self, name: str) -> date | None:
        """The date called `name`, None where it is not given."""
        absent: date | None = None
        return self._get(name, date, said("a date"), absent, False)

    def rows(self, name: str) -> list[Any]:
        """The array called `name`, empty where it is not given."""
        absent: list[Any] = []
        return self._get(name, list, said("an array"), absent, False)

    def raw(self, name: str) -> Any:
        """Whatever stands under `name`, None where nothing does."""
        self._asked.add(name)
        return self._data.get(name)

    def one_of(self, name: str, choices: Iterable[str], default: str) -> str:
        """The text called `name`, which must be one of a closed list."""
        choices = tuple(choices)
        found = self.text(name, default)
        if found not in choices:
            self.fault(
                said(
                    "Expected {name} to be one of {choices}, but found {found!r}",
                    name=name,
                    choices=listed(choices),
                    found=found,
                ),
                "toml.choice",
            )
            return default
        return found

    def inner(self, data: Mapping[str, Any]) -> Table:
        """A table inside this one; its faults are this one's."""
        return Table(data, self.where, self._findings)

    def refuse_others(self) -> None:
        """Every key that was never asked for is a fault: a misspelt key must not be ignored."""
        for name in sorted(set(self._data) - self._asked):
            self.fault(said("Expected no key {name!r} here, but found it", name=name), "toml.key")

    def _get(self, name: str, kind: type, words: str, default: T, demanded: bool) -> T:
        self._asked.add(name)
        if name not in self._data:
            if demanded:
                self.fault(said("Expected {name}, but it is missing", name=name), "toml.missing")
            return default
        value = self._data[name]
        right = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
        if not right or isinstance(value, datetime):
            self.fault(
                said(
                    "Expected {name} to be {words}, but found {value!r}", name=name, words=words, value=value
                ),
                "toml.type",
            )
            return default
        return cast(T, value)


def is_day(value: object) -> TypeGuard[date]:
    """Whether the value is a date without a time of day."""
    return isinstance(value, date) and not isinstance(value, datetime)


def read_toml(text: str, where: str, findings: Findings) -> dict[str, Any]:
    """The tables of a TOML text; a text that is none becomes a fault and an empty result."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        findings.add(where, said("Expected TOML text, but {error}", error=error), "toml.syntax")
        return {}


def each_table(text: str, name: str, where: str, findings: Findings, read: Callable[[Table], None]) -> None:
    """Hands every `[[name]]` of the text to `read`; other tables are a fault."""
    each_of(text, {name: read}, where, findings)


def each_of(
    text: str, readers: Mapping[str, Callable[[Table], None]], where: str, findings: Findings
) -> None:
    """Hands every table of the text to the reader of its name; tables of other names are a fault."""
    data = read_toml(text, where, findings)
    for other in sorted(set(data) - set(readers)):
        findings.add(
            where,
            said(
                "Expected nothing but [[{name}]] tables, but found {other!r}",
                name="]], [[".join(readers),
                other=other,
            ),
            "toml.key",
        )
    for name, read in readers.items():
        _each_row(data.get(name, []), name, where, findings, read)


def _each_row(rows: Any, name: str, where: str, findings: Findings, read: Callable[[Table], None]) -> None:
    if not isinstance(rows, list):
        findings.add(
            where, said("Expected [[{name}]] tables, but found {rows!r}", name=name, rows=rows), "toml.type"
        )
        return
    for index, row in enumerate(rows, 1):
        place = f"{where} [[{name}]] {index}"
        if isinstance(row, dict):
            read(Table(row, place, findings))
        else:
            findings.add(place, said("Expected a table, but found {row!r}", row=row), "toml.type")
