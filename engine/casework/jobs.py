"""Jobs: what belongs to no single case, done after the commit, at least once, with one effect.

A built-in job writes in a transaction of its own under the unique key (case, job); its result returns
as the command `CompleteJob`. Called by `web` right after a step and by the heartbeat for what is left.
Types that do not begin with `banjie.` wait for an external worker on the job API.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from engine import canonical
from engine.bpmn.marking import Marking
from engine.casework import commands, documents, state
from engine.casework.decide import BUILT_IN
from engine.casework.runtime import Runtime
from engine.casework.state import CaseState
from engine.clock import moment_text
from engine.definitions import templates
from engine.errors import BanjieError, Conflict, Malformed, NotFound
from engine.organisation.model import Actor
from engine.records import blobs
from engine.records.tables import job as job_table
from engine.records.tables import job_receipt, publication, register_row

LEASE = timedelta(minutes=5)


@dataclass(frozen=True)
class Task:
    """One job being done: its row's facts, the case, and the variables its element sees."""

    runtime: Runtime
    connection: Connection
    key: int
    type: str
    headers: Mapping[str, str]
    input: Mapping[str, Any]
    unit: str
    case: CaseState
    variables: Mapping[str, Any]
    today: date

    def header(self, name: str, default: str | None = None) -> str:
        """A header of the job. Raises Malformed where a demanded one is missing."""
        value = self.headers.get(name, default)
        if value is None:
            raise Malformed(f"Expected the header {name} on job {self.type}, but it is missing")
        return value


Result = dict[str, Any]


def run_waiting(
    runtime: Runtime, case_id: int | None = None, *, worker: str = "after-commit", limit: int = 50
) -> int:
    """Do the built-in jobs that wait, of one case or of all; gives how many were done."""
    done = 0
    while done < limit:
        found = _claim(runtime, case_id, worker)
        if found is None:
            return done
        perform(runtime, *found)
        done += 1
    return done


def perform(runtime: Runtime, case_id: int, key: int) -> None:
    """Do one built-in job and report it; a failure is reported too and counts against its retries."""
    try:
        result = _effect(runtime, case_id, key)
    except Conflict:
        return
    except BanjieError as error:
        _report(runtime, commands.FailJob(case_id=case_id, key=key, sentence=error.sentence))
        return
    _report(runtime, commands.CompleteJob(case_id=case_id, key=key, result=result))


def _report(runtime: Runtime, command: commands.Command) -> None:
    try:
        runtime.handle(command, Actor.system())
    except Conflict:
        # Somebody else reported it, or the case went on without it: the receipt keeps the one effect.
        return


