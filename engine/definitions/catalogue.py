"""The service catalogue: what a citizen can ask for, and which unit handles it.

One procedure serves many items. Read from the catalogue bundle; called by casework (the read-only
`item` of every expression) and by the citizen's pages.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.errors import IllegalDefinition, NotFound, said


@dataclass(frozen=True)
class ServiceItem:
    """One item; `facts` is its table as the catalogue has it (domain 3.1.7)."""

    code: str
    facts: Mapping[str, Any]

    @property
    def procedure(self) -> str:
        """The package that handles it."""
        return str(self.facts["procedure"])

    @property
    def units(self) -> tuple[str, ...]:
        """The units that accept it."""
        return tuple(self.facts.get("units", ()))

    @property
    def active(self) -> bool:
        """Whether cases of it can be begun; an ended item stays for those that run."""
        return str(self.facts.get("status", "active")) == "active"

    @property
    def begun_by(self) -> str:
        """The role that begins its cases of the authority's own motion; empty where people apply."""
        return str(self.facts.get("begun_by", ""))

    def name(self, language: str = "zh") -> str:
        """The item's name."""
        names = self.facts.get("name", {})
        if isinstance(names, str):
            return names
        return str(names.get(language) or names.get("zh") or self.code)

    def as_context(self) -> dict[str, Any]:
        """The read-only FEEL name `item`."""
        return dict(self._context)

    @cached_property
    def _context(self) -> dict[str, Any]:
        return {**_plain(self.facts), "code": self.code, "name": self.name()}


def read(texts: Mapping[str, str]) -> dict[str, ServiceItem]:
    """Items by code from the catalogue's TOML files. Raises IllegalDefinition for a faulty one."""
    items: dict[str, ServiceItem] = {}
    for path, text in texts.items():
        try:
            rows = tomllib.loads(text).get("item", [])
        except tomllib.TOMLDecodeError as error:
            raise IllegalDefinition(
                said("Expected {path} to be TOML, but {error}", path=path, error=error)
            ) from error
        for row in rows:
            code = str(row.get("code", ""))
            if not code or "procedure" not in row or code in items:
                raise IllegalDefinition(
                    said(
                        "Expected each item of {path} to have its own code and a procedure, but found "
                        "{code!r}",
                        path=path,
                        code=code,
                    )
                )
            items[code] = ServiceItem(code, row)
    return items


def find(items: Mapping[str, ServiceItem], code: str) -> ServiceItem:
    """The item with that code. Raises NotFound."""
    if code not in items:
        raise NotFound(said("Expected a service item {code}, but the catalogue has none", code=code))
    return items[code]


def demand_active(item: ServiceItem) -> None:
    """Refuse to begin a case of an item that has ended (NotFound)."""
    if not item.active:
        raise NotFound(said("Expected a service item that is offered, but {code} has ended", code=item.code))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)
