"""A trial: one case of a package in a laboratory of its own, which a designer clicks through.

Called by the pages of `trying`. The case runs through the same runtime as every other, in a store of its
own that goes with the trial; whoever is entitled is played by somebody of the organisation.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from threading import RLock
from typing import Any

from engine.casework import commands, jobs
from engine.casework.due_moments import next_due
from engine.casework.runtime import Runtime
from engine.casework.state import CaseState
from engine.clock import read_moment
from engine.definitions.bundles import Bundle
from engine.definitions.catalogue import ServiceItem
from engine.definitions.forms import Form
from engine.definitions.packages import Package
from engine.errors import BanjieError
from engine.organisation.model import Actor, Organisation
from timers import samples
from timers.bench import Bench
from timers.laboratory import Laboratory
from web.casefile.opening import CaseFile, open_file
from web.designer.keeping import Desk
from web.house import House

TRIAL_ITEM = "TRIAL"
SEED = 11


@dataclass
class Trial:
    """A laboratory and the case in it (None until the application has been handed in)."""

    title: str
    package: Package
    item: ServiceItem
    unit: str
    house: House
    laboratory: Laboratory
    rng: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - made-up answers
    case_id: int | None = None
    draft: int | None = None
    application: dict[str, Any] = field(default_factory=dict)
    steps: list[dict[str, Any]] = field(default_factory=list)
    began: date = date.min
    lock: RLock = field(default_factory=RLock)

    @property
    def now(self) -> datetime:
        """The trial's own moment."""
        return self.laboratory.clock.now()

    def case(self) -> CaseFile | None:
        """The file of the case, once it has begun."""
        if self.case_id is None:
            return None
        with self.house.store.reading() as connection:
            return open_file(self.house.runtime, connection, self.case_id)

    def following(self) -> datetime | None:
        """The next moment at which something becomes due by itself."""
        with self.house.store.reading() as connection:
            found = next_due(connection)
        return read_moment(found) if found else None

    def sample(self, form: Form, casefile: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
        """Answers that fit a form, with what the case file holds already; {} where none were found."""
        now = self.now.astimezone(self.laboratory.runtime.settings.zone)
        kept = {name: value for name, value in known.items() if name in form.schema["properties"]}
        for given in (kept, {}):
            try:
                return samples.answers(form, casefile, self.rng, now, self.laboratory.file, given)
            except BanjieError:
                continue
        return {}

    def receive(self, variables: Mapping[str, Any]) -> None:
        """Hand the application in at the window."""
        seen = {"role": "window", "unit": self.unit, "candidates": {}}
        command = commands.Receive(
            item=self.item.code, unit=self.unit, channel="window", variables=dict(variables)
        )
        self.began = self.laboratory.today
        self.case_id = self._done(command, self.laboratory.someone(seen))
        self.application = dict(variables)

    def complete(self, key: int, row: Mapping[str, Any], actor: Actor, variables: Mapping[str, Any]) -> None:
        """Somebody entitled claims and completes an open work item."""
        assert self.case_id is not None  # noqa: S101 - there is no work item without a case
        if row["status"] == "offered":
            self.house.runtime.handle(commands.Claim(case_id=self.case_id, key=key), actor)
        self._done(commands.Complete(case_id=self.case_id, key=key, variables=dict(variables)), actor)
        self._note("complete", row, variables)

    def send(self, key: int, row: Mapping[str, Any], actor: Actor, variables: Mapping[str, Any]) -> None:
        """Somebody does what the case waits for besides its work items."""
        assert self.case_id is not None  # noqa: S101 - nothing waits without a case
        self._done(commands.Send(case_id=self.case_id, key=key, variables=dict(variables)), actor)
        self._note("message", row, variables)

    def _note(self, what: str, row: Mapping[str, Any], variables: Mapping[str, Any]) -> None:
        """What was done, for a test that does it again."""
        step = {"on": self.laboratory.today, "what": what, "element": row["element"], "with": dict(variables)}
        self.steps.append(step)

    def actor_for(self, case: CaseState, row: Mapping[str, Any]) -> Actor:
        """Whom the authority function lets do it. Raises NotFound where nobody may."""
        if row.get("person"):
            return self.house.directory.actor(str(row["person"]))
        if "users" not in row and row.get("role") in (None, "applicant"):
            return Actor.party(case.applicant, case.number)
        seen = {
            "role": row["role"],
            "act": row["act"],
            "unit": row.get("unit") or case.unit,
            "candidates": {"persons": row.get("users", []), "posts": row.get("groups", [])},
        }
        return self.laboratory.someone(seen, case.acts, row["act"] or "")

    def _done(self, command: commands.Command, actor: Actor) -> int:
        outcome = self.house.runtime.handle(command, actor)
        jobs.run_waiting(self.house.runtime, outcome.case_id)
        return outcome.case_id


TRIALS: Desk[Trial] = Desk(each=3, together=12, gone=lambda trial: trial.laboratory.close())


def begin(
    house: House,
    package: Package,
    item: str,
    unit: str,
    day: date,
    beside: Sequence[Bundle] = (),
    draft: int | None = None,
) -> Trial:
    """Set a trial up; `beside` are the law and catalogue a draft brings.

    Raises IllegalDefinition for a faulty package, NotFound for an unknown item.
    """
    drafts = [*beside, package.bundle]
    if item == TRIAL_ITEM:
        drafts.append(catalogue_with_trial(house.runtime, package))
    with Bench(house.runtime, drafts) as bench:
        laboratory = bench.laboratory(day, SEED)
    try:
        with laboratory.runtime.store.reading() as connection:
            laboratory.runtime.shelf.refresh(connection)
            found = laboratory.runtime.item(connection, item)
            read = laboratory.runtime.shelf.package(connection, package.digest)
    except BanjieError:
        laboratory.close()
        raise
    own = replace(house, runtime=laboratory.runtime)
    return Trial(read.title(), read, found, unit, own, laboratory, draft=draft)


def new_key() -> str:
    """A name for a trial that cannot be guessed."""
    return secrets.token_urlsafe(9)


def catalogue_with_trial(runtime: Runtime, package: Package) -> Bundle:
    """The catalogue with one more item, for a procedure that no item leads to yet."""
    with runtime.store.reading() as connection:
        runtime.shelf.refresh(connection)
        bundle = runtime.shelf.bundle(connection, runtime.shelf.newest("catalogue", "catalogue"))
        units = [unit.code for unit in runtime.organisation(connection).units]
    listed = ", ".join(f'"{unit}"' for unit in units)
    text = (
        f'[[item]]\ncode = "{TRIAL_ITEM}"\nprocedure = "{package.name}"\nunits = [{listed}]\n'
        f'promised = "20W"\nperiod = ""\n[item.name]\nzh = "试运行事项"\nen = "Item of a trial"\n'
    )
    return Bundle("catalogue", "catalogue", {**bundle.files, "trial-item.toml": text.encode()})


def items_for(items: list[ServiceItem], package: str) -> list[ServiceItem]:
    """The service items that lead to a procedure."""
    return [item for item in items if item.procedure == package]


def units_for(item: ServiceItem | None, organisation: Organisation) -> list[str]:
    """The units a trial may be begun in."""
    known = {unit.code for unit in organisation.units}
    if item is not None:
        return [unit for unit in item.units if unit in known]
    return sorted({post.unit for post in organisation.posts if "window" in post.roles})
