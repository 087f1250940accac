"""Proving a case: verify what is stored, decide it again, hand out the dossier and the event log.

The verdicts are those of `engine.audit`; this only puts them on a page. Every act here is journalled as a
reading of the case.
"""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from engine import audit, canonical
from engine.audit import Check, Verdict, dossier, ocel, open_figures, xes
from engine.errors import BanjieError
from engine.records import dispositions, journal, seals
from web.auditor import deviation
from web.auditor.replay import who
from web.auditor.room import ROOM, case_row
from web.casefile.opening import CaseFile, open_file
from web.language import _
from web.signin.who import house


def questions() -> dict[int, str]:
    """What each check asks, in the reader's language."""
    return {
        1: _("序号连续，无缺失、无重复"),
        2: _("每条记录的摘要与其内容一致"),
        3: _("每条记录的数据与其摘要一致"),
        4: _("每条记录指向前一条记录的摘要"),
        5: _("时间先后一致"),
        6: _("案件当前状态与最后一条记录一致"),
        7: _("文书和附件的字节与其摘要一致"),
        8: _("被阻止的行为没有生效"),
        9: _("与封存一致"),
        10: _("封存前后相连，根摘要一致"),
        11: _("与库外保存的封存一致"),
        12: _("库中全部字节与其摘要一致"),
        13: _("在用定义与部署记录一致，文件齐全"),
        14: _("时间戳与其封存一致"),
        15: _("办理人员当日在岗、有权，职责分离"),
        16: _("执法证件当日有效，与登记库一致"),
        17: _("数据库自身的防改措施完好"),
        18: _("销毁登记与销毁记录一致"),
        19: _("登记库、组织机构的表与日志一致"),
    }


def shown(checks: list[Check]) -> list[dict[str, Any]]:
    """Checks for a page, in the order of their numbers."""
    asked = questions()
    return [
        {**check.as_data(), "question": asked.get(check.number, check.question)}
        for check in sorted(checks, key=lambda one: one.number)
    ]


@ROOM.post("/cases/<number>/verify")
def verify(number: str) -> Response:
    """Check the case's entries, its present state, its files, and the seals."""
    row, here = case_row(number, "verify"), house()
    with here.store.reading() as connection:
        checks = audit.verify_case(connection, row.case_id, row._mapping) + audit.verify_seals(connection)
        sealed = seals.latest(connection)
        notes = notes_on(connection, row.case_id)
    holds = all(check.holds for check in checks)
    facts = {"checks": shown(checks), "holds": holds, "sealed": sealed, "notes": notes}
    return _answer("verify", row, facts)


@ROOM.post("/cases/<number>/replay")
def replay(number: str) -> Response:
    """Decide every recorded command again."""
    row, here = case_row(number, "replay"), house()
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        try:
            entries = list(journal.read(connection, journal.case_stream(row.case_id)))
            verdict = audit.replay(connection, here.runtime.shelf, here.runtime.settings, entries)
        except BanjieError as error:
            verdict = Verdict(False, 0, 0, reason=error.sentence)
        notes = notes_on(connection, row.case_id)
    facts = {"verdict": verdict, "reason": reason(verdict), **sides(verdict), "notes": notes}
    if not verdict.conforms:
        found = _readable(row)
        facts["deviation"] = deviation.of(verdict, found)
        facts["step"] = _step(found, verdict.entry)
    return _answer("replay", row, facts)


def _readable(row: Any) -> CaseFile | None:
    """The file of a case, for the names in it; None where what is stored cannot be read any more."""
    here = house()
    try:
        with here.store.reading() as connection:
            return open_file(here.runtime, connection, row.case_id)
    except (BanjieError, KeyError, TypeError, ValueError):
        return None


def _step(found: CaseFile | None, seq: int | None) -> dict[str, str] | None:
    """When the step was taken at which the replay parts from the record, and by whom."""
    if found is None or not seq or seq > len(found.entries):
        return None
    entry = found.entries[seq - 1]
    return {"moment": entry.moment, "who": who(entry.actor)}


def notes_on(connection: Connection, case_id: int) -> list[str]:
    """Whether data of the case were disposed of, and who approved it."""
    return [one.sentence for one in dispositions.of_stream(connection, journal.case_stream(case_id))]


def reason(verdict: Verdict) -> str:
    """Why the replay deviates, in words."""
    reasons = {
        "an event that does not follow": _("记录中有一个不会发生的事件"),
        "another event follows": _("重新决定得出另一个事件"),
        "an event is missing": _("记录中缺少一个事件"),
        "the marking differs": _("办理后的状态不同"),
        "the command cannot be decided again": _("这条记录不能重新决定"),
    }
    return reasons.get(verdict.reason, verdict.reason)


def sides(verdict: Verdict) -> dict[str, str]:
    """What was recorded and what came of deciding again, as canonical text."""
    return {name: _plain(getattr(verdict, name)) for name in ("recorded", "replayed")}


def _plain(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else canonical.dumps(value)


def _answer(name: str, row: Any, facts: dict[str, Any]) -> Response:
    part = "HX-Request" in request.headers
    template = f"auditor/{name}_part.html" if part else "auditor/proof.html"
    return make_response(render_template(template, row=row, proof=name, **facts))


@ROOM.get("/cases/<number>/dossier.zip")
def dossier_file(number: str) -> Response:
    """Everything an outsider needs to check the case, as one ZIP file."""
    row, here = case_row(number, "dossier"), house()
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        data = dossier.make(connection, here.runtime, row.case_id)
    return _download(data, "application/zip", f"{number}.zip")


@ROOM.get("/cases/<number>/log.xes")
def event_log(number: str) -> Response:
    """The case's event log (IEEE 1849)."""
    row, here = case_row(number, "xes"), house()
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        data = xes.log(connection, here.runtime.shelf, [row.case_id])
    return _download(data, "application/xml; charset=utf-8", f"{number}.xes")


@ROOM.get("/cases/<number>/log.ocel.json")
def object_log(number: str) -> Response:
    """The case's event log as OCEL 2.0: officers by login, the applicant not at all."""
    row, here = case_row(number, "ocel"), house()
    with here.store.reading() as connection:
        data = ocel.log(connection, [row.case_id])
    return _download(data, "application/json; charset=utf-8", f"{number}.ocel.json")


@ROOM.get("/figures.zip")
def open_figures_file() -> Response:
    """The open figures of everything sealed, without personal data, with the program that recomputes them.

    Raises NotFound where nothing has been sealed yet.
    """
    with house().store.reading() as connection:
        data = open_figures.make(connection)
    return _download(data, "application/zip", "figures.zip")


def _download(data: bytes, media_type: str, name: str) -> Response:
    response = make_response(data)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
