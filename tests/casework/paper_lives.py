"""Cases lived on paper: the pure decision alone, entry after entry, with no database behind it.

A thousand lives through the whole runtime take a quarter of an hour; the same commands decided on paper take
a minute, and every entry is written and read back as the journal holds it. What built-in jobs would have done
is made up here. Used by `guided_lives.py`, which says what a life does next.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from paper_forms import POOL, PaperForms
from paper_registers import Absent, PaperRegisters
from sqlalchemy import Connection

from engine import canonical
from engine.bpmn.definition import Definition, Flow
from engine.bpmn.marking import Marking
from engine.casework import clocks, commands
from engine.casework.decide import decide
from engine.casework.ground import Ground
from engine.casework.jobs import REACHABLE, UNDELIVERABLE
from engine.casework.state import CaseState
from engine.clock import moment_text
from engine.definitions import catalogue
from engine.definitions.packages import Package
from engine.errors import BanjieError
from engine.organisation.model import Actor
from engine.records.entries import GENESIS, Entry, Event, from_row
from timers.laboratory import Laboratory

FIRST_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
Filled = Callable[[], dict[str, Any]]  # what somebody fills in, asked for when it comes to that
DAYS_TOLD = {
    "banjie.archive": "archived_on",
    "banjie.publish": "published_on",
    "banjie.publish.withdraw": "withdrawn_on",
}
"""The day that a job gives back, by its type."""
RETRIES = 30
"""Jobs in a row: more than any procedure has before somebody must act."""


@dataclass
class Life:
    """A case on paper."""

    entries: list[Entry] = field(default_factory=list)
    state: CaseState = field(default_factory=CaseState)
    marking: Marking | None = None
    given: dict[str, Any] = field(default_factory=dict)
    moment: datetime = FIRST_MOMENT
    scopes: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    def fork(self) -> Life:
        """A life that begins as this one did and goes on by itself."""
        return replace(self, entries=[*self.entries], given={**self.given}, scopes={**self.scopes})


class Paper:
    """Lives cases over the definitions of a laboratory's store, which is read and never written."""

    def __init__(self, lab: Laboratory, connection: Connection, seed: int, pool: int = POOL) -> None:
        self.lab = lab
        self.connection = connection
        self.rng = random.Random(seed)
        self.refused: Counter[str] = Counter()
        self.passed: Counter[tuple[str, str]] = Counter()
        self.called: dict[str, set[tuple[str, str]]] = {}
        self._grounds: dict[tuple[str, str], Ground] = {}
        shelf = lab.runtime.shelf
        shelf.refresh(connection)
        bundle = shelf.bundle(connection, shelf.newest("catalogue", "catalogue"))
        self.registers = PaperRegisters(lab, connection, self.rng)
        self.items = [item for item in catalogue.read(bundle.texts(".toml")).values() if item.units]
        routed = {unit for item in self.items for unit in item.facts.get("routes", {})}
        self.forms = PaperForms(lab, self.rng, [*lab._consulted[:1], *sorted(routed)], pool)

    def procedures(self) -> list[str]:
        """What the items are handled by, in order."""
        return sorted({item.procedure for item in self.items})

    # -- one life ------------------------------------------------------------------------------------

    def begin(self, number: int, procedure: str) -> Life:
        """A case that has just been received; without entries where it was refused."""
        item = self.rng.choice([item for item in self.items if item.procedure == procedure])
        package = self.package(procedure)
        moment = self.lab.clock.now() + timedelta(minutes=self.rng.randint(0, 60 * 24 * 200))
        unit = self.rng.choice(item.units)
        life = Life([], CaseState(case_id=number), moment=moment)
        life.given = self._filled(package, package.first_form, life, unit, "")
        actor = Actor.party(str(life.given.get("applicant_name") or "某人"))
        channel = self.rng.choice(("online", "window"))
        command = commands.Receive(item=item.code, unit=unit, channel=channel, variables=life.given)
        answers = {"case_id": number, "number": f"{moment:%Y}{number:07d}", "query_hash": "", "called": {}}
        if self._do(life, command, actor, answers, item.code, package):
            self._jobs(life)
        return life

    def next_due(self, life: Life) -> tuple[datetime, str] | None:
        """The moment and key of what falls due next."""
        ground = self._ground(life.state.item, self._own(life))
        found = sorted((at, key) for key, at in clocks.dues(life.state, ground.calendar).items())
        return found[0] if found else None

    def wait(self, life: Life, due: tuple[datetime, str], *, by_chance: bool = True) -> bool:
        """Nobody acts until something falls due."""
        life.moment = max(due[0], life.moment)
        done = self._step(life, commands.FireDue(case_id=life.state.case_id, key=due[1]))
        self._jobs(life, by_chance=by_chance)
        return done

    def act(self, life: Life, kind: str, key: int, after: timedelta) -> None:
        """After a while somebody completes the work item of that key, or sends what is awaited there."""
        life.moment += after
        rows = life.state.items if kind == "item" else life.state.subscriptions
        form, element = rows[key]["form"], rows[key]["element"]
        does = self.completed if kind == "item" else self.sent
        does(life, key, lambda: self._answered(life, form, element))
        self._jobs(life)

    def messages(self, life: Life) -> list[int]:
        """The subscriptions that somebody's message would answer."""
        return [key for key, row in sorted(life.state.subscriptions.items()) if row["kind"] == "message"]

    def sent(self, life: Life, key: int, filled: Filled) -> bool:
        """Whoever is meant sends what is awaited there; False where that is refused."""
        row, state = life.state.subscriptions[key], life.state
        if row["role"] in (None, "applicant"):
            actor = Actor.party(state.applicant, state.number)
        else:
            actor = self._somebody({"role": row["role"], "unit": row.get("unit") or state.unit}, life, "")
        return self._step(life, commands.Send(case_id=state.case_id, key=key, variables=filled()), actor)

    def completed(self, life: Life, key: int, filled: Filled, *, by_chance: bool = True) -> bool:
        """Somebody claims the work item of that key and completes it, or by chance gives it back."""
        case_id, item = life.state.case_id, life.state.items[key]
        if item["person"]:
            actor = self.lab.runtime.directory.actor(item["person"])
        else:
            seen = {**item, "candidates": {"persons": item["users"], "posts": item["groups"]}}
            actor = self._somebody(seen, life, item["act"] or "")
            claimed = self._step(life, commands.Claim(case_id=case_id, key=key), actor)
            if not claimed or key not in life.state.items:
                return False
            if by_chance and self.rng.random() < 0.03:
                return self._step(life, commands.Release(case_id=case_id, key=key), actor)
        return self._step(life, commands.Complete(case_id=case_id, key=key, variables=filled()), actor)

    def _somebody(self, seen: Mapping[str, Any], life: Life, act: str) -> Actor:
        try:
            return self.lab.someone({"candidates": {}, **seen}, life.state.acts, act)
        except BanjieError:
            return Actor.system()  # nobody may: the refusal is part of the life

    def _jobs(self, life: Life, *, by_chance: bool = True) -> None:
        """Every job that waits is done, or by chance fails, at once."""
        for _ in range(RETRIES):
            if not life.state.jobs or not life.state.open:
                break
            life.moment += timedelta(seconds=1)
            if not self._step(life, self._job_done(life, by_chance, *min(life.state.jobs.items()))):
                break
        for key in sorted(life.state.incidents):
            self._step(life, commands.Retry(case_id=life.state.case_id, key=key, variables={}))

    def _job_done(self, life: Life, by_chance: bool, key: int, job: Mapping[str, Any]) -> commands.Command:
        case_id = life.state.case_id
        if by_chance and self.rng.random() < 0.01:
            return commands.FailJob(case_id=case_id, key=key, sentence="Expected an answer, but none came")
        address = job["input"].get("address")
        if address is not None and not self._arrives(str(address), by_chance):
            return _thrown(case_id, key, UNDELIVERABLE)
        try:
            result = self._made_up(life, by_chance, key, job)
        except Absent as absent:
            return _thrown(case_id, key, absent.code)
        return commands.CompleteJob(case_id=case_id, key=key, result=result)

    def _arrives(self, address: str, by_chance: bool) -> bool:
        return bool(REACHABLE.search(address)) and not (by_chance and self.rng.random() < 0.2)

    def _made_up(self, life: Life, by_chance: bool, key: int, job: Mapping[str, Any]) -> dict[str, Any]:
        headers, day = job["headers"], f"{life.moment:%Y-%m-%d}"
        if job["type"] == "banjie.document":
            named = {"kind": headers.get("kind", ""), "number": f"第{key}号", "code": f"{key}"}
            document = {**self.lab.file, **named}
            variable = headers.get("variable")
            return {"document": document, **({variable: {**document, "issued_on": day}} if variable else {})}
        if job["type"] == "banjie.notify":
            return {"notice": {"to": headers.get("to", "applicant"), "text": headers.get("text", "")}}
        local = life.moment.astimezone(self.lab.runtime.settings.zone)
        if job["type"] == "banjie.register.read":
            return self.registers.read(job, local, by_chance=by_chance)
        if job["type"] == "banjie.register.write":
            return self.registers.write(job, local, by_chance=by_chance)
        if headers.get("of") == "unit" and not by_chance:
            return {"withdrawn_on": life.given.get("withdrawn_on")}  # of another case, published or not
        return {DAYS_TOLD[job["type"]]: day} if job["type"] in DAYS_TOLD else {}

    # -- deciding and writing ------------------------------------------------------------------------

    def _step(self, life: Life, command: commands.Command, actor: Actor | None = None) -> bool:
        answers: dict[str, Any] = {"item": life.state.item, "called": {}}
        if isinstance(command, commands.FailJob):
            answers["available_at"] = moment_text(life.moment)
        actor = actor or Actor.system()
        return self._do(life, command, actor, answers, life.state.item, self._own(life))

    def _do(
        self,
        life: Life,
        command: commands.Command,
        actor: Actor,
        answers: dict[str, Any],
        item: str,
        package: Package,
    ) -> bool:
        def named(name: str) -> Package:
            found = self.package(name)
            answers["called"] = {**answers["called"], name: found.digest}
            return found

        command = commands.from_data(canonical.loads(canonical.dumps(command.as_data())))
        ground = replace(
            self._ground(item, package), moment=life.moment, actor=actor, answers=answers, package_named=named
        )
        try:
            decision = decide(life.state, life.marking, command, ground)
        except BanjieError as refusal:
            self.refused[f"{command.type} {refusal.code}: {refusal.sentence[:60]}"] += 1
            return False
        self._write(life, command, ground, decision)
        return True

    def _write(self, life: Life, command: commands.Command, ground: Ground, decision: Any) -> None:
        entry = Entry(
            stream=f"case:{life.state.case_id}",
            seq=len(life.entries) + 1,
            case_id=life.state.case_id,
            moment=moment_text(ground.moment),
            actor=ground.actor.as_data(),
            command=command.as_data(),
            answers=ground.answers,
            events=decision.events,
            digests=ground.digests,
            marking=decision.marking.digest if decision.marking else "",
            previous=life.entries[-1].hash if life.entries else GENESIS,
            salt="paper",
        )
        life.entries.append(from_row(entry.stream, entry.seq, entry.case_id, entry.head, entry.payload))
        life.state, life.marking = decision.state, decision.marking
        for event in decision.events:
            self._note(life, event)

    def _note(self, life: Life, event: Event) -> None:
        """Which flow a token took, in which diagram; and which diagram which element calls."""
        data = event.data
        if event.type == "ScopeOpened":
            life.scopes[data["scope"]] = data
            if data.get("digest") and data.get("parent") is not None:
                caller = (self.diagram(life, data["parent"]), str(data["element"]))
                self.called.setdefault(str(data["digest"]), set()).add(caller)
        flow = data.get("came_by") if event.type == "ElementEntered" else None
        if flow:
            scope = data["scope"]
            while flow not in self.definition(self.diagram(life, scope)).flows:
                scope = life.scopes[scope]["parent"]  # a call is entered in the scope it opens
            self.passed[self.diagram(life, scope), flow] += 1

    def diagram(self, life: Life, scope: int | None) -> str:
        """The digest of the diagram that a scope runs."""
        while scope is not None:
            if life.scopes[scope].get("digest"):
                return str(life.scopes[scope]["digest"])
            scope = life.scopes[scope].get("parent")
        return self._own(life).definition.digest

    # -- what is deployed ----------------------------------------------------------------------------

    def package(self, name: str) -> Package:
        """The package of that name that is in force."""
        shelf = self.lab.runtime.shelf
        return shelf.package(self.connection, shelf.in_force("package", name, self.lab.today))

    def definition(self, digest: str) -> Definition:
        """The diagram of that digest."""
        return self.lab.runtime.shelf.definition(self.connection, digest)

    @cached_property
    def packages(self) -> dict[str, str]:
        """The name of every package that ships, by the digest of its diagram."""
        names = {version.name for version in self.lab.runtime.shelf.versions("package")}
        return {self.package(name).definition.digest: name for name in sorted(names)}

    def flows(self) -> dict[tuple[str, str], Flow]:
        """Every sequence flow of every procedure that ships, the called ones too, by diagram and id."""
        diagrams = map(self.definition, self.packages)
        return {(one.digest, flow): drawn for one in diagrams for flow, drawn in one.flows.items()}

    def _own(self, life: Life) -> Package:
        return self.lab.runtime.shelf.package(self.connection, life.state.package)

    def _form_owner(self, life: Life, form: str | None) -> Package:
        if not form:
            return self._own(life)
        return self.lab.runtime.package_of_form(self.connection, life.state, form)

    def _ground(self, item: str, package: Package) -> Ground:
        key = (item, package.digest)
        if key not in self._grounds:
            runtime = self.lab.runtime
            self._grounds[key] = runtime._ground(
                self.connection, package, item, self.lab.clock.now(), Actor.system(), {"called": {}}
            )
        return self._grounds[key]

    def _answered(self, life: Life, form: str | None, element: str) -> dict[str, Any]:
        return self._filled(self._form_owner(life, form), form, life, life.state.unit, element)

    def _filled(
        self, package: Package, form: str | None, life: Life, unit: str, element: str
    ) -> dict[str, Any]:
        """What somebody fills in, with what the applicant gave before."""
        if not form:
            return {}
        case: Mapping[str, Any] = {}
        if life.marking is not None and life.state.root is not None and life.state.open:
            case = life.marking.variables(life.state.root)
        today = life.moment.astimezone(self.lab.runtime.settings.zone).date()
        found = self.forms.filled(package, form, element, unit, today, case)
        return {**found, **{name: value for name, value in life.given.items() if name in found}}


def _thrown(case_id: int, key: int, code: str) -> commands.Command:
    return commands.ThrowError(case_id=case_id, key=key, code=code, sentence="", variables={})
