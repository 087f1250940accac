"""The notices of a draft of the calendar: a form for each, and what they would move among open cases.

A notice is one table of a file `<id>.toml`. What is legal is the engine's to say (`engine.periods.notices`);
the page writes the file and refuses to keep one that could not be read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from engine.casework.foreseen import foresee
from engine.errors import BanjieError, Malformed
from engine.periods import Calendar
from engine.periods.notices import Notice
from web.designer import drafts, toml_text, whole_notes
from web.designer.drafts import Piece, piece
from web.designer.reading import newest
from web.designer.room import ROOM
from web.language import _
from web.sentences import told_refusal
from web.signin.who import house

TEXTS = ("id", "number", "basis", "source", "amends", "note")
FESTIVALS = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明": "Tomb-sweeping Day",
    "劳动节": "Labour Day",
    "端午": "Dragon Boat Festival",
    "中秋": "Mid-autumn Festival",
    "国庆节": "National Day",
}
BASIS = "全国年节及纪念日放假办法"
MOST_CASES = 500
_ID = re.compile(r"[a-z][a-z0-9-]{1,59}")
_SPARE_ROWS = 3


@ROOM.get("/drafts/<int:number>/notices")
def edit_notices(number: int) -> str:
    """The notices of the calendar, the newest first, those this draft changes marked."""
    found = piece(number, "calendar")
    calendar = whole_notes.read_calendar(found.bundle)
    listed = sorted(calendar.notices, key=lambda notice: notice.known_from, reverse=True)
    return render_template(
        "designer/edit_notices.html",
        piece=found,
        notices=listed,
        changed={notice.id for notice in whole_notes.changed_notices(found.bundle)},
        next_year=max((year for notice in listed for year in notice.years), default=2025) + 1,
    )


@ROOM.get("/drafts/<int:number>/notice")
def edit_notice(number: int) -> str:
    """The form of one notice (`id`), or of a new one: of a year (`year`) or changing one (`amends`)."""
    found, asked = piece(number, "calendar"), request.args
    row = _row(found, asked.get("id", "")) if asked.get("id") else _blank(found, asked)
    return notice_page(found, _as_form(row))


def notice_page(found: Piece, values: Mapping[str, Any], fault: str = "") -> str:
    """The form with what was filled in."""
    calendar = whole_notes.read_calendar(found.bundle)
    return render_template(
        "designer/edit_notice.html",
        piece=found,
        values=values,
        fault=fault,
        festivals=FESTIVALS,
        known=[(notice.id, notice.title) for notice in calendar.notices if notice.years],
        there=any(notice.id == values["id"] for notice in calendar.notices),
    )


def _blank(found: Piece, asked: Mapping[str, str]) -> dict[str, Any]:
    """A notice to begin with: the seven festivals on their statutory days, or no day for a change."""
    if "amends" in asked:
        return {"amends": asked["amends"], "basis": BASIS}
    year = int(asked["year"]) if asked.get("year", "").isdecimal() else house().directory.today().year + 1
    days = whole_notes.read_calendar(found.bundle).statute.moving.get(year, ())
    moving = [("春节", days[:4]), ("清明", days[4:5]), ("端午", days[5:6]), ("中秋", days[6:7])]
    fixed = [
        ("元旦", (date(year, 1, 1),)),
        ("劳动节", (date(year, 5, 1), date(year, 5, 2))),
        ("国庆节", (date(year, 10, 1), date(year, 10, 3))),
    ]
    rows = [{"name": name, "from": days[0], "to": days[-1]} for name, days in (*fixed, *moving) if days]
    ordered = sorted(rows, key=lambda row: str(row["from"]))
    return {"id": f"cn-{year}", "years": [year], "basis": BASIS, "off": ordered}


def _as_form(row: Mapping[str, Any]) -> dict[str, Any]:
    off = [
        {"name": one.get("name", ""), "from": str(one.get("from", "")), "to": str(one.get("to", ""))}
        for one in row.get("off", [])
    ]
    return {
        **{name: str(row.get(name, "")) for name in TEXTS},
        "issued": str(row.get("issued", "")),
        "year": ", ".join(map(str, row.get("years", []))),
        "off": [*off, *({"name": "", "from": "", "to": ""} for _spare in range(_SPARE_ROWS))],
        "work": "\n".join(map(str, row.get("work", []))),
    }


def _file_of(found: Piece, wanted: str) -> tuple[str, dict[str, Any]]:
    """Path and content of the file that holds a notice; a file of its own for one that is not there."""
    for path, text in found.bundle.texts(".toml").items():
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            continue
        if any(row.get("id") == wanted for row in data.get("notice", [])):
            return path, data
    return f"{wanted}.toml", {"notice": []}


def _row(found: Piece, wanted: str) -> dict[str, Any]:
    _path, data = _file_of(found, wanted)
    return next((row for row in data["notice"] if row.get("id") == wanted), {"id": wanted})


@ROOM.post("/drafts/<int:number>/notice")
def save_notice(number: int) -> Answer | tuple[str, int]:
    """Keep a notice, or take one out (`act` = remove)."""
    found = piece(number, "calendar")
    sent = _sent()
    path, data = _file_of(found, sent["id"])
    rows = [row for row in data.get("notice", []) if row.get("id") != sent["id"]]
    try:
        if request.form.get("act") != "remove":
            rows.append(dict(_made(sent, _row(found, sent["id"]))))
        text = toml_text.dumps({**data, "notice": rows}) if rows else None
        _refuse_illegible(found, path, text)
    except Malformed as refusal:
        return notice_page(found, sent, told_refusal(refusal)), 422
    drafts.save(found, {path: text.encode() if text else None})
    return redirect(url_for("designer.edit_notices", number=number), 303)


def _sent() -> dict[str, Any]:
    form = request.form
    columns = [form.getlist(f"off_{name}") for name in ("name", "from", "to")]
    off = [
        {"name": name.strip(), "from": first.strip(), "to": last.strip()}
        for name, first, last in zip(*columns, strict=False)
    ]
    texts = {name: form.get(name, "").strip() for name in (*TEXTS, "issued", "year")}
    return {**texts, "off": off, "work": form.get("work", "")}


def _made(sent: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The table of a notice from the form; what the form does not show stays. Raises Malformed."""
    if not _ID.fullmatch(sent["id"]):
        raise Malformed(_("通知编号由小写字母、数字和 - 组成，例如 cn-2027。"))
    if bool(sent["year"]) == bool(sent["amends"]):
        raise Malformed(_("请填写通知安排的年份，或者选择它修改的通知，两者选一。"))
    if sent["year"] and not all(one.isdecimal() for one in _words(sent["year"])):
        raise Malformed(_("年份写四位数字，例如 2027。"))
    shown = {*TEXTS, "issued", "years", "off", "work", "source", "certainty"}
    yield "id", sent["id"]
    for name in ("number", "amends", "basis", "note"):
        if sent[name]:
            yield name, sent[name]
    if sent["issued"]:
        yield "issued", _day(sent["issued"])
    if sent["year"]:
        yield "years", [int(one) for one in _words(sent["year"])]
    yield "source", sent["source"] or sent["number"] or sent["basis"]
    yield "certainty", str(before.get("certainty", "V"))
    yield from ((name, value) for name, value in before.items() if name not in shown)
    yield "work", [_day(one) for one in _words(sent["work"])]
    yield "off", [dict(_off(row)) for row in sent["off"] if any(row.values())]


