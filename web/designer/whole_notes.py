"""What a second person should look at in a calendar, a catalogue or a withdrawal: told, nothing refused.

Called by `checking` for drafts that are no packages; what deployment refuses is found there. A notice is
compared with the statutory holidays, an item with the seven things a guide must say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from engine.definitions import catalogue, withdrawals
from engine.definitions.bundles import Bundle
from engine.definitions.catalogue import ServiceItem
from engine.errors import BanjieError, Finding, NotFound
from engine.periods import Calendar
from engine.periods.notices import Notice
from web.designer.reading import law, newest, versions_of
from web.language import _
from web.signin.who import house, organisation


def notes(bundle: Bundle) -> Iterator[Finding]:
    """The notes on a legal bundle of its kind."""
    told = _NOTES.get(bundle.kind)
    if told is not None:
        yield from told(bundle)


# --- notices -----------------------------------------------------------------------------------------


def changed_notices(bundle: Bundle) -> list[Notice]:
    """The notices of a calendar that the newest one does not have, or has otherwise."""
    before = {notice.id: notice.as_data() for notice in read_calendar(newest("calendar")).notices}
    return [one for one in read_calendar(bundle).notices if before.get(one.id) != one.as_data()]


def read_calendar(bundle: Bundle) -> Calendar:
    """The calendar of a bundle, in the house's zone and with its hours; one without notices where it cannot
    be read."""
    settings = house().runtime.settings
    try:
        return Calendar.read(bundle.texts(".toml"), hours=settings.hours, zone=str(settings.zone))
    except BanjieError:
        return Calendar([])


def _calendar(bundle: Bundle) -> Iterator[Finding]:
    calendar, today = read_calendar(bundle), house().directory.today()
    for notice in changed_notices(bundle):
        for sentence in _about(notice, calendar, today):
            yield Finding(notice.id, sentence, "calendar.note", severity="note")
    ids = {notice.id for notice in calendar.notices}
    for notice in read_calendar(newest("calendar")).notices:
        if notice.id not in ids:
            yield Finding(
                notice.id, _("这份通知被删除，已经依据它计算的期限会变动。"), "calendar.note", severity="note"
            )


def _about(notice: Notice, calendar: Calendar, today: date) -> Iterator[str]:
    if not notice.number:
        yield _("没有填写文号。")
    if notice.issued is None:
        yield _("没有填写印发日期：将视为从第一个所涉日期起才知道。")
    past = [day for day in (*notice.off, *notice.work) if day < today]
    if past and notice.amends:
        yield _("涉及已经过去的日子（%(day)s），已经办结的案件不会重算。", day=min(past).isoformat())
    for year in notice.years:
        yield from _of_year(notice, calendar, year)


def _of_year(notice: Notice, calendar: Calendar, year: int) -> Iterator[str]:
    fixed = [date(year, month, day) for month, day in calendar.statute.fixed]
    days = sorted([*fixed, *calendar.statute.moving.get(year, ())])
    missing = [day.isoformat() for day in days if day not in notice.off]
    if missing:
        yield _("法定节日没有放假：%(days)s。", days=_("、").join(missing))
    gained = sum(day.weekday() < 5 for day in notice.off) - len(notice.work)
    if year in calendar.statute.moving and gained != len(days):
        yield _(
            "放假的工作日减去调休上班的天数是 %(gained)s，法定节日共 %(days)s 天，两者应当相等。",
            gained=gained,
            days=len(days),
        )
    far = [
        day
        for day in (*notice.off, *notice.work)
        if not date(year - 1, 12, 1) <= day <= date(year + 1, 1, 31)
    ]
    if far:
        yield _("日期不在 %(year)s 年前后：%(day)s。", year=year, day=min(far).isoformat())


# --- items -------------------------------------------------------------------------------------------


def items_of(bundle: Bundle) -> dict[str, ServiceItem]:
    """The items of a catalogue bundle; none where it cannot be read."""
    try:
        return catalogue.read(bundle.texts(".toml"))
    except BanjieError:
        return {}


def elements_of(item: ServiceItem) -> list[tuple[str, bool]]:
    """The seven things a guide publishes, each with whether the item says it (domain S1-10)."""
    facts = item.facts
    return [
        (_("办事依据"), bool(facts.get("basis"))),
        (_("办理条件"), _says(facts.get("conditions"))),
        (_("办事流程"), _has_procedure(item.procedure)),
        (_("办理时限"), bool(facts.get("promised") or facts.get("statutory") or facts.get("period"))),
        (_("责任部门"), bool(facts.get("department"))),
        (_("联系方式"), bool(facts.get("contact"))),
        (_("监督电话"), bool(facts.get("complaint_phone"))),
    ]


def _says(held: Any) -> bool:
    return any(held.values()) if isinstance(held, Mapping) else bool(held)


def _has_procedure(name: str) -> bool:
    try:
        return bool(versions_of(name))
    except NotFound:
        return False


def _catalogue(bundle: Bundle) -> Iterator[Finding]:
    now = items_of(bundle)
    for code, item in now.items():
        for sentence in _about_item(item):
            yield Finding(code, sentence, "catalogue.note", severity="note")
    for code in items_of(newest("catalogue")):
        if code not in now:
            sentence = _("这个事项被删除，在办的案件将找不到它。请改为“停办”。")
            yield Finding(code, sentence, "catalogue.note", severity="note")


def _about_item(item: ServiceItem) -> Iterator[str]:
    missing = [name for name, there in elements_of(item) if not there]
    if missing:
        yield _("办事指南缺少：%(names)s。", names=_("、").join(missing))
    known = {unit.code for unit in organisation().units}
    gone = [unit for unit in (*item.units, item.facts.get("department")) if unit and unit not in known]
    if gone:
        yield _("没有这个单位：%(units)s。", units=_("、").join(gone))
    if not item.units:
        yield _("没有受理单位，谁也不能申请。")
    period = item.facts.get("period")
    if period and period not in law():
        yield _("法律里没有这个期限：%(period)s。", period=period)


# --- withdrawals -------------------------------------------------------------------------------------


def _withdrawal(bundle: Bundle) -> Iterator[Finding]:
    number, shelf = withdrawals.version_of(bundle), house().runtime.shelf
    others = [
        one.version
        for one in versions_of(bundle.name)
        if one.version != number and shelf.withdrawn(one) is None
    ]
    if not others:
        sentence = _("没有别的版本：撤下以后，用这个流程的事项不能再受理。")
    elif max(others) > number:
        sentence = _("有更新的版本：新案件本来就不按这一版办理。")
    else:
        sentence = _("撤下以后，新案件按第 %(version)s 版办理。", version=max(others))
    yield Finding(bundle.name, sentence, "withdrawal.note", severity="note")
    for code, item in items_of(newest("catalogue")).items():
        if item.procedure == bundle.name and not others:
            sentence = _("这个事项不能再受理：%(name)s。", name=item.name())
            yield Finding(code, sentence, "withdrawal.note", severity="note")


_NOTES: dict[str, Callable[[Bundle], Iterator[Finding]]] = {
    "calendar": _calendar,
    "catalogue": _catalogue,
    withdrawals.KIND: _withdrawal,
}
