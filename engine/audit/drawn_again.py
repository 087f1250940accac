"""The rows of a case drawn again from its entries: what each step must have written, and what it leaves open.

Called by `derived`, which holds them against what is stored. Nothing is decided again: events are applied as
the runtime applies them, and of each row its last writing is kept. When something falls due is left out: it
follows from the calendar and is counted anew at every step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine import canonical
from engine.casework import rows as working
from engine.casework import state as case_state
from engine.casework.state import CaseState
from engine.casework.supervision import GRAVITY
from engine.records.entries import Entry

Columns = dict[str, Any]
"""Of a row the columns that follow from the entries; a tuple names values of which one must stand there."""
Drawn = dict[int, Columns]
"""By key."""
PAPER, PUBLISH, VOID_PAPER = "banjie.document", "banjie.publish", "banjie.document.void"
_KINDS = ("items", "jobs", "subscriptions")
_DONE = ("WorkItemCompleted", "JobCompleted")
_OF_ITEM = ("element", "name", "form", "role", "unit", "priority", "offered_at")
_OF_JOB = ("element", "type", "unit", "retries", "available_at", "problem")
_OF_SUBSCRIPTION = ("kind", "name", "element", "role", "form")
_OF_CARD = ("rule", "level", "basis", "person", "blocked")
_OF_PAPER = ("code", "sha256", "kind", "number", "issued_on")


@dataclass
class _Last:
    """How something that a case waits for was left: its row, whether it is gone, and when it was written."""

    row: Mapping[str, Any]
    gone: bool
    moment: str
    level: str


class DrawnAgain:
    """Follows the entries of a case; then tells which rows there must be."""

    def __init__(self, case_id: int) -> None:
        self.state = CaseState(case_id=case_id)
        self.moment = ""
        self._left: dict[str, dict[int, _Last]] = {kind: {} for kind in _KINDS}
        self._done: set[int] = set()
        self._names: list[str] = []
        self._cards: Drawn = {}
        self._papers: Drawn = {}

    def take(self, entry: Entry) -> None:
        """Apply the next entry. Raises what events raise that no step could have written."""
        touched: set[tuple[str, int]] = set()
        state = earlier = self.state
        for event in entry.events:
            data = event.data
            before, state = state, case_state.apply(state, event, entry.moment)
            if state is not before:
                touched |= {
                    (kind, data["instance"] if "instance" in data else data["key"])
                    for kind in _KINDS
                    if getattr(state, kind) is not getattr(before, kind)
                }
            self._event(entry, event.type, data)
        self.state, self.moment = state, entry.moment
        if state.applicant not in self._names:
            self._names.append(state.applicant)
        grave = working.level(state) if touched else ""
        for kind, key in touched:
            self._leave(kind, key, earlier, grave)

    def _leave(self, kind: str, key: int, earlier: CaseState, grave: str) -> None:
        """What a step leaves; a row that was neither there before it nor after it is not written."""
        for state in (self.state, earlier):
            rows = getattr(state, kind)
            if key in rows:
                self._left[kind][key] = _Last(rows[key], state is earlier, self.moment, grave)
                return

    def _event(self, entry: Entry, kind: str, data: Mapping[str, Any]) -> None:
        if kind in _DONE:
            self._done.add(data["key"])
        elif kind == "CardIssued":
            self._cards[data["card"]] = {
                **{name: data[name] for name in _OF_CARD},
                "sentence": canonical.dumps(data["sentence"]),
                "issued_at": entry.moment,
                "data": canonical.dumps({**data["values"], "event": data["event"]}),
            }
        elif kind == "DocumentIssued" and data.get("code") and entry.command.get("type") == "CompleteJob":
            self._papers[entry.command["key"]] = {name: data[name] for name in _OF_PAPER}

    # --- what there must be ------------------------------------------------------------------------

    def case(self) -> Columns:
        """The row of the case, without its marking and the nearest end of a period."""
        state = self.state
        found = {
            "status": "open" if state.open else "closed",
            "number": state.number or None,
            "procedure": state.procedure,
            "package": state.package,
            "title": state.title,
            "applicant": state.applicant,
            "phone_tail": state.phone_tail,
            "query_hash": state.query_hash,
            "closed_at": state.closed_at,
            "outcome": state.outcome,
            "level": working.level(state),
            "updated_at": self.moment,
        }
        if state.number:  # else its application was refused, and nothing of it was received
            found |= {"item_code": state.item, "unit": state.unit, "opened_at": state.opened_at}
        return found

    def rows(self) -> Iterator[tuple[str, Drawn]]:
        """Of each table of a case the rows there must be."""
        yield "work_item", {key: self._item(key, one) for key, one in self._left["items"].items()}
        yield "job", {key: self._job(key, one) for key, one in self._left["jobs"].items()}
        yield "subscription", {k: self._subscription(one) for k, one in self._left["subscriptions"].items()}
        yield "card", self._all_cards()
        yield "issued", self._all_papers()
        yield "publication", self._publications()

    def untold(self, table: str) -> set[int]:
        """Rows that no entry tells of, or not yet: the outbox of cards, what a job has made that goes on."""
        if table == "job":
            above = {n for n, card in self._cards.items() if GRAVITY.index(card["level"]) > 0}
            return {working.card_of(number) for number in above}
        made_by = {"issued": PAPER, "publication": PUBLISH}.get(table)
        return {key for key, one in self._left["jobs"].items() if one.row["type"] == made_by}

    def _item(self, key: int, one: _Last) -> Columns:
        item, state = one.row, self.state
        gone = "done" if key in self._done else "cancelled"
        return {
            **{name: item[name] for name in _OF_ITEM},
            "status": gone if one.gone else item["status"],
            "number": state.number,
            "title": state.title,
            "procedure": state.procedure,
            "applicant": tuple(self._names),  # as the case was called when the row was written last
            "person": item["person"] or item["assignee"],
            "candidates": canonical.dumps({"persons": item["users"], "posts": item["groups"]}),
            "ended_at": one.moment if one.gone else None,
            "level": one.level if one.gone else working.level(state),
        }

    def _job(self, key: int, one: _Last) -> Columns:
        job = one.row
        waits = "failed" if job["retries"] <= 0 else "waiting"
        gone = "done" if key in self._done else "cancelled"
        return {
            **{name: job[name] for name in _OF_JOB},
            **{name: canonical.dumps(job[name]) for name in ("headers", "input")},
            "status": gone if one.gone else waits,
        }

    def _subscription(self, one: _Last) -> Columns:
        return {
            **{name: one.row[name] for name in _OF_SUBSCRIPTION},
            "status": "closed" if one.gone else "open",
            "correlation": one.row["key"],
        }

    def _all_cards(self) -> Drawn:
        state = self.state
        of_case = {"number": state.number, "procedure": state.procedure, "unit": state.unit}
        now = {card["card"]: card["status"] for card in state.cards}
        return {key: {**card, **of_case, "status": now[key]} for key, card in self._cards.items()}

    def _all_papers(self) -> Drawn:
        """Papers: each stands, unless a job of the case made it void (or is about to)."""
        jobs = self._left["jobs"]
        voiding = [(key, one) for key, one in jobs.items() if one.row["type"] == VOID_PAPER]
        void = {str(one.row["input"].get("number")) for key, one in voiding if key in self._done}
        maybe = {str(one.row["input"].get("number")) for key, one in voiding if key not in self._done}
        found: Drawn = {}
        for key, paper in self._papers.items():
            either = ("standing", "void") if paper["number"] in maybe else "standing"
            status = "void" if paper["number"] in void else either
            found[key] = {**paper, "unit": jobs[key].row["unit"], "status": status}
        return found

    def _publications(self) -> Drawn:
        """What was published, as far as its job was told it in so many words; names in it are covered."""
        found: Drawn = {}
        for key, one in self._left["jobs"].items():
            if one.row["type"] == PUBLISH and key in self._done:
                told = {name: one.row["input"].get(name) for name in ("number", "decided_on", "shown_until")}
                told["kind"] = one.row["headers"].get("kind")
                lengths = {"number": 120, "decided_on": 10, "shown_until": 10, "kind": 20}
                given = {name: str(value)[: lengths[name]] for name, value in told.items() if value}
                found[key] = {**given, "unit": one.row["unit"]}
        return found
