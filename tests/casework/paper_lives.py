"""Cases lived on paper: the pure decision alone, entry after entry, with no database behind it.

A thousand lives through the whole runtime take a quarter of an hour; the same commands decided on paper take
a minute, and every entry is written and read back as the journal holds it. What built-in jobs would have done
is made up here. Used by `test_a_thousand_lives.py`; whatever package ships is picked up from the catalogue.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from engine import canonical
from engine.bpmn.marking import Marking
from engine.casework import clocks, commands
from engine.casework.decide import decide
from engine.casework.ground import Ground
from engine.casework.state import CaseState
from engine.clock import moment_text
from engine.definitions import catalogue
from engine.definitions.packages import Package
from engine.errors import BanjieError
from engine.organisation.model import Actor
from engine.records.entries import GENESIS, Entry, from_row
from timers import samples
from timers.laboratory import Laboratory

POOL = 10
"""Fillings of one form that are made; from then on one of them is taken again."""
LONGEST = 30
"""Steps nobody has to wait for: a life that takes more is left as it stands."""
PAUSES = (30, 90, 240, 1440, 2880, 4320, 20_160)  # minutes between acts; the last lets limits pass


@dataclass
class Life:
    """A case on paper."""

    entries: list[Entry] = field(default_factory=list)
    state: CaseState = field(default_factory=CaseState)
    marking: Marking | None = None
    given: dict[str, Any] = field(default_factory=dict)


class Paper:
    """Lives cases over the definitions of a laboratory's store, which is read and never written."""

    def __init__(self, lab: Laboratory, connection: Connection, seed: int) -> None:
        self.lab = lab
        self.connection = connection
        self.rng = random.Random(seed)
        self.refused: Counter[str] = Counter()
        self.passed: Counter[str] = Counter()
        self._pool: dict[str, list[dict[str, Any]]] = {}
        self._grounds: dict[tuple[str, str], Ground] = {}
        shelf = lab.runtime.shelf
        shelf.refresh(connection)
        bundle = shelf.bundle(connection, shelf.newest("catalogue", "catalogue"))
        self.items = [item for item in catalogue.read(bundle.texts(".toml")).values() if item.units]

    def procedures(self) -> list[str]:
        """What the items are handled by, in order."""
        return sorted({item.procedure for item in self.items})

    # -- one life ------------------------------------------------------------------------------------

    def live(self, number: int, procedure: str) -> Life:
        """The life of a case from its reception on; without entries where it was refused at once."""
        item = self.rng.choice([item for item in self.items if item.procedure == procedure])
        package = self._package(procedure)
        moment = self.lab.clock.now() + timedelta(minutes=self.rng.randint(0, 60 * 24 * 200))
        life = Life(CaseState and [], CaseState(case_id=number))
        life.given = self._filled(package, package.first_form, {})
        actor = Actor.party(str(life.given.get("applicant_name") or "某人"))
        channel = self.rng.choice(("online", "window"))
        unit = self.rng.choice(item.units)
        command = commands.Receive(item=item.code, unit=unit, channel=channel, variables=life.given)
        answers = {"case_id": number, "number": f"{moment:%Y}{number:07d}", "query_hash": "", "called": {}}
        if self._do(life, command, actor, moment, answers, item.code, package):
            self._go_on(life, moment)
        return life

    def _go_on(self, life: Life, moment: datetime) -> None:
        for _ in range(LONGEST):
            moment = self._jobs(life, moment)
            if not life.state.open:
                return
            following = moment + timedelta(minutes=self.rng.choice(PAUSES))
            due = self._next_due(life)
            if due is not None and (due[0] <= following or not self._can_act(life)):
                moment = max(due[0], moment)
                if not self._step(life, commands.FireDue(case_id=life.state.case_id, key=due[1]), moment):
                    return
            elif self._can_act(life):
                moment = following
                self._act(life, moment)
            else:
                return

    def _next_due(self, life: Life) -> tuple[datetime, str] | None:
        ground = self._ground(life.state.item, self._own(life))
        found = sorted((at, key) for key, at in clocks.dues(life.state, ground.calendar).items())
        return found[0] if found else None

    def _messages(self, life: Life) -> list[int]:
        return [key for key, row in sorted(life.state.subscriptions.items()) if row["kind"] == "message"]

    def _can_act(self, life: Life) -> bool:
        return bool(life.state.items or self._messages(life))

    def _act(self, life: Life, moment: datetime) -> None:
        messages = self._messages(life)
        if messages and (not life.state.items or self.rng.random() < 0.12):
            self._send(life, self.rng.choice(messages), moment)
        else:
            self._complete(life, self.rng.choice(sorted(life.state.items)), moment)

    def _send(self, life: Life, key: int, moment: datetime) -> None:
        row, state = life.state.subscriptions[key], life.state
        if row["role"] in (None, "applicant"):
            actor = Actor.party(state.applicant, state.number)
        else:
            actor = self._somebody({"role": row["role"], "unit": row.get("unit") or state.unit}, life, "")
        variables = self._filled(self._form_owner(life, row["form"]), row["form"], life.given)
        self._step(life, commands.Send(case_id=state.case_id, key=key, variables=variables), moment, actor)

    def _complete(self, life: Life, key: int, moment: datetime) -> None:
        case_id, item = life.state.case_id, life.state.items[key]
        if item["person"]:
            actor = self.lab.runtime.directory.actor(item["person"])
        else:
            seen = {**item, "candidates": {"persons": item["users"], "posts": item["groups"]}}
            actor = self._somebody(seen, life, item["act"] or "")
            claimed = self._step(life, commands.Claim(case_id=case_id, key=key), moment, actor)
            if not claimed or key not in life.state.items:
                return
            if self.rng.random() < 0.05:
                self._step(life, commands.Release(case_id=case_id, key=key), moment, actor)
                return
        variables = self._filled(self._form_owner(life, item["form"]), item["form"], life.given)
        self._step(life, commands.Complete(case_id=case_id, key=key, variables=variables), moment, actor)

    def _somebody(self, seen: Mapping[str, Any], life: Life, act: str) -> Actor:
        try:
            return self.lab.someone({"candidates": {}, **seen}, life.state.acts, act)
        except BanjieError:
            return Actor.system()  # nobody may: the refusal is part of the life

    def _jobs(self, life: Life, moment: datetime) -> datetime:
        """Every job that waits is done, or fails, at once."""
        for _ in range(LONGEST):
            if not life.state.jobs or not life.state.open:
                break
            key, job = min(life.state.jobs.items())
            case_id = life.state.case_id
            command: commands.Command = commands.CompleteJob(
                case_id=case_id, key=key, result=self._made_up(life, key, job, moment)
            )
            if self.rng.random() < 0.02:
                command = commands.FailJob(
                    case_id=case_id, key=key, sentence="Expected an answer, but none came"
                )
            moment += timedelta(seconds=1)
            if not self._step(life, command, moment):
                break
        for key in sorted(life.state.incidents):
            self._step(life, commands.Retry(case_id=life.state.case_id, key=key, variables={}), moment)
        return moment

    def _made_up(self, life: Life, key: int, job: Mapping[str, Any], moment: datetime) -> dict[str, Any]:
        headers, day = job["headers"], f"{moment:%Y-%m-%d}"
        if job["type"] == "banjie.document":
            document = {
                **self.lab.file,
                "kind": headers.get("kind", ""),
                "number": f"第{key}号",
                "code": f"{key}",
            }
            variable = headers.get("variable")
            return {"document": document, **({variable: {**document, "issued_on": day}} if variable else {})}
        if job["type"] == "banjie.notify":
            return {"notice": {"to": headers.get("to", "applicant"), "text": headers.get("text", "")}}
        if job["type"] == "banjie.register.read":
            many = isinstance(job["input"].get("key"), list) or "where" in job["input"]
            return {headers.get("variable", "rows" if many else "row"): [] if many else None}
        names = {"banjie.archive": "archived_on", "banjie.publish": "published_on"}
        return {names[job["type"]]: day} if job["type"] in names else {}

    # -- deciding and writing ------------------------------------------------------------------------

    def _step(
        self, life: Life, command: commands.Command, moment: datetime, actor: Actor | None = None
    ) -> bool:
        answers: dict[str, Any] = {"item": life.state.item, "called": {}}
        if isinstance(command, commands.FailJob):
            answers["available_at"] = moment_text(moment)
        actor = actor or Actor.system()
        return self._do(life, command, actor, moment, answers, life.state.item, self._own(life))

    def _do(
        self,
        life: Life,
        command: commands.Command,
        actor: Actor,
        moment: datetime,
        answers: dict[str, Any],
        item: str,
        package: Package,
    ) -> bool:
        def named(name: str) -> Package:
            found = self._package(name)
            answers["called"] = {**answers["called"], name: found.digest}
            return found

        command = commands.from_data(canonical.loads(canonical.dumps(command.as_data())))
        ground = replace(
            self._ground(item, package), moment=moment, actor=actor, answers=answers, package_named=named
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
            if event.type == "ElementEntered" and event.data.get("came_by"):
                self.passed[event.data["came_by"]] += 1

    # -- what is deployed ----------------------------------------------------------------------------

    def _package(self, name: str) -> Package:
        shelf = self.lab.runtime.shelf
        return shelf.package(self.connection, shelf.in_force("package", name, self.lab.today))

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

    def _filled(self, package: Package, form: str | None, given: Mapping[str, Any]) -> dict[str, Any]:
        if not form:
            return {}
        made = self._pool.setdefault(form, [])
        if len(made) < POOL:
            made.append(self._sample(package, form))
        found = self.rng.choice(made)
        return {**found, **{name: value for name, value in given.items() if name in found}}

    def _sample(self, package: Package, form: str) -> dict[str, Any]:
        """A filling of a form; an empty one where chance found none that the form's rules accept."""
        now = self.lab.clock.now().astimezone(self.lab.runtime.settings.zone)
        for _ in range(5):
            try:
                read = package.form(form)
                return samples.answers(read, package.casefile, self.rng, now, self.lab.file, {})
            except BanjieError:
                continue
        return {}


def lives(paper: Paper, number: int) -> Iterator[Life]:
    """So many lives, the procedures in turn."""
    procedures = paper.procedures()
    made = tried = 0
    while made < number and tried < number * 2:
        tried += 1
        life = paper.live(tried, procedures[tried % len(procedures)])
        if life.entries:
            made += 1
            yield life
