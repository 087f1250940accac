"""Incidents and failed jobs: what stands still, and trying it again with corrected variables.

A retry is a command like any other: it goes through the runtime, which asks the one authority function
and journals it. Looking at an incident is a reading of its case.
"""

from __future__ import annotations

import re
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine import canonical
from engine.audit import health
from engine.casework import commands
from engine.casework.founding import record_reading
from engine.errors import BanjieError, Malformed, NotFound
from timers import outbox
from web.casefile.acts import handle
from web.casefile.opening import CaseFile, open_case
from web.language import _
from web.operator.room import ROOM, operators_only
from web.sentences import told
from web.signin.who import current_actor, house, unit_name

LONGEST = 100_000
JOB_KEY = re.compile(r"-[1-9][0-9]{0,8}")
"""Jobs that no element waits for have keys below zero, which the router's integers are not."""


@ROOM.get("/incidents")
def incidents() -> str:
    """Everything that stands still, and jobs that have failed before and will be tried again."""
    operators_only()
    with house().store.reading() as connection:
        found, troubled = health.incidents(connection), health.troubled_jobs(connection)
    standing = {(one.case_id, one.key) for one in found}
    return render_template(
        "operator/incidents.html",
        incidents=[{"one": one, "unit": unit_name(one.unit), "kind": kind_name(one.kind)} for one in found],
        jobs=[
            {**job, "given_up": job["status"] == "failed" and job["key"] < 0}
            for job in troubled
            if (job["case_id"], job["key"]) not in standing
        ],
    )


def kind_name(kind: str) -> str:
    """What an incident's kind is called; the kind itself where it has no name."""
    names = {
        "job": _("自动任务失败"),
        "no-flow": _("没有可走的路径"),
        "expression": _("表达式不能计算"),
        "decision": _("决策表不能得出结果"),
        "uncaught-error": _("错误没有被捕获"),
        "call": _("不能调用子程序"),
        "timer": _("定时不能计算"),
        "loop": _("循环次数不对"),
        "cancel": _("取消没有被捕获"),
        "endless": _("流程没有尽头"),
    }
    return names.get(kind, kind)


@ROOM.get("/incidents/<number>/<int:key>")
def incident(number: str, key: int) -> str:
    """One incident with the variables its element sees, and the form to try again."""
    return page(*read_incident(number, key, request.path), given="{}")


def read_incident(number: str, key: int, place: str) -> tuple[CaseFile, int]:
    """The case of an incident, which this operator may open; journalled. Raises NotFound, NotAuthorised."""
    here = house()
    with here.store.reading() as connection:
        case = open_case(here.runtime, connection, number)
    operators_only(case.state.unit)
    if key not in case.state.incidents:
        raise NotFound(_("这个异常已经不存在：可能已经有人处理，或者案件已经进入下一步。"))
    record_reading(here.runtime, current_actor(), case.case_id, place)
    return case, key


def page(case: CaseFile, key: int, given: str, fault: str = "") -> str:
    """The incident's page; `given` is what stands in the form."""
    row = case.state.incidents[key]
    job = case.state.jobs.get(key, {})
    names = [
        package.definition.elements[row["element"]].name
        for package in case.packages.values()
        if row["element"] in package.definition.elements
    ]
    return render_template(
        "operator/incident.html",
        case=case,
        key=key,
        row=row,
        kind=kind_name(row["kind"]),
        name=next((name for name in names if name), row["element"]),
        unit=unit_name(case.state.unit),
        job=job,
        job_input=canonical.dumps(job.get("input", {})) if job else "",
        variables=[(name, canonical.dumps(value)) for name, value in sorted(variables(case, row).items())],
        given=given,
        fault=fault,
    )


def variables(case: CaseFile, row: Any) -> dict[str, Any]:
    """The variables the element sees, inner scopes before outer ones."""
    found: dict[str, Any] = {}
    for scope in reversed(case.state.chain(row["scope"])):
        found.update(case.marking.variables(scope))
    return found


@ROOM.post("/jobs/<number>/<key>")
def retry_job(number: str, key: str) -> Response:
    """Let a job that no element waits for, and that was given up, be done anew by the next beat."""
    here = house()
    with here.store.reading() as connection:
        case = open_case(here.runtime, connection, number)
    operators_only(case.state.unit)
    if not JOB_KEY.fullmatch(key):
        raise NotFound(_("没有这个任务。"))
    outbox.try_again(here.runtime, case.case_id, int(key), current_actor())
    flash(_("案件 %(number)s 的任务已排队，下一次心跳时重新办理。", number=number))
    return redirect(url_for("operator.incidents"), 303)


@ROOM.post("/incidents/<number>/<int:key>")
def retry(number: str, key: int) -> Response:
    """Try the element again with the corrected variables."""
    case, key = read_incident(number, key, request.path)
    given = request.form.get("variables", "").strip()[:LONGEST]
    try:
        command = commands.Retry(case_id=case.case_id, key=key, variables=read_variables(given))
        handle(house(), command, current_actor())
    except Malformed as error:
        return make_response(page(case, key, given, error.sentence), error.status)
    flash(
        _(
            "已重试案件 %(number)s 的“%(element)s”。",
            number=number,
            element=case.state.incidents[key]["element"],
        )
    )
    return redirect(url_for("operator.incidents"), 303)


def read_variables(text: str) -> dict[str, Any]:
    """Corrected variables from JSON text; none from an empty one. Raises Malformed."""
    try:
        found = canonical.loads(text or "{}")
    except BanjieError as error:
        raise Malformed(_("更正的变量应当是 JSON，但无法识别：%(why)s", why=told(error.sentence))) from error
    if not isinstance(found, dict):
        raise Malformed(_('更正的变量应当是一个 JSON 对象，例如 {"名称": 1}。'))
    return found