def _off(row: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    if not row["name"] or not row["from"]:
        raise Malformed(_("每一行放假要有名称和第一天。"))
    yield "name", row["name"]
    yield "name_en", FESTIVALS.get(row["name"], row["name"])
    yield "from", _day(row["from"])
    yield "to", _day(row["to"] or row["from"])


def _words(text: str) -> list[str]:
    return [one for one in re.split(r"[\s,;，；、]+", text) if one]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Malformed(_("“%(text)s”不是日期，请写成 2027-02-14。", text=text[:20])) from error


def _refuse_illegible(found: Piece, path: str, text: str | None) -> None:
    """Raise Malformed where the calendar could no longer be read with this file."""
    texts = {**found.bundle.texts(".toml"), path: text}
    try:
        Calendar.read({name: body for name, body in texts.items() if body is not None})
    except BanjieError as refusal:
        raise Malformed(refusal.sentence, refusal.findings) from refusal


@ROOM.get("/drafts/<int:number>/foreseen")
def foreseen(number: int) -> str:
    """Which days the draft changes, and which running periods would end on another day."""
    found = piece(number, "calendar")
    old, new = whole_notes.read_calendar(newest("calendar")), whole_notes.read_calendar(found.bundle)
    changed = whole_notes.changed_notices(found.bundle)
    with house().store.reading() as connection:
        moves = foresee(connection, old, new, MOST_CASES)
    return render_template(
        "designer/foreseen.html", piece=found, days=list(_days(changed, old, new)), foreseen=moves
    )


def _days(changed: list[Notice], old: Calendar, new: Calendar) -> Iterator[dict[str, Any]]:
    """The days on which the two calendars differ, of all that the changed notices speak of."""
    spoken = {day for notice in changed for day in (*notice.off, *notice.work)}
    for day in sorted(spoken):
        if old.is_working(day) != new.is_working(day):
            yield {
                "day": day,
                "works": new.is_working(day),
                "name": new.day(day).name[0],
                "knew": old.knows(day),
            }
