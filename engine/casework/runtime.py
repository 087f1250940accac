"""The one operation: a command is loaded for, locked, authorized, decided, applied, recorded, committed.

Called by `web` and `timers` through `handle`; everything that happens to a case happens here, in one
transaction. After the commit the built-in jobs of the step are tried once (`jobs`); the heartbeat takes
what is left.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine import canonical
from engine.bpmn.marking import Marking
from engine.casework import case_row, certificates, commands, doors, state
from engine.casework.case_row import Outcome
from engine.casework.decide import decide
from engine.casework.ground import ENGINE, Ground
from engine.casework.state import CaseState
from engine.clock import Clock, moment_text, read_moment
from engine.definitions import catalogue
from engine.definitions.catalogue import ServiceItem
from engine.definitions.packages import Package
from engine.definitions.shelf import Shelf
from engine.errors import ActBlocked, Conflict, NotFound, NotSignedIn, said
from engine.organisation import authorization
from engine.organisation.directory import Directory
from engine.organisation.model import Actor, Organisation
from engine.periods import Calendar
from engine.records.entries import GENESIS
from engine.records.store import Store

_BUNDLES = ("law", "calendar", "supervision", "penalties", "catalogue", "units")
RETRY_AFTER = timedelta(minutes=2)
_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no digit or letter that is read as another


@dataclass(frozen=True)
class Settings:
    """What an installation sets: its zone, its hours of business (local, HH:MM), its public address."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    opens: str = "09:00"
    closes: str = "17:00"
    address: str = "http://127.0.0.1:8000"  # without a slash at the end; QR codes lead there

    @property
    def hours(self) -> tuple[time, time]:
        """The hours of business."""
        return time.fromisoformat(self.opens), time.fromisoformat(self.closes)


