"""Issuing documents (文书): a number without gaps, a code to verify it by, bytes that are kept as they are.

Called by `jobs` (`banjie.document`, `banjie.document.void`), inside the job's own transaction. What a
document says is a template of the package; its bytes are a blob, stored once and never rendered again.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

import segno
from sqlalchemy import Connection, insert, select, update

from engine.casework.tasks import Result, Task
from engine.definitions.job_lint import FOR_AUTHORITY, FOR_PARTY
from engine.definitions.packages import Package
from engine.definitions.template_values import dressed
from engine.errors import Malformed, NotFound, said
from engine.records import blobs
from engine.records.shared_tables import issued, serial
from engine.records.store import Store

CODE_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without look-alikes
CODE_LENGTH = 12
STANDING, VOID = "standing", "void"


def next_number(
    store: Store, connection: Connection, authority: str, short: str, series: str, day: date
) -> str:
    """The next number of that authority, series and year, without gaps: 青城管许准字〔2026〕第0001号.

    Runs in the job's own transaction, under the lock of the serial's row; if that transaction fails the
    number is not used up.
    """
    key = {"authority": authority, "kind": series, "year": day.year}
    store.insert_new(connection, serial, [{**key, "last": 0}])
    where = (serial.c.authority == authority) & (serial.c.kind == series) & (serial.c.year == day.year)
    connection.execute(update(serial).where(where).values(last=serial.c.last + 1))
    last = connection.execute(select(serial.c.last).where(where)).scalar_one()
    return f"{short}{series}字〔{day.year}〕第{last:04d}号"


def issue(task: Task) -> Result:
    """Render, number and keep a document. Headers: template, kind, number (yes/no), series, variable, reader.

    The result names it: {kind, number, sha256, name, media_type, size, code}, and the `reader` where that is
    the authority alone. Raises NotFound, Malformed.
    """
    runtime, connection, case = task.runtime, task.connection, task.case
    organisation = runtime.organisation(connection)
    unit, kind = organisation.unit(task.unit), task.header("kind")
    number = ""
    if task.header("number", "yes") == "yes":
        series = task.header("series", kind)
        number = next_number(runtime.store, connection, unit.code, unit.short_zh, series, task.today)
    package = _package_with(task, task.header("template"))
    code = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
    values = {
        **dressed({**task.variables, **task.input}, package.casefile),
        "number": number,
        "issued_on": task.today.isoformat(),
        "code": code,
        "case": {"number": case.number, "title": case.title, "received_at": case.opened_at},
        "item": runtime.item(connection, case.item).as_context(),
        "unit": organisation.context(task.unit),
    }
    template = package.template(task.header("template"))
    data = template.render(values, qr_code(f"{runtime.settings.address}/citizen/verify/{code}"))
    document = {
        "kind": kind,
        "number": number,
        "sha256": blobs.put(runtime.store, connection, data, template.media_type),
        "name": f"{kind}.{template.suffix}",
        "media_type": template.media_type,
        "size": len(data),
        "code": code,
    }
    if task.header("reader", FOR_PARTY) == FOR_AUTHORITY:
        document["reader"] = FOR_AUTHORITY
    _keep(task, document)
    result: Result = {"document": document}
    variable = task.headers.get("variable")
    if variable:
        result[variable] = {**document, "issued_on": task.today.isoformat()}
    return result


def qr_code(text: str) -> bytes:
    """A QR code as PNG: the same bytes for the same text."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=4, border=2)
    return out.getvalue()


def _keep(task: Task, document: Mapping[str, Any]) -> None:
    row = {name: document[name] for name in ("code", "sha256", "kind", "number")}
    row.update(
        case_id=task.case.case_id,
        key=task.key,
        unit=task.unit,
        issued_on=task.today.isoformat(),
        status=STANDING,
    )
    task.connection.execute(insert(issued).values(row))


def _package_with(task: Task, template: str) -> Package:
    shelf, connection = task.runtime.shelf, task.connection
    for digest in (task.case.package, *task.case.called.values()):
        package = shelf.package(connection, digest)
        if template in package.templates:
            return package
    raise NotFound(
        said("Expected a document template {template}, but no package of the case has one", template=template)
    )


def void(task: Task) -> Result:
    """Mark a document of the case as 作废: its number stays used, its verification says so. Input: number.

    Raises Malformed where the case has issued no such document.
    """
    number = str(task.input.get("number") or "")
    mine = (issued.c.case_id == task.case.case_id) & (issued.c.number == number)
    changed = task.connection.execute(update(issued).where(mine).values(status=VOID))
    if not number or changed.rowcount < 1:
        raise Malformed(
            said("Expected the number of a document of this case, but found {number!r}", number=number)
        )
    return {}


def find_issued(connection: Connection, *, code: str = "", sha256: str = "") -> list[Any]:
    """Issued documents by verification code or by the hash of their bytes, oldest first."""
    query = select(issued).order_by(issued.c.issued_on, issued.c.case_id, issued.c.key)
    chosen = issued.c.code == code if code else issued.c.sha256 == sha256
    return list(connection.execute(query.where(chosen)).all()) if code or sha256 else []
