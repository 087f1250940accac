"""The names behind the codes of a case: units, posts, people, elements, choices, titles in English.

Called by whoever has a case told (`narrative`): the auditor's pages and the dossier. Read from the
definitions the case ran under and from the organisation in force now; a code nobody knows any more stands
for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from engine.casework.runtime import Runtime
from engine.definitions.catalogue import ServiceItem
from engine.definitions.packages import Package, described
from engine.errors import BanjieError
from engine.organisation.model import Organisation
from engine.records.entries import Entry
from engine.records.tables import person as person_table

Both = tuple[str, str]
"""A text in Chinese and in English."""


@dataclass(frozen=True)
class Names:
    """What codes are called. Empty, it knows nothing, and every code stands for itself."""

    organisation: Organisation = field(default_factory=lambda: Organisation((), ()))
    packages: Sequence[Package] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, ServiceItem] = field(default_factory=dict)
    retell: Callable[[str], str] = str  # a refusal as it is kept → in the reader's language

    def unit(self, code: str) -> Both:
        """A unit's name, behind that of its district where the name alone would not tell it."""
        known = {unit.code: unit for unit in self.organisation.units}
        found = known.get(code)
        if found is None:
            return code, code
        parents = self.organisation.parents(code)
        above = next((known[up] for up in parents if known[up].kind == "district"), None)
        if above is None or above.name_zh[:2] in found.name_zh:
            return found.name_zh, found.name_en
        return f"{above.name_zh}{found.name_zh}", f"{found.name_en}, {above.name_en}"

    def post(self, code: str) -> Both:
        """A post's name."""
        found = next((post for post in self.organisation.posts if post.code == code), None)
        return (found.name_zh, found.name_en) if found else ("", "")

    def person(self, login: str) -> str:
        """A person's name."""
        return self.people.get(login, login)

    def title(self, item: str) -> str:
        """What a service item is called in English; "" where the catalogue knows it no more."""
        found = self.items.get(item)
        return found.name("en") if found else ""

    def element(self, id_: str) -> str:
        """An element by the name it has in the diagram."""
        for package in self.packages:
            if id_ in package.definition.elements:
                return str(package.definition.elements[id_].name or id_)
        return id_

    def label(self, name: str) -> Both | None:
        """What a variable is called; None where no case file knows it."""
        schema = self._schema(name)
        title = str(schema.get("title") or "")
        return (title, str(schema.get("x-title-en") or title)) if title else None

    def choice(self, name: str, value: Any) -> tuple[Both, Both] | None:
        """The label of a variable and the name of the choice it holds; None where it holds none."""
        label = self.label(name)
        for one in self._schema(name).get("oneOf", ()):
            if label and one.get("const") == value and "title" in one:
                return label, (str(one["title"]), str(one.get("x-title-en") or one["title"]))
        return None

    def _schema(self, name: str) -> Mapping[str, Any]:
        return described(self.packages, name)


def of_case(connection: Connection, runtime: Runtime, entries: Iterable[Entry]) -> Names:
    """The names of a case, as far as what it ran under can still be had."""
    digests = dict.fromkeys(str(digest) for entry in entries for digest in _ran(entry))
    packages = []
    for digest in digests:
        try:
            packages.append(runtime.shelf.package(connection, digest))
        except BanjieError:
            continue  # a forged digest names nothing; verifying says so
    rows = connection.execute(select(person_table.c.login, person_table.c.name))
    return Names(
        runtime.organisation(connection),
        packages,
        {row.login: row.name for row in rows},
        runtime.items(connection),
    )


def _ran(entry: Entry) -> Iterable[Any]:
    for event in entry.events:
        if event.type == "CaseReceived" and event.data.get("package"):
            yield event.data["package"]
        elif event.type == "ProcedureCalled" and event.data.get("digest"):
            yield event.data["digest"]
