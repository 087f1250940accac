"""Units, posts, persons, and the actor of a command, as immutable data.

Called by the directory, by authorization, by casework (an actor goes into the journal) and by
definitions (units that a procedure may run in). It reads no database and asks no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Literal

from engine import canonical
from engine.errors import Finding, Malformed, NotAuthorised, NotFound, said

# A supervision body (行政执法监督机构) watches over the government it belongs to: `Organisation.reach`.
UNIT_KINDS = ("city", "district", "department", "supervision", "office")


@dataclass(frozen=True)
class Unit:
    """A city, a district, a department, a supervision body or an office; `parent` is "" at the root."""

    code: str
    parent: str
    kind: str
    name_zh: str
    name_en: str
    short_zh: str  # authority short name in document numbers


@dataclass(frozen=True)
class Post:
    """A position in a unit; its roles are codes of `roles.ROLES`."""

    code: str
    unit: str
    name_zh: str
    name_en: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in."""

    login: str
    name: str
    active: bool = True


@dataclass(frozen=True)
class Holding:
    """A person holds a post from `valid_from` to `valid_to`, both days included; None: until changed."""

    login: str
    post: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True)
class Organisation:
    """Units and posts at one moment: all that a definition or a decision may depend on.

    Both are kept sorted by code, so that equal organisations have equal digests. Raises Malformed with
    one finding per fault: a code twice, an unknown parent, a circle, a post of an unknown unit.
    """

    units: tuple[Unit, ...]
    posts: tuple[Post, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", tuple(sorted(self.units, key=lambda unit: unit.code)))
        object.__setattr__(self, "posts", tuple(sorted(self.posts, key=lambda post: post.code)))
        findings = faults(self.units, self.posts)
        if findings:
            raise Malformed(
                said("Expected an organisation that is one consistent tree, but it is not"), findings
            )

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical data."""
        return canonical.digest(self.as_data())

    def as_data(self) -> dict[str, Any]:
        """Plain data: {"units": [{code, parent, …}], "posts": [{code, unit, …, roles: […]}]}."""
        return {
            "units": [asdict(unit) for unit in self.units],
            "posts": [{**asdict(post), "roles": list(post.roles)} for post in self.posts],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Organisation:
        """The organisation written by `as_data`. Raises Malformed where the data is not of that shape."""
        try:
            units = tuple(Unit(**unit) for unit in data["units"])
            posts = tuple(Post(**{**post, "roles": tuple(post["roles"])}) for post in data["posts"])
        except (KeyError, TypeError) as error:
            raise Malformed(said("Expected the data of an organisation, but {error}", error=error)) from error
        return cls(units, posts)

    def unit(self, code: str) -> Unit:
        """The unit of that code. Raises NotFound."""
        if code not in self._units:
            raise NotFound(said("Expected a unit of the organisation, but there is no “{code}”", code=code))
        return self._units[code]

    def post(self, code: str) -> Post:
        """The post of that code. Raises NotFound."""
        if code not in self._posts:
            raise NotFound(said("Expected a post of the organisation, but there is no “{code}”", code=code))
        return self._posts[code]

    def parents(self, code: str) -> tuple[str, ...]:
        """The codes above a unit, from the nearest to the root; empty at the root. Raises NotFound."""
        found: list[str] = []
        parent = self.unit(code).parent
        while parent:
            found.append(parent)
            parent = self._units[parent].parent
        return tuple(found)

    def within(self, code: str, ancestor: str) -> bool:
        """Whether the unit is `ancestor` or lies below it. Raises NotFound for an unknown `code`."""
        return code == self.unit(ancestor).code or ancestor in self.parents(code)

    def reach(self, code: str) -> str:
        """The unit over which the supervisors and auditors of a unit watch.

        A supervision body watches over the government it belongs to, every other unit over itself.
        Raises NotFound.
        """
        unit = self.unit(code)
        return unit.parent if unit.kind == "supervision" and unit.parent else code

    def context(self, code: str) -> dict[str, Any]:
        """The unit as a FEEL context {code, name, name_en, kind, short, parent}; `parent` is a context of
        the same shape or None. Raises NotFound.
        """
        above: dict[str, Any] | None = None
        for each in (*reversed(self.parents(code)), code):
            unit = self._units[each]
            above = {
                "code": unit.code,
                "name": unit.name_zh,
                "name_en": unit.name_en,
                "kind": unit.kind,
                "short": unit.short_zh,
                "parent": above,
            }
        return above or {}

    @cached_property
    def _units(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in self.units}

    @cached_property
    def _posts(self) -> dict[str, Post]:
        return {post.code: post for post in self.posts}


def faults(units: Sequence[Unit], posts: Sequence[Post]) -> list[Finding]:
    """What keeps units and posts from being one organisation; empty where nothing does."""
    parents = {unit.code: unit.parent for unit in units}
    found = _doubles("unit", [unit.code for unit in units]) + _doubles("post", [post.code for post in posts])
    for unit in units:
        if unit.parent and unit.parent not in parents:
            found.append(
                fault(
                    unit.code,
                    "parent",
                    said(
                        "a unit above “{code}”, but “{parent}” is unknown", code=unit.code, parent=unit.parent
                    ),
                )
            )
        elif unit.code in _above(unit.code, parents):
            found.append(
                fault(
                    unit.code,
                    "parent",
                    said("a tree of units, but “{code}” lies below itself", code=unit.code),
                )
            )
    for post in posts:
        if post.unit not in parents:
            found.append(
                fault(
                    post.code,
                    "unit",
                    said("a known unit of “{code}”, but “{unit}” is unknown", code=post.code, unit=post.unit),
                )
            )
    return found


def _doubles(what: str, codes: list[str]) -> list[Finding]:
    twice = sorted({code for code in codes if codes.count(code) > 1}) if len(set(codes)) < len(codes) else []
    return [
        fault(code, "code", said("each {what} once, but “{code}” stands twice", what=what, code=code))
        for code in twice
    ]


def _above(code: str, parents: Mapping[str, str]) -> set[str]:
    found: set[str] = set()
    parent = parents.get(code, "")
    while parent and parent not in found:
        found.add(parent)
        parent = parents.get(parent, "")
    return found


def fault(code: str, column: str, rest: str) -> Finding:
    """A finding of the organisation: `where` is code and column, the sentence begins “Expected”."""
    return Finding(f"{code}/{column}", said("Expected {rest}", rest=rest), f"organisation.{column}")


@dataclass(frozen=True)
class PostHeld:
    """A post that the actor holds on the day, with its unit and roles."""

    post: str
    unit: str
    roles: tuple[str, ...]

    def gives(self, role: str, unit: str) -> bool:
        """Whether this post gives the role in exactly that unit."""
        return self.unit == unit and role in self.roles


@dataclass(frozen=True)
class Actor:
    """Who sends a command: an officer from one of his posts, a party of a case, or the system.

    `post`, `unit` and `roles` are of the post acted from; `posts` are all posts held that day, each of
    which may qualify for a work item. A party carries the number of its `case` ("" when applying).
    """

    kind: Literal["officer", "party", "system"]
    person: str = ""
    name: str = ""
    post: str = ""
    unit: str = ""
    roles: tuple[str, ...] = ()
    posts: tuple[PostHeld, ...] = ()
    case: str = ""

    @classmethod
    def system(cls) -> Actor:
        """Time, jobs and migrations act as the system."""
        return cls("system", name="系统")

    @classmethod
    def party(cls, name: str, case: str = "") -> Actor:
        """A citizen or firm, proven by the query code of the case; without a case: someone who applies."""
        return cls("party", name=name, case=case)

    @classmethod
    def officer(cls, person: Person, posts: Sequence[PostHeld], post: str | None = None) -> Actor:
        """A person who acts from `post`, or from the first of the posts. Raises NotAuthorised where the
        post is not among those held, and where none is held.
        """
        held = next((each for each in posts if post is None or each.post == post), None)
        if held is None:
            raise NotAuthorised(
                said(
                    "您（{name}）当日不担任所选岗位{which}",
                    name=person.name,
                    which=said("“{post}”", post=post) if post else "",
                )
            )
        return cls("officer", person.login, person.name, held.post, held.unit, held.roles, tuple(posts))

    def from_post(self, post: str) -> Actor:
        """The same officer acting from another of his posts. Raises NotAuthorised where he lacks it."""
        for held in self.posts:
            if held.post == post:
                return replace(self, post=held.post, unit=held.unit, roles=held.roles)
        raise NotAuthorised(said("您（{name}）当日不担任岗位“{post}”", name=self.name, post=post))

    def holds(self, role: str, unit: str) -> bool:
        """Whether any post held gives the role in exactly that unit."""
        return any(held.gives(role, unit) for held in self.posts)

    def as_data(self) -> dict[str, Any]:
        """Plain data for the journal."""
        data: dict[str, Any] = {key: getattr(self, key) for key in _ACTOR_TEXTS}
        data["roles"] = list(self.roles)
        data["posts"] = [{**asdict(held), "roles": list(held.roles)} for held in self.posts]
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Actor:
        """The actor written by `as_data`. Raises Malformed where the data is not of that shape."""
        try:
            texts = {key: data[key] for key in _ACTOR_TEXTS}
            posts = tuple(PostHeld(p["post"], p["unit"], tuple(p["roles"])) for p in data["posts"])
            roles = tuple(data["roles"])
        except (KeyError, TypeError) as error:
            raise Malformed(said("Expected the data of an actor, but {error!r}", error=error)) from error
        if texts["kind"] not in ("officer", "party", "system"):
            raise Malformed(
                said(
                    "Expected officer, party or system as an actor's kind, but found {kind!r}",
                    kind=texts["kind"],
                )
            )
        return cls(**texts, roles=roles, posts=posts)


_ACTOR_TEXTS = ("kind", "person", "name", "post", "unit", "case")
