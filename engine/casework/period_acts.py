"""What the acts of a case do to its periods: which open, suspend, extend, reset and stop one.

Called by the desk on every element entered and left. It only turns the diagram's `banjie.period.*` settings
into ledger entries and events; when a period falls due is read in `clocks`, counted in `engine.periods`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from engine import periods
from engine.bpmn.happenings import ElementEntered, ElementLeft
from engine.casework import clocks
from engine.errors import Malformed
from engine.organisation.roles import roles_of_rank
from engine.periods import Kind, Ledger, Limit, PeriodRefused
from engine.periods.breaches import untold_breach
from engine.periods.entries import SUSPENDED

if TYPE_CHECKING:
    from engine.casework.desk import Desk


def element_entered(desk: Desk, happening: ElementEntered) -> None:
    """Open a period that begins here; suspend those that do not run while this element is open."""
    properties = {} if happening.repeats else happening.properties
    if properties.get("banjie.period"):
        _open(desk, properties, str(properties["banjie.period"]), happening)
    for named in _named(properties.get("banjie.period.suspends")):
        _suspend(desk, properties, happening, named)


def element_left(desk: Desk, happening: ElementLeft) -> None:
    """Resume, stop and change periods, in this order; changes only where the element completed."""
    if happening.instance in desk.state.suspensions:
        _resume(desk, happening.instance)
    if happening.outcome == "completed":
        _changes(desk, happening)
    for number, row in list(desk.state.periods.items()):
        if row["instance"] == happening.instance and not row["stopped"]:
            _stop(desk, number)


def stop_all(desk: Desk) -> None:
    """The case has ended: every clock stops."""
    for number, row in list(desk.state.periods.items()):
        if not row["stopped"]:
            _stop(desk, number)


def _changes(desk: Desk, happening: ElementLeft) -> None:
    properties = happening.properties
    chain = desk.state.chain(happening.scope)
    if properties.get("banjie.period.starts"):
        _open(desk, properties, str(properties["banjie.period.starts"]), happening)
    acts = ("extends", _extend), ("tells", _tell), ("resets", _reset), ("stops", _stop_named)
    for name, change in acts:
        if properties.get(f"banjie.period.{name}"):
            number = clocks.find(desk.state, chain, str(properties[f"banjie.period.{name}"]))
            if number is not None and not desk.state.periods[number]["stopped"]:
                change(desk, number, properties)


def _named(given: Any) -> list[str]:
    """One id or a list of them."""
    listed = given if isinstance(given, list) else [given]
    return [str(one) for one in listed if one]


def _open(
    desk: Desk, properties: Mapping[str, Any], rule_id: str, happening: ElementEntered | ElementLeft
) -> None:
    started = _day(properties.get("banjie.period.from")) or desk.today
    rule = desk.ground.law.of(rule_id, started)
    periods.demand_watched(rule, started)
    promised = properties.get("banjie.period.promise")
    promise = Limit.read(str(promised)) if promised else None
    at = desk.moment if rule.limit.kind is Kind.HOURS else None
    ledger = Ledger.open(rule, started, promise, at=at, person=desk.ground.actor.person)
    unit = desk.unit(desk.state.chain(happening.scope))
    calendar = desk.ground.calendar.of_unit(unit).seen(desk.today)
    desk.record(
        "PeriodOpened",
        period=desk.state.counter + 1,
        id=rule_id,
        scope=_outer(desk, happening),
        instance=happening.instance if isinstance(happening, ElementEntered) else None,
        element=happening.element,
        started_on=started.isoformat(),
        basis=rule.basis,
        **({"unit": unit} if unit != desk.state.unit else {}),
        ledger=ledger.as_data(),
        **clocks.due_data(ledger, calendar),
    )


def _outer(desk: Desk, happening: ElementEntered | ElementLeft) -> int:
    """The scope a period belongs to: not the element's own, which closes with it.

    An instance of a repeated activity keeps its period to itself: each department has its own.
    """
    if "loopCounter" in desk.variables(happening.scope):
        return happening.scope
    row = desk.state.scopes.get(happening.scope, {})
    if row.get("instance") == happening.instance and row.get("parent") is not None:
        return int(row["parent"])
    return happening.scope


def _suspend(desk: Desk, properties: Mapping[str, Any], happening: ElementEntered, named: str) -> None:
    number = clocks.find(desk.state, desk.state.chain(happening.scope), named)
    if number is None or desk.state.periods[number]["stopped"]:
        return
    kind = str(properties.get("banjie.period.kind") or "")
    ledger = clocks.ledger_of(desk.state, number)
    breach, told = ledger.check_suspend(kind), _day(properties.get("banjie.period.told"))
    since = _day(properties.get("banjie.period.since")) or desk.today
    entry = periods.Entry(
        SUSPENDED,
        since,
        desk.moment,
        key=str(happening.instance),
        kind=kind,
        told=told,
        person=desk.ground.actor.person,
    )
    changed = ledger.record(entry)
    desk.record(
        "PeriodSuspended",
        period=number,
        id=named,
        instance=happening.instance,
        kind=kind,
        on=since.isoformat(),
        ledger=changed.as_data(),
        breach=breach.rule if breach else None,
        **({"untold": True} if untold_breach(ledger.rule, kind, told) else {}),
    )


def _resume(desk: Desk, instance: int) -> None:
    row = desk.state.suspensions[instance]
    for number in (row["period"], *row.get("others", ())):
        if not desk.state.periods[number]["stopped"]:
            _resume_one(desk, instance, number, row["kind"])


def _resume_one(desk: Desk, instance: int, number: int, kind: str) -> None:
    ledger = clocks.ledger_of(desk.state, number)
    changed = ledger.resume(desk.today, key=str(instance), at=desk.moment, person=desk.ground.actor.person)
    desk.record(
        "PeriodResumed",
        period=number,
        id=desk.state.periods[number]["id"],
        instance=instance,
        kind=kind,
        on=desk.today.isoformat(),
        ledger=changed.as_data(),
        **clocks.due_data(changed, clocks.seen_by(desk, number)),
    )


def _extend(desk: Desk, number: int, properties: Mapping[str, Any]) -> None:
    ledger, row = clocks.ledger_of(desk.state, number), desk.state.periods[number]
    calendar = clocks.seen_by(desk, number)
    before = periods.due(ledger, calendar, desk.moment)  # an open suspension has lasted until now
    try:
        by = _length(properties.get("banjie.period.extend.by"), ledger)
        rank = str(properties.get("banjie.period.extend.approver") or _rank(desk, ledger))
        changed = ledger.extend(
            desk.today,
            by,
            rank,
            due_on=before.day,
            due_at=before.moment,
            told=False,
            at=desk.moment,
            reason=str(properties.get("banjie.period.extend.reason") or ""),
            person=desk.ground.actor.person,
        )
    except (PeriodRefused, Malformed) as refusal:
        breach = refusal.breach if isinstance(refusal, PeriodRefused) else None
        desk.record(
            "PeriodExtensionRefused",
            period=number,
            id=row["id"],
            rule=breach.rule if breach else "C9",
            sentence=breach.sentence_zh if breach else refusal.sentence,
        )
        return
    desk.record(
        "PeriodExtended",
        period=number,
        id=row["id"],
        by=str(by),
        approver=rank,
        ledger=changed.as_data(),
        due_before=before.day.isoformat(),
        extended_to=periods.due(changed, calendar, desk.moment, if_told=True).day.isoformat(),
        **clocks.due_data(changed, calendar),
    )


def _tell(desk: Desk, number: int, properties: Mapping[str, Any]) -> None:
    """C9: the applicant is told of the extension; after the limit it no longer binds, as the event says."""
    ledger, calendar = clocks.ledger_of(desk.state, number), clocks.seen_by(desk, number)
    if not ledger.untold:
        return
    before = periods.due(ledger, calendar, desk.moment)
    breach = ledger.check_told(desk.today, due_on=before.day, late=desk.moment > before.moment)
    changed = ledger.tell(desk.today, at=desk.moment, person=desk.ground.actor.person)
    desk.record(
        "PeriodExtensionTold",
        period=number,
        id=desk.state.periods[number]["id"],
        on=desk.today.isoformat(),
        breach=breach.rule if breach else None,
        ledger=changed.as_data(),
        **clocks.due_data(changed, calendar),
    )


def _rank(desk: Desk, ledger: Ledger) -> str:
    """The rank the law names, where the actor holds it; else the name of the post acted from."""
    stage = ledger.rule.stage(len(ledger.extensions))
    wanted = stage.approver if stage else ""
    actor = desk.ground.actor
    held = {role for post in actor.posts for role in post.roles}
    if wanted and (actor.kind == "system" or held & set(roles_of_rank(wanted))):
        return wanted
    return actor.post or actor.name


def _length(given: Any, ledger: Ledger) -> Limit:
    """`10` and `"10W"` both mean ten of the period's own unit."""
    text = str(given)
    return Limit.read(text if not text.isdigit() else text + str(ledger.rule.limit)[-1])


