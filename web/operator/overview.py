"""How the installation is: heartbeat of each node, what fires next, what is late, what is deployed.

The part with the heartbeat asks for itself again every fifteen seconds, as often as a node reports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import render_template

from engine.audit import health, upcoming
from engine.casework import due_moments
from engine.clock import moment_text, read_moment
from engine.definitions.shelf import Version
from engine.records import seals
from web.language import _, current
from web.operator.moments import next_moments
from web.operator.room import ROOM, operates
from web.signin.who import house

ALIVE_SECONDS = 60
"""A node reports every fifteen seconds; after four missed reports it counts as gone."""
FORGOTTEN_AFTER = timedelta(days=1)
"""Every start of a program is a node of its own; those that stopped long ago are left out."""


@ROOM.get("/")
def overview() -> str:
    """The whole page."""
    return render_template("operator/overview.html", **condition())


@ROOM.get("/pulse")
def pulse() -> str:
    """The part that changes."""
    return render_template("operator/pulse_part.html", **condition())


def condition() -> dict[str, Any]:
    """What the page shows."""
    here = house()
    now, zone = here.clock.now(), here.runtime.settings.zone
    today = now.astimezone(zone).date()
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        calendar = here.runtime.calendar(connection)
        unsealed = health.unsealed(connection, zone)
        found = {
            "nodes": _nodes(health.nodes(connection), now, upcoming.held(connection, now)),
            "next_due": due_moments.next_due(connection),
            "waits_longest": _since(upcoming.oldest_late(connection, now), now),
            "seal_overdue": health.seal_overdue(connection, now),
            "late": due_moments.lag(connection, moment_text(now)),
            "waiting": health.waiting_jobs(connection),
            "unsealed": unsealed,
            "sealed": seals.latest(connection),
            "incidents": len(health.incidents(connection)) if operates() else None,
        }
    return {
        **found,
        "now": now,
        "today": today,
        "unsealed_days": unsealed.ended(today),
        "years": health.years_without_notice(calendar, today),
        "coming": next_moments(now) if operates() else None,
    }


def _nodes(rows: Sequence[Mapping[str, Any]], now: datetime, held: Mapping[str, int]) -> list[dict[str, Any]]:
    """The nodes of the last day. One that was stopped is a fault only where no other beats."""
    found = [
        {**_node(row, now), "held": held.get(row["name"], 0)}
        for row in rows
        if now - read_moment(row["beat_at"]) < FORGOTTEN_AFTER
    ]
    beats = any(node["alive"] for node in found)
    return [{**node, "stopped": beats and not node["alive"]} for node in found]


def _node(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    silent = max(int((now - read_moment(row["beat_at"])).total_seconds()), 0)
    return {**row, "silent": _length(silent), "alive": silent <= ALIVE_SECONDS}


def _since(moment: str | None, now: datetime) -> str:
    return _length(int((now - read_moment(moment)).total_seconds())) if moment else ""


def _length(seconds: int) -> str:
    if seconds < 120:
        return _("%(count)s 秒", count=seconds)
    if seconds < 7200:
        return _("%(count)s 分钟", count=seconds // 60)
    hours = seconds // 3600
    return _("%(count)s 小时", count=hours) if hours < 48 else _("%(count)s 天", count=hours // 24)


@ROOM.get("/versions")
def versions() -> str:
    """Every version of every definition, newest first within its kind."""
    here = house()
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        deployed = here.runtime.shelf.versions()
        titles = {
            one.digest: here.runtime.shelf.package(connection, one.digest).title(current())
            for one in deployed
            if one.kind == "package"
        }
    kinds = {
        "package": _("办理程序"),
        "law": _("法定期限"),
        "calendar": _("日历"),
        "supervision": _("监督规则"),
        "penalties": _("裁量表"),
        "catalogue": _("事项目录"),
        "registers": _("登记簿"),
        "units": _("组织机构"),
    }
    return render_template(
        "operator/versions.html",
        groups=[(title, _of_kind(deployed, kind)) for kind, title in kinds.items()],
        titles=titles,
    )


def _of_kind(deployed: tuple[Version, ...], kind: str) -> list[Version]:
    return sorted((one for one in deployed if one.kind == kind), key=lambda one: (one.name, -one.version))
