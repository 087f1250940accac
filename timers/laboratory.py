"""The laboratory: the real runtime under a virtual clock, with made-up clerks and citizens.

Called by `banjie simulate`, the demo city, the designer's trial and the tests that drive every flow
along random paths. It sends the same commands as people do; it knows no way round the rules.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select

from engine.bpmn.marking import Marking
from engine.casework import commands, desk, founding, jobs, state
from engine.casework.case_row import Outcome
from engine.casework.doors import variables_at
from engine.casework.due_moments import next_due
from engine.casework.runtime import Runtime, Settings
from engine.casework.state import CaseState
from engine.clock import VirtualClock, read_moment
from engine.definitions import deployment
from engine.errors import ActBlocked, Conflict, Malformed, NotAuthorised, NotFound, said
from engine.organisation import authorization
from engine.organisation.directory import Directory
from engine.organisation.model import Actor
from engine.records import blobs
from engine.records.store import Store
from engine.records.tables import person as person_table
from timers import officers, samples
from timers.scheduler import Heartbeat

_SAMPLE_FILE = b"%PDF-1.4\n% a page for the laboratory\n%%EOF\n"
UNASKED = frozenset({"withdraw", "supervise", "avoid"})
"""Acts by message that a procedure waits for without anybody having to do them."""
MOST_STEPS = 400  # of one case; a model that needs more has a loop without an exit


class Laboratory:
    """A runtime whose clock we move, and people who answer what it asks."""

    def __init__(self, runtime: Runtime, clock: VirtualClock, seed: int) -> None:
        self.runtime = runtime
        self.clock = clock
        self.rng = random.Random(seed)  # noqa: S311 - made-up people, not secrets
        self.heartbeat = Heartbeat(runtime, "laboratory", reports=False)
        self.given: dict[int, dict[str, Any]] = {}
        self.problems: Counter[str] = Counter()
        self._certified = False
        self.folder: TemporaryDirectory[str] | None = None  # goes with the laboratory
        self._people = self._actors()
        self._consulted = sorted(
            {held.unit for one in self._people for held in one.posts if "other-department" in held.roles}
        )
        with runtime.store.writing() as connection:
            digest = blobs.put(runtime.store, connection, _SAMPLE_FILE, "application/pdf")
        self.file = {
            "sha256": digest,
            "name": "材料.pdf",
            "size": len(_SAMPLE_FILE),
            "media_type": "application/pdf",
        }

    def __enter__(self) -> Laboratory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the database; one that was made for this laboratory is gone then."""
        self.runtime.store.close()
        if self.folder is not None:
            self.folder.cleanup()

    def _actors(self) -> list[Actor]:
        with self.runtime.store.reading() as connection:
            logins = [row.login for row in connection.execute(select(person_table.c.login).order_by("login"))]
        return [self.runtime.directory.actor(login) for login in logins]

    # -- time ---------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        """The local date of the virtual clock."""
        return self.clock.now().astimezone(self.runtime.settings.zone).date()

    def at(self, day: date, hour: float = 10) -> None:
        """Move the clock to an hour of a day, stopping at every due moment on the way."""
        whole = time(int(hour), int(hour % 1 * 60))
        self.move(datetime.combine(day, whole, self.runtime.settings.zone).astimezone(UTC))

    def move(self, moment: datetime) -> None:
        """Move the clock forward, stopping at every due moment on the way."""
        while True:
            with self.runtime.store.reading() as connection:
                following = next_due(connection)
            due = read_moment(following) if following else None
            if due is None or due > moment:
                break
            self.clock.set(max(due, self.clock.now()))
            if not self.heartbeat.beat():
                break
        self.clock.set(max(moment, self.clock.now()))
        self.heartbeat.beat()

    # -- acting -------------------------------------------------------------------------------------

    def receive(self, item: str, unit: str, given: Mapping[str, Any], *, channel: str = "online") -> Outcome:
        """An application arrives, filled in with what is `given` and made up for the rest."""
        with self.runtime.store.reading() as connection:
            self.runtime.shelf.refresh(connection)
            wanted = self.runtime.item(connection, item)
            digest = self.runtime.shelf.in_force("package", wanted.procedure, self.today)
            package = self.runtime.shelf.package(connection, digest)
        form = package.form(package.first_form) if package.first_form else None
        variables = self._answers(form, package.casefile, given, unit) if form else dict(given)
        if channel == "online" and not wanted.begun_by:
            actor = Actor.party(str(variables.get("applicant_name", "")))
        else:
            channel = "window"
            actor = self.someone({"role": wanted.begun_by or "window", "unit": unit, "candidates": {}})
        command = commands.Receive(item=item, unit=unit, channel=channel, variables=variables)
        outcome = self.runtime.handle(command, actor)
        jobs.run_waiting(self.runtime, outcome.case_id)
        self.given[outcome.case_id] = dict(given)
        return outcome

    def complete(
        self, case_id: int, element: str | None = None, /, at_unit: str | None = None, **given: Any
    ) -> Outcome:
        """Somebody entitled claims and completes an open work item (of an element, of a unit, or any).

        Raises NotFound where none is open; whatever the runtime refuses is raised as it is.
        """
        case = self.case(case_id)
        keys = [
            key
            for key, item in sorted(case.items.items())
            if element in (None, item["element"]) and at_unit in (None, item["unit"])
        ]
        if not keys:
            waiting = ", ".join(item["element"] for item in case.items.values()) or "nothing"
            raise NotFound(
                said(
                    "Expected {element} to wait in case {case_id}, but found {waiting}",
                    element=element or said("a work item"),
                    case_id=case_id,
                    waiting=waiting,
                )
            )
        key = keys[0] if element else self.rng.choice(keys)
        item = case.items[key]
        actor = self._holder(case, item)
        variables = self._fill(case, item["form"], given, item["scope"])
        if item["status"] == "offered":
            self.runtime.handle(commands.Claim(case_id=case_id, key=key), actor)
        return self._then(commands.Complete(case_id=case_id, key=key, variables=variables), actor)

    def send(self, case_id: int, element: str | None = None, **given: Any) -> Outcome:
        """The person meant does what an open subscription waits for. Raises NotFound."""
        case = self.case(case_id)
        found = {
            key: row
            for key, row in sorted(case.subscriptions.items())
            if row["kind"] == "message" and element in (None, row["element"])
        }
        if not found:
            raise NotFound(
                said(
                    "Expected case {case_id} to wait for {element}, but it does not",
                    case_id=case_id,
                    element=element,
                )
            )
        key = next(iter(found)) if element else self.rng.choice(list(found))
        row = found[key]
        if row["role"] in (None, "applicant"):
            actor = Actor.party(case.applicant, case.number)
        else:
            actor = self.someone(
                {"role": row["role"], "unit": row.get("unit") or case.unit, "candidates": {}},
                recused=self._recused(case, row.get("scope")),
            )
        variables = self._fill(case, row["form"], given, row["scope"])
        return self._then(commands.Send(case_id=case_id, key=key, variables=variables), actor)

    def _then(self, command: Any, actor: Actor) -> Outcome:
        outcome = self.runtime.handle(command, actor)
        jobs.run_waiting(self.runtime, command.case_id)
        return outcome

    def case(self, case_id: int) -> CaseState:
        """The state of a case."""
        with self.runtime.store.reading() as connection:
            return state.loads(self.runtime.load(connection, case_id).state)

    def someone(
        self, item: Mapping[str, Any], history: Any = (), act: str = "", recused: tuple[str, ...] = ()
    ) -> Actor:
        """A person whom the authority function lets do it, none of the withdrawn. Raises NotFound."""
        proposed = authorization.ProposedAct(command="Complete", act=act, recused=recused)
        able = [
            actor for actor in self._people if authorization.judge(proposed, actor, history, item) is None
        ]
        if not able:
            raise NotFound(
                said(
                    "Expected somebody with role {role} in {unit}, but found none",
                    role=item.get("role"),
                    unit=item.get("unit"),
                )
            )
        return self.rng.choice(able)

    def _holder(self, case: CaseState, item: Mapping[str, Any]) -> Actor:
        if item["person"]:
            return self.runtime.directory.actor(item["person"])
        seen = {
            "role": item["role"],
            "act": item["act"],
            "unit": item["unit"],
            "candidates": {"persons": item["users"], "posts": item["groups"]},
        }
        return self.someone(seen, case.acts, item["act"] or "", self._recused(case, item.get("scope")))

    def _recused(self, case: CaseState, scope: int | None) -> tuple[str, ...]:
        """SOD-5: who was withdrawn (回避) from the case, or from the called procedure around a scope."""
        with self.runtime.store.reading() as connection:
            text = self.runtime.load(connection, case.case_id).marking
        if scope is None or not text:
            return ()
        named = variables_at(case, Marking.load(text.encode()), scope).get(desk.RECUSED)
        return tuple(str(login) for login in named or ())

    def _fill(
        self, case: CaseState, form_id: str | None, given: Mapping[str, Any], scope: int | None = None
    ) -> dict[str, Any]:
        if not form_id:
            return dict(given)
        with self.runtime.store.reading() as connection:
            package = self.runtime.package_of_form(connection, case, form_id)
            text = self.runtime.load(connection, case.case_id).marking
        seen = variables_at(case, Marking.load(text.encode()), scope) if scope is not None and text else None
        known = {**self.given.get(case.case_id, {}), **given}
        return self._answers(package.form(form_id), package.casefile, known, case.unit, seen)

    def _answers(
        self,
        form: Any,
        casefile: Mapping[str, Any],
        given: Mapping[str, Any],
        unit: str,
        seen: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        now = self.clock.now().astimezone(self.runtime.settings.zone)
        units = {
            name: [chosen] if schema.get("type") == "array" else chosen
            for name, schema in casefile.items()
            if schema.get("x-options") == "units" and self._consulted
            for chosen in [self.rng.choice(self._consulted)]
        }
        given = {**units, **self._certificates(casefile, unit), **given}
        return samples.answers(form, casefile, self.rng, now, self.file, given, seen)

    def _certificates(self, casefile: Mapping[str, Any], unit: str) -> dict[str, str]:
        """Officers show certificates that the register knows: made-up numbers would void every penalty."""
        fields = [name for name, schema in casefile.items() if schema.get("x-register") == officers.REGISTER]
        if not fields:
            return {}
        if not self._certified:
            officers.certify(self.runtime)
            self._certified = True
        return dict(zip(fields, officers.of_unit(unit), strict=False))

    # -- running by itself --------------------------------------------------------------------------

    def advance(self, case_id: int, *, wild: bool = False) -> bool:
        """Do one thing to a case, as chance has it; False where nobody does anything now.

        What nobody has to do (a withdrawal, a supervisor's decision) happens only in a `wild` life.
        """
        case = self.case(case_id)
        messages = [
            row["element"]
            for row in case.subscriptions.values()
            if row["kind"] == "message" and (wild or row["act"] not in UNASKED)
        ]
        if not case.open or not (case.items or messages):
            return False
        try:
            if case.items and not (wild and messages and self.rng.random() < 0.1):
                self.complete(case_id)
            else:
                self.send(case_id, self.rng.choice(messages))
        except (ActBlocked, Conflict, Malformed, NotAuthorised, NotFound) as refusal:
            self.problems[f"{refusal.code}: {refusal.sentence[:120]}"] += 1
        return True

    def run(self, case_ids: list[int], until: date, *, wild: bool = False) -> None:
        """Let cases run until a day, each acting every few working hours."""
        queue = [(self.clock.now() + self._pause(), case_id, 0) for case_id in case_ids]
        heapq.heapify(queue)
        end = datetime.combine(until, time(17), self.runtime.settings.zone).astimezone(UTC)
        while queue and queue[0][0] <= end:
            moment, case_id, done = heapq.heappop(queue)
            self.move(moment)
            self.advance(case_id, wild=wild)
            if self.case(case_id).open and done < MOST_STEPS:
                heapq.heappush(queue, (self._working(self.clock.now() + self._pause()), case_id, done + 1))
        self.move(end)

    def _pause(self) -> timedelta:
        return timedelta(minutes=self.rng.choice((30, 90, 240, 1440, 2880, 4320)))

    def _working(self, moment: datetime) -> datetime:
        """The same hour on the next day the offices are open."""
        with self.runtime.store.reading() as connection:
            self.runtime.shelf.refresh(connection)
            calendar = self.runtime.calendar(connection)
        zone = self.runtime.settings.zone
        local = moment.astimezone(zone)
        day = local.date() if 9 <= local.hour < 17 else local.date() + timedelta(days=1)
        while not calendar.is_working(day):
            day += timedelta(days=1)
        hour = local.time() if 9 <= local.hour < 17 else time(9, self.rng.randint(0, 59))
        return datetime.combine(day, hour, zone).astimezone(UTC)


def of_its_own(first_day: date, seed: int, *, opens: str = "09:00", closes: str = "17:00") -> Laboratory:
    """A laboratory over a store of its own that is gone afterwards, with the demo city's people."""
    settings = Settings(opens=opens, closes=closes)
    clock = VirtualClock(datetime.combine(first_day, time(9), settings.zone).astimezone(UTC))
    folder = TemporaryDirectory(prefix="banjie-laboratory-")
    store = Store(f"sqlite:///{folder.name}/laboratory.db")
    runtime = Runtime(store, clock, settings, Directory(store, clock, zone=settings.zone))
    founding.found(runtime)
    founding.import_people(runtime, deployment.shipped_organisation(), Actor.system())
    laboratory = Laboratory(runtime, clock, seed)
    laboratory.folder = folder
    return laboratory