def _claim(runtime: Runtime, case_id: int | None, worker: str) -> tuple[int, int] | None:
    now = runtime.clock.now()
    t = job_table.c
    query = (
        select(t.case_id, t.key)
        .where(t.status == "waiting", t.type.startswith(BUILT_IN), t.available_at <= moment_text(now))
        .where(or_(t.claimed_until.is_(None), t.claimed_until < moment_text(now)))
        .order_by(t.available_at, t.case_id, t.key)
        .limit(1)
    )
    if case_id is not None:
        query = query.where(t.case_id == case_id)
    with runtime.store.writing() as connection:
        row = connection.execute(query.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        connection.execute(
            update(job_table)
            .where(t.case_id == row.case_id, t.key == row.key)
            .values(claimed_until=moment_text(now + LEASE), claimed_by=worker)
        )
    return row.case_id, row.key


def _effect(runtime: Runtime, case_id: int, key: int) -> Result:
    with runtime.store.writing() as connection:
        receipt = connection.execute(
            select(job_receipt.c.result).where(job_receipt.c.case_id == case_id, job_receipt.c.key == key)
        ).scalar()
        if receipt is not None:
            return dict(canonical.loads(receipt))
        task = _task(runtime, connection, case_id, key)
        work = _WORK.get(task.type)
        if work is None:
            raise Malformed(f"Expected a built-in job, but there is none called {task.type}")
        result = work(task)
        connection.execute(
            insert(job_receipt).values(case_id=case_id, key=key, result=canonical.dumps(result))
        )
        return result


def _task(runtime: Runtime, connection: Connection, case_id: int, key: int) -> Task:
    row = runtime.load(connection, case_id)
    runtime.shelf.refresh(connection, row.generation)
    case = state.loads(row.state)
    job = case.jobs.get(key)
    if job is None:
        raise Conflict("Expected the job to be waiting, but it is done or cancelled")
    variables = variables_at(case, Marking.load(row.marking.encode()), job["scope"])
    today = runtime.clock.now().astimezone(runtime.settings.zone).date()
    return Task(
        runtime,
        connection,
        key,
        job["type"],
        job["headers"],
        job["input"],
        job["unit"],
        case,
        variables,
        today,
    )


def variables_at(case: CaseState, marking: Marking, scope: int) -> dict[str, Any]:
    """What an element of a scope sees: the scopes around it, the innermost covering the outer."""
    found: dict[str, Any] = {}
    for number in reversed(case.chain(scope)):
        found.update(marking.variables(number))
    return found


# --- the built-in types -----------------------------------------------------------------------------


def _document(task: Task) -> Result:
    """Render, number and store a document. Headers: template, kind, number (yes/no), series, variable."""
    runtime, connection, case = task.runtime, task.connection, task.case
    organisation = runtime.organisation(connection)
    unit = organisation.unit(task.unit)
    kind = task.header("kind")
    number = ""
    if task.header("number", "yes") == "yes":
        series = task.header("series", kind)
        number = documents.next_number(
            runtime.store, connection, unit.code, unit.short_zh, series, task.today
        )
    package = _package_with(task, task.header("template"))
    values = {
        **task.variables,
        **task.input,
        "number": number,
        "issued_on": task.today.isoformat(),
        "case": {"number": case.number, "title": case.title, "received_at": case.opened_at},
        "item": runtime.item(connection, case.item).as_context(),
        "unit": organisation.context(task.unit),
    }
    data = templates.render(package.template(task.header("template")), values)
    sha256 = blobs.put(runtime.store, connection, data, "text/html")
    document = {
        "kind": kind,
        "number": number,
        "sha256": sha256,
        "name": f"{kind}.html",
        "media_type": "text/html",
        "size": len(data),
    }
    variable = task.headers.get("variable")
    result: Result = {"document": document}
    if variable:
        result[variable] = {**document, "issued_on": task.today.isoformat()}
    return result


def _package_with(task: Task, template: str) -> Any:
    shelf, connection = task.runtime.shelf, task.connection
    for digest in (task.case.package, *task.case.called.values()):
        package = shelf.package(connection, digest)
        if f"templates/{template}.html" in package.bundle.files:
            return package
    raise NotFound(f"Expected a document template {template}, but no package of the case has one")


def _notify(task: Task) -> Result:
    """Tell somebody something: kept with the case, shown to the citizen on the case's page."""
    text = task.headers.get("text") or str(task.input.get("text") or "")
    return {"notice": {"to": task.header("to", "applicant"), "text": text}}


def _register_write(task: Task) -> Result:
    """Write a row of a register under its key. Header: register; input: key, row."""
    register = task.header("register")
    key = str(task.input.get("key") or "")
    if not key:
        raise Malformed(f"Expected a key for register {register}, but it is empty")
    row = {
        "register": register,
        "key": key,
        "data": canonical.dumps(task.input.get("row") or {}),
        "case_id": task.case.case_id,
        "written_at": moment_text(task.runtime.clock.now()),
    }
    task.runtime.store.upsert(task.connection, register_row, [row])
    return {}


def _register_read(task: Task) -> Result:
    """Read a row of a register. Header: register, variable (default row); null where there is none."""
    query = select(register_row.c.data).where(
        register_row.c.register == task.header("register"),
        register_row.c.key == str(task.input.get("key") or ""),
    )
    found = task.connection.execute(query).scalar()
    return {task.header("variable", "row"): canonical.loads(found) if found else None}


def _publish(task: Task) -> Result:
    """Publish to the public list. Input: title, content."""
    row = {
        "case_id": task.case.case_id,
        "key": task.key,
        "title": str(task.input.get("title") or task.case.title)[:400],
        "content": canonical.dumps({name: value for name, value in task.input.items() if name != "title"}),
        "published_at": moment_text(task.runtime.clock.now()),
    }
    task.runtime.store.insert_new(task.connection, publication, [row])
    return {"published_on": task.today.isoformat()}


def _archive(task: Task) -> Result:
    """Close the file: one digest over every document and upload of the case, in order."""
    listed = [document["sha256"] for document in task.case.documents]
    return {"archive_digest": canonical.digest(listed), "archived_on": task.today.isoformat()}


_WORK: dict[str, Callable[[Task], Result]] = {
    "banjie.document": _document,
    "banjie.notify": _notify,
    "banjie.register.write": _register_write,
    "banjie.register.read": _register_read,
    "banjie.publish": _publish,
    "banjie.archive": _archive,
}