def _reset(desk: Desk, number: int, properties: Mapping[str, Any]) -> None:
    changed = clocks.ledger_of(desk.state, number).reset(
        _day(properties.get("banjie.period.from")) or desk.today,
        at=desk.moment,
        person=desk.ground.actor.person,
    )
    desk.record(
        "PeriodReset",
        period=number,
        id=desk.state.periods[number]["id"],
        ledger=changed.as_data(),
        **clocks.due_data(changed, clocks.seen_by(desk, number)),
    )


def _stop_named(desk: Desk, number: int, properties: Mapping[str, Any]) -> None:
    _stop(desk, number)


def _stop(desk: Desk, number: int) -> None:
    # The heartbeat may be late: what overran before this act is recorded before the clock stops.
    for key, at in list(clocks.armed(desk.state, number, desk.ground.calendar)):
        if at < desk.moment and not key.endswith(":warn"):
            clocks.fire(desk, key)
    row, ledger = desk.state.periods[number], clocks.ledger_of(desk.state, number)
    changed = ledger.stop(desk.today, at=desk.moment, person=desk.ground.actor.person)
    desk.record(
        "PeriodStopped",
        period=number,
        id=row["id"],
        on=desk.today.isoformat(),
        ledger=changed.as_data(),
        **clocks.due_data(changed, clocks.seen_by(desk, number)),
    )


def _day(value: Any) -> date | None:
    """A date from a property: ISO text of a date or a date and time."""
    return date.fromisoformat(str(value)[:10]) if value else None
