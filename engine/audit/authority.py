"""Authority: whether whoever acted in a case could, that day, as the journal itself tells it.

Called by `verify` on the database and, written into the one file of the offline program, on a dossier: so it
needs nothing but the standard library. It follows the entries as they are stored, holds the persons against
the streams `organisation` and `register:officers`, and never asks what either says today.

Not judged here: whether the rules of supervision would have refused an act. That is what a replay shows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from engine.audit.certificates import Certificates
from engine.audit.past import ORGANISATION, Found, Past, Row, Sentence, day, said
from engine.audit.rights import RIGHTS, clashes, qualifies


def events(row: Row) -> list[Row] | None:
    """The events of an entry; None where its data were disposed of."""
    return None if row["payload"] is None else list(json.loads(row["payload"])["events"])


def told_by(row: Row, events: list[Row] | None) -> list[tuple[str, str, Row | None]]:
    """What an entry of one of the two streams told, as `Past` takes it; None where it was disposed of."""
    if events is None:
        return [(row["stream"], row["moment"], None)]
    return [(row["stream"], row["moment"], event["data"]) for event in events]


class Authority:
    """Follows a case through its entries, and says where somebody did what he could not do that day.

    Checks 8 (what was blocked) and 15 (persons, posts, roles, separation of duties); 16 is `certificates`.
    """

    def __init__(self, past: Past) -> None:
        self.past = past
        self.unit = self.marking = self.moment = ""
        self.items: dict[Any, Row] = {}
        self.taken: dict[Any, str] = {}
        self.acts: list[Row] = []
        self.refused: set[tuple[str, str]] = set()
        self.scopes: dict[Any, Any] = {}
        self.recused: dict[Any, Any] = {}
        self.certificates = Certificates(past)
        self.actor: Row = {}
        self.whole = self.by_duty = True

    def take(self, row: Row) -> Found:
        """Every fault of the next entry, as it is stored: (number of the check, sentence)."""
        yield from self.follow(json.loads(row["head"]), events(row))

    def follow(self, head: Row, events: list[Row] | None) -> Found:
        """The same of an entry that was read; without events where its data were disposed of."""
        told = events or []
        self.actor, self.moment = head["actor"], head["moment"]
        self.certificates.moment = self.moment
        self.whole = self.whole and events is not None
        types = {event["type"] for event in head["events"]}
        yield from self.blocked(types, told, head["marking"])
        self.marking = head["marking"]
        if self.actor["kind"] == "officer" and ORGANISATION not in self.past.gaps:
            yield from ((15, sentence) for sentence in self.position(head["command"]["type"]))
        for event in told:
            yield from (_TAKEN.get(event["type"], Authority.nothing)(self, event["data"]) or ())

    def nothing(self, data: Row) -> None:
        """Of any other event nothing is remembered."""

    def act(self, data: Row) -> Found:
        """Remember an act; an officer's may demand a certificate."""
        self.acts.append(data)
        if self.actor["kind"] == "officer":
            yield from self.certificates.act(data)

    # -- check 8 ------------------------------------------------------------------------------------

    def blocked(self, types: set[str], told: list[Row], marking: str) -> Found:
        """What was refused has no effect: nothing but the refusal and its cards, the marking as before."""
        cards = [event["data"] for event in told if event["type"] == "CardIssued"]
        self.by_duty = all(card.get("table") == "authority" for card in cards)
        if "ActRefused" in types:
            if types - {"ActRefused", "CardIssued"}:
                more = ", ".join(sorted(types - {"ActRefused", "CardIssued"}))
                yield 8, said("Expected nothing but the refusal, but found {more}", more=more)
            if marking != self.marking:
                yield 8, said("Expected the marking before the refusal, but it has changed")
        elif any(card.get("blocked") is True for card in cards):
            yield 8, said("Expected an act that a card says was blocked to be refused, but it was done")

    def refused_act(self, data: Row) -> None:
        """Remember who was refused what for good: duties once had in a case do not part again.

        What a table of supervision refused may be put right and done, and a certificate be renewed (SOD-4).
        """
        duties = {str(rule) for rule in data["rules"]} - {"SOD-4"}
        if self.by_duty and any(rule.startswith("SOD-") for rule in duties):
            self.refused.add((self.actor["person"], str(data["key"])))

    # -- check 15 -----------------------------------------------------------------------------------

    def position(self, command: str) -> Iterator[Sentence]:
        """The person was there that day, held the posts of the entry, and one gives the command's right."""
        person, on = self.actor["person"], day(self.moment)
        if not any(row["active"] for row in self.past.at(("person", person), self.moment)):
            yield said(
                "Expected {person} to be an active person of the organisation on {day}, "
                "but the organisation knows none",
                person=person,
                day=on,
            )
            return
        acting = {name: self.actor[name] for name in ("post", "unit", "roles")}
        if acting not in self.actor["posts"]:
            yield said(
                "Expected {person} to act from a post held, but {post} is none of those named",
                person=person,
                post=self.actor["post"],
            )
        held = self.past.held(person, self.moment)
        for one in self.actor["posts"]:
            yield from self.post(person, one, held)
        right = RIGHTS.get(command)
        if right and not any(right in one["roles"] for one in self.actor["posts"]):
            yield said(
                "Expected the role {role} for {command}, but {person} has it not",
                role=right,
                command=command,
                person=person,
            )

    def post(self, person: str, one: Row, held: list[str]) -> Iterator[Sentence]:
        """One post of the entry was held that day, and was then of that unit with those roles."""
        on = day(self.moment)
        if one["post"] not in held:
            yield said(
                "Expected {person} to hold the post {post} on {day}, but held then: {posts}",
                person=person,
                post=one["post"],
                day=on,
                posts=", ".join(held) or "–",
            )
            return
        stood = self.past.at(("post", one["post"]), self.moment)
        if not any(_place(row) == _place(one) for row in stood):
            found = "; ".join(_place(row) for row in stood) or "–"
            yield said(
                "Expected {person} in the post {post} with what it gave on {day} ({found}), "
                "but the entry says {told}",
                person=person,
                post=one["post"],
                day=on,
                found=found,
                told=_place(one),
            )

    def received(self, data: Row) -> Found:
        """Whoever takes an application in holds a post of the unit; anybody may hand his own in."""
        self.unit = data["unit"]
        if self.actor["kind"] == "officer" and all(one["unit"] != self.unit for one in self.actor["posts"]):
            wrong = said(
                "Expected {person} to hold a post of {unit}, but holds none",
                person=self.actor["person"],
                unit=self.unit,
            )
            yield 15, wrong

    def scope(self, data: Row) -> None:
        """Remember what lies around a scope."""
        self.scopes[data["scope"]] = data.get("parent")

    def variable(self, data: Row) -> None:
        """Remember who was withdrawn from the case (SOD-5)."""
        if data["name"] == "recused":
            self.recused[data["scope"]] = data.get("value")

    def offered(self, data: Row) -> None:
        """Remember whose work it is."""
        self.items[data["instance"]] = data

    def forwarded(self, data: Row) -> None:
        """Remember whose work it is now."""
        self.taken[data["key"]] = data["person"]

    def claimed(self, data: Row) -> Found:
        """Only who may do the work takes it."""
        self.taken[data["key"]] = data["person"]
        yield from self.entitled(data)

    def completed(self, data: Row) -> Found:
        """Only who may do the work and has taken it does it; a penalty rests on two certificates."""
        if self.whole and self.taken.get(data["key"]) != data["person"]:
            wrong = said(
                "Expected {element} to be done by who had taken it, but {person} did it",
                element=data["element"],
                person=data["person"],
            )
            yield 15, wrong
        yield from self.entitled(data)
        yield from self.certificates.penalty(data)

    def message(self, data: Row) -> Found:
        """Only who may send what the case waits for sends it."""
        if self.actor["kind"] != "system":
            yield from self.entitled(data)

    def entitled(self, data: Row) -> Found:
        """The actor is the one named, has the role in the unit, and no duty that excludes this one."""
        person, item = self.actor["person"], self.items.get(data["key"])
        at = {"person": person, "element": data["element"]}
        if data["person"] not in (person, self.actor["kind"]):
            named = {**at, "named": data["person"]}
            yield (
                15,
                said("Expected {person}, who acts, to be named at {element}, but found {named}", **named),
            )
        if item is None or self.actor["kind"] == "system":
            return
        if (person, str(data["key"])) in self.refused:
            yield 8, said("Expected {element} not to be done by {person}, who was refused, but it was", **at)
        if not qualifies(self.actor, item, item.get("unit") or self.unit):
            wanted = ", ".join((*item.get("candidate_users", ()), *item.get("candidate_groups", ())))
            at |= {"role": wanted or item.get("role") or "–", "unit": item.get("unit") or self.unit}
            at["person"] = person or self.actor["name"]
            yield 15, said("Expected {role} of {unit} for {element}, but {person} is none", **at)
        for rule in self.breaches(person, item):
            at = {"person": person, "element": data["element"], "rule": rule}
            yield 15, said("Expected {rule} to be kept at {element}, but {person} breaks it", **at)

    def breaches(self, person: str, item: Row) -> Iterator[str]:
        """The rules on persons that the actor breaks with an item: withdrawal (SOD-5), duties kept apart."""
        scope = item.get("scope")
        while scope is not None and not self.recused.get(scope):
            scope = self.scopes.get(scope)
        if person and person in (self.recused.get(scope) or ()):
            yield "SOD-5"
        yield from clashes(item, [act for act in self.acts if person and act["person"] == person])


def _place(post: Row) -> str:
    """Unit and roles of a post, to be compared and to be read."""
    return f"{post['unit']}: {', '.join(sorted(post['roles']))}"


_TAKEN: dict[str, Callable[[Authority, Row], Found | None]] = {
    "ActRefused": Authority.refused_act,
    "CaseReceived": Authority.received,
    "ScopeOpened": Authority.scope,
    "VariableSet": Authority.variable,
    "WorkItemOffered": Authority.offered,
    "SubscriptionOpened": Authority.offered,
    "WorkItemForwarded": Authority.forwarded,
    "WorkItemClaimed": Authority.claimed,
    "WorkItemCompleted": Authority.completed,
    "MessageReceived": Authority.message,
    "JobCreated": lambda case, data: case.certificates.asked(data),
    "JobCompleted": lambda case, data: case.certificates.answered(data),
    "ActRecorded": Authority.act,
}