class Runtime:
    """Handles commands against one store. Safe to share between threads."""

    def __init__(self, store: Store, clock: Clock, settings: Settings, directory: Directory) -> None:
        self.store = store
        self.clock = clock
        self.settings = settings
        self.directory = directory
        self.shelf = Shelf()

    # -- the operation ------------------------------------------------------------------------------

    def handle(self, command: commands.Command, actor: Actor) -> Outcome:
        """Do what is asked, or raise a BanjieError. A void act is recorded, then raised as ActBlocked."""
        canonical.demand_storable(command.as_data())
        # What is decided is what the journal will hand to a replay: the same data in the same order.
        command = commands.from_data(canonical.loads(canonical.dumps(command.as_data())))
        with self.store.writing() as connection:
            outcome, blocked = self._do(connection, command, actor)
        if blocked:
            raise ActBlocked(blocked)
        return outcome

    def within(self, connection: Connection, command: commands.Command, actor: Actor) -> Outcome:
        """As `handle`, inside the writing transaction of a job that reaches another case.

        Raises ActBlocked before anything is committed: the job's transaction ends with it.
        """
        canonical.demand_storable(command.as_data())
        command = commands.from_data(canonical.loads(canonical.dumps(command.as_data())))
        outcome, blocked = self._do(connection, command, actor)
        if blocked:
            raise ActBlocked(blocked)
        return outcome

    def _do(
        self, connection: Connection, command: commands.Command, actor: Actor
    ) -> tuple[Outcome, str | None]:
        if isinstance(command, commands.Receive):
            return self._open(connection, command, actor)
        return self._step(connection, command, actor)

    def _open(
        self, connection: Connection, command: commands.Receive, actor: Actor
    ) -> tuple[Outcome, str | None]:
        self.shelf.refresh(connection)
        moment = self.clock.now()
        item = self.item(connection, command.item)
        catalogue.demand_active(item)
        if command.unit not in item.units:
            raise NotFound(said("“{name}”不由{unit}受理", name=item.name(), unit=command.unit))
        organisation = self.organisation(connection)
        authorization.at_the_door(actor, "receive", command.unit, organisation, begun_by=item.begun_by)
        package = self._package_in_force(connection, item.procedure, moment)
        command = self._checked(command, package, package.first_form, actor, moment, organisation)
        code = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(12))
        case_id = case_row.new(connection, command, moment)
        answers = {
            "case_id": case_id,
            "number": f"{moment.astimezone(self.settings.zone):%Y}{case_id:07d}",
            "query_hash": canonical.digest_bytes(code.encode()),
            "called": {},
        }
        before = CaseState(case_id=case_id)
        ground = self._ground(connection, package, command.item, moment, actor, answers)
        decision = decide(before, None, command, ground)
        outcome = case_row.write(self.store, connection, before, 0, GENESIS, command, ground, decision)
        return replace(outcome, query_code=code), decision.blocked

    def _step(
        self, connection: Connection, command: commands.Command, actor: Actor
    ) -> tuple[Outcome, str | None]:
        row = case_row.load(connection, command.case_id, lock=True)  # type: ignore[attr-defined]
        self.shelf.refresh(connection, row.generation)
        before = state.loads(row.state)
        if not before.open and not isinstance(command, commands.AFTER_CLOSING):
            raise Conflict(said("案件已经办结，不能再办理"))
        organisation = self.organisation(connection)
        doors.enter(command, actor, before, organisation)
        row = self._counted_anew(connection, row, before, command)
        before = state.loads(row.state)
        package = self.shelf.package(connection, before.package)
        # A step never precedes the one before it, whatever the machine's clock says.
        moment = max(self.clock.now(), read_moment(row.updated_at))
        marking = Marking.load(row.marking.encode())
        form_package = self._form_package(connection, before, command)
        seen = doors.file(before, marking, command)
        command = self._checked(
            command, form_package, doors.form(before, command), actor, moment, organisation, seen
        )
        answers = {"item": before.item, **self._answers(command, moment)}
        if isinstance(command, commands.Recount):
            answers["calendar_before"] = case_row.told_under(connection, row)
        day = moment.astimezone(self.settings.zone).date()
        answers |= certificates.answers(self.shelf, connection, command, before, marking, actor, day)
        ground = self._ground(connection, package, before.item, moment, actor, answers)
        decision = decide(before, marking, command, ground)
        outcome = case_row.write(
            self.store, connection, before, row.version, row.head_hash, command, ground, decision
        )
        return outcome, decision.blocked

    def _counted_anew(
        self, connection: Connection, row: Any, before: CaseState, command: commands.Command
    ) -> Any:
        """The case row, after its periods were brought to the newest calendar in an entry of their own.

        So nobody acts on a date that a notice has moved, however far the sweep of all cases has come.
        """
        stale = case_row.told_under(connection, row) != self.shelf.newest("calendar", "calendar")
        if not stale or not before.open or isinstance(command, commands.Recount):
            return row
        self._step(connection, commands.Recount(case_id=before.case_id), Actor.system())
        return case_row.load(connection, before.case_id, lock=True)

    # -- loading ------------------------------------------------------------------------------------

    def load(self, connection: Connection, case_id: int, *, lock: bool = False) -> Any:
        """The row of a case, with the deployed versions counted. Raises NotFound."""
        return case_row.load(connection, case_id, lock=lock)

    # -- forms --------------------------------------------------------------------------------------

    def _form_package(
        self, connection: Connection, before: CaseState, command: commands.Command
    ) -> Package | None:
        form = doors.form(before, command)
        if form is None:
            return None
        return self.package_of_form(connection, before, form)

    def package_of_form(self, connection: Connection, before: CaseState, form: str) -> Package:
        """The package a form belongs to: the case's own or one it has called."""
        name = form.partition("/")[0]
        return self.shelf.package(connection, before.called.get(name, before.package))

    def _checked(
        self,
        command: Any,
        package: Package | None,
        form: str | None,
        actor: Actor,
        moment: datetime,
        organisation: Organisation,
        file: Mapping[str, Any] | None = None,
    ) -> Any:
        """The command with its variables as the form's check returned them. Raises Malformed."""
        if form is None or package is None or not hasattr(command, "variables"):
            return command
        read = package.form(form)
        now = moment.astimezone(self.settings.zone)
        checked = read.check(command.variables, now=now, roles=doors.roles(actor), file=file)
        doors.demand_units(read, checked, organisation)
        return replace(command, variables=canonical.loads(canonical.dumps(checked)))

    # -- ground -------------------------------------------------------------------------------------

    def _answers(self, command: commands.Command, moment: datetime) -> dict[str, Any]:
        answers: dict[str, Any] = {"called": {}}
        if isinstance(command, commands.FailJob):
            answers["available_at"] = moment_text(moment + RETRY_AFTER)
        if isinstance(command, commands.Forward):
            answers["to"] = self._actor_data(command.to, moment)
        return answers

    def _actor_data(self, login: str, moment: datetime) -> dict[str, Any]:
        day = moment.astimezone(self.settings.zone).date()
        try:
            return self.directory.actor(login, on=day).as_data()
        except NotSignedIn as error:  # of somebody else: unknown, gone or without a post
            raise NotFound(said("没有找到可转交的人员{login}", login=login[:80])) from error

    def _ground(
        self,
        connection: Connection,
        package: Package,
        item_code: str,
        moment: datetime,
        actor: Actor,
        answers: dict[str, Any],
    ) -> Ground:
        shelf = self.shelf
        digests = {
            "package": package.digest,
            **{kind: shelf.newest(kind, kind) for kind in _BUNDLES},
            "engine": ENGINE,
        }

        def named(name: str) -> Package:
            found = self._package_in_force(connection, name, moment)
            answers["called"] = {**answers["called"], name: found.digest}
            return found

        return Ground(
            moment=moment,
            zone=self.settings.zone,
            actor=actor,
            package=package,
            item=self.item(connection, item_code),
            organisation=self.organisation(connection),
            law=shelf.law(connection, digests["law"]),
            calendar=self.calendar(connection),
            supervision=shelf.supervision(connection, digests["supervision"]),
            penalties=shelf.penalties(connection, digests["penalties"]),
            package_named=named,
            package_of=lambda digest: shelf.package(connection, digest),
            definition_of=lambda digest: shelf.definition(connection, digest),
            calendar_of=lambda digest: self.calendar(connection, digest),
            digests=digests,
            answers=answers,
        )

    def _package_in_force(self, connection: Connection, name: str, moment: datetime) -> Package:
        day = moment.astimezone(self.settings.zone).date()
        return self.shelf.package(connection, self.shelf.in_force("package", name, day))

    def item(self, connection: Connection, code: str) -> ServiceItem:
        """A service item of the catalogue in force. Raises NotFound."""
        return catalogue.find(self._items(connection), code)

    def package_for(self, connection: Connection, code: str) -> Package:
        """The package in force now of a service item's procedure. Raises NotFound."""
        return self._package_in_force(connection, self.item(connection, code).procedure, self.clock.now())

    def items(self, connection: Connection) -> dict[str, ServiceItem]:
        """The service items of the catalogue in force, by code."""
        return self._items(connection)

    def _items(self, connection: Connection) -> dict[str, ServiceItem]:
        return self.shelf.items(connection, self.shelf.newest("catalogue", "catalogue"))

    def organisation(self, connection: Connection) -> Organisation:
        """The tree of units in force."""
        digest = self.shelf.newest("units", "units")
        return self.shelf.once(
            "organisation",
            digest,
            lambda: Organisation.from_data(self.shelf.data(connection, digest, "units.json")),
        )

    def calendar(self, connection: Connection, digest: str | None = None) -> Calendar:
        """The calendar of the newest notices (or of a digest), in the installation's zone and hours."""
        settings, digest = self.settings, digest or self.shelf.newest("calendar", "calendar")
        return self.shelf.calendar(connection, digest, settings.hours, settings.zone)
