"""The periods of a draft: which it points at and what the law says of them, and periods of its own.

A draft's own periods stand in `law/<number>.toml` and are deployed with it into the law, whose other files
stay as they are. A statutory figure is never changed in place: a new text gets its own first day.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from engine.errors import BanjieError, Malformed
from engine.periods import RuleBook
from web.designer import checking, drafts, outline, toml_text
from web.designer.drafts import Piece, piece
from web.designer.reading import newest
from web.designer.room import ROOM
from web.language import _
from web.sentences import told_refusal
from web.signin.who import house

UNITS = ("W", "N", "M", "Y", "H")
TEXTS = ("id", "name", "name_en", "basis", "note")


def own_path(found: Piece) -> str:
    """The file of a draft's own periods."""
    return f"law/{found.name}.toml"


@ROOM.get("/drafts/<int:number>/periods")
def edit_periods(number: int) -> str:
    """The periods the diagram points at, and the draft's own."""
    return periods_page(piece(number), {})


def periods_page(found: Piece, values: Mapping[str, str], fault: str = "") -> str:
    """The page, with what was filled in for one period of the draft's own."""
    law, today = checking.law_with(found.bundle), house().directory.today()
    package = found.judged.package
    wanted = request.args.get("id", "")
    own = own_rows(found)
    if wanted and not values:
        values = next((_as_form(row) for row in own if row.get("id") == wanted), {})
    return render_template(
        "designer/edit_periods.html",
        piece=found,
        used=outline.periods(package.definition, law, today) if package else [],
        own=own,
        values=values,
        fault=fault,
        today=today,
        known=sorted({rule.id for rule in law}),
        reasons=sorted({one.kind for rule in law for one in rule.excluded}),
        units=unit_names(),
        classes=class_names(),
    )


def unit_names() -> list[tuple[str, str]]:
    """What a period is counted in."""
    names = {"W": _("工作日"), "N": _("自然日"), "M": _("月"), "Y": _("年"), "H": _("小时")}
    return [(unit, names[unit]) for unit in UNITS]


def class_names() -> list[tuple[str, str]]:
    """Whose period it is, and what an overrun means."""
    return [
        ("statutory", _("法定期限：逾期发红牌")),
        ("step", _("内部环节：逾期提示")),
        ("party", _("当事人的期限：不发牌")),
    ]


def own_rows(found: Piece) -> list[dict[str, Any]]:
    """The draft's own periods as their file has them; none where it cannot be read."""
    try:
        rows = tomllib.loads(found.text(own_path(found))).get("period", [])
    except tomllib.TOMLDecodeError:
        return []
    return [row for row in rows if isinstance(row, dict)]


def _as_form(row: Mapping[str, Any]) -> dict[str, str]:
    limit, extension = str(row.get("limit", "")), row.get("extension", {})
    extension = extension[0] if isinstance(extension, list) and extension else extension or {}
    kinds = [str(one.get("kind", "") if isinstance(one, Mapping) else one) for one in row.get("suspend", [])]
    return {
        **{name: str(row.get(name, "")) for name in TEXTS},
        "count": limit[:-1], "unit": limit[-1:], "class": str(row.get("class", "statutory")),
        "suspend": "\n".join(kinds), "valid_from": str(row.get("valid_from", "")),
        "ends": str(row.get("ends", "close")), "extend": str(extension.get("max", ""))[:-1],
        "approver": str(extension.get("approver", "")),
    }  # fmt: skip


@ROOM.post("/drafts/<int:number>/periods")
def save_period(number: int) -> Answer | tuple[str, int]:
    """Keep one period of the draft's own, or take one out (`act` = remove:<id>)."""
    found = piece(number)
    sent = {name: text.strip() for name, text in request.form.items()}
    rows, (act, _colon, target) = own_rows(found), sent.get("act", "").partition(":")
    try:
        if act == "remove":
            rows = [row for row in rows if row.get("id") != target]
        else:
            made = dict(_made(sent))
            _keep_what_the_form_does_not_show(made, rows)
            rows = [*(row for row in rows if row.get("id") != made["id"]), made]
        text = toml_text.dumps({"period": rows}) if rows else ""
        _refuse_faulty(found, text)
    except Malformed as refusal:
        return periods_page(found, sent, told_refusal(refusal)), 422
    drafts.save(found, {own_path(found): text.encode() if text else None})
    return redirect(url_for("designer.edit_periods", number=number), 303)


def _made(sent: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """The table of one period, from the form. Raises Malformed for what is no day."""
    unit = sent.get("unit", "W")
    for name in TEXTS:
        if sent.get(name) or name in ("id", "basis"):
            yield name, sent.get(name, "")
    yield "limit", f"{sent.get('count', '')}{unit}"
    try:
        yield "valid_from", date.fromisoformat(sent.get("valid_from", ""))
    except ValueError as error:
        raise Malformed(_("请填写从哪一天起有效。")) from error
    if sent.get("extend"):
        approver = sent.get("approver", "")
        yield "extension", {"max": f"{sent['extend']}{unit}", "times": 1, "approver": approver}
    reasons = [line.strip() for line in sent.get("suspend", "").splitlines() if line.strip()]
    if reasons:
        yield "suspend", reasons
    yield "roll", "none" if unit in "WH" else "next-working-day"
    yield "ends", sent.get("ends", "close")
    yield "class", sent.get("class", "statutory")
    yield "certainty", "P"


def _keep_what_the_form_does_not_show(made: dict[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """The most a suspension may take, and that it must be told, stay with the reasons that stay."""
    before = next((row for row in rows if row.get("id") == made["id"]), {})
    known = {one["kind"]: one for one in before.get("suspend", []) if isinstance(one, Mapping)}
    if "suspend" in made:
        made["suspend"] = [known.get(kind, kind) for kind in made["suspend"]]


def _refuse_faulty(found: Piece, text: str) -> None:
    """Raise Malformed where the law would no longer be legible with this file."""
    texts = dict(newest("law").texts(".toml"))
    texts[f"{found.name}.toml"] = text
    try:
        RuleBook.read(texts)
    except BanjieError as refusal:
        raise Malformed(refusal.sentence, refusal.findings) from refusal
