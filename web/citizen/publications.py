"""The public list of decisions: what the procedure has published, with personal data covered.

Reads the table of publications alone; what a publication does not say is not shown. A party's name was
covered when it was published (`engine.casework.publications`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy import Connection, Select, or_, select
from werkzeug.wrappers import Response

from engine import canonical
from engine.casework.publications import covered
from engine.errors import NotFound
from engine.records.shared_tables import publication
from engine.records.tables import case as case_table
from web import display
from web.casefile.facts import label_of, shown
from web.casefile.masking import covered_data, covered_text
from web.citizen.room import ROOM
from web.language import _
from web.signin.who import house, unit_name
from web.watching.sheets import sheet

PAGE = 50
_LABELS = {
    "content": ("内容", "Content"),
    "question": ("来信", "Letter"),
    "reply": ("答复", "Reply"),
    "kind_of_letter": ("类别", "Kind"),
    "department": ("承办部门", "Department"),
    "document": ("文书", "Document"),
    "recipient": ("受送达人", "For"),
    "item": ("事项", "Matter"),
    "number": ("文号", "Number"),
    "name": ("名称", "Name"),
    "decisions": ("各部门决定", "Decisions"),
    "certificates": ("证照", "Certificates"),
}
_NOT_TOLD = frozenset({"masked", "subject", "subject_id", "cover"})
MOST_IN_SHEET = 5_000


@ROOM.get("/published")
def published() -> str:
    """The published decisions of a kind or of all, newest first, searched by title, number and party."""
    asked = _asked()
    text = request.args.get("page", "1")
    page = int(text) if text.isdecimal() and 0 < int(text[:6]) < 100_000 else 1
    with house().store.reading() as connection:
        rows = connection.execute(chosen(asked).limit(PAGE + 1).offset((page - 1) * PAGE)).all()
    return render_template(
        "citizen/published.html",
        rows=[line(row) for row in rows[:PAGE]],
        asked=asked,
        kinds=kinds(),
        page=page,
        more=len(rows) > PAGE,
    )


@ROOM.get("/published.csv")
def published_sheet() -> Response:
    """The same list as a file for a spreadsheet, with the columns of 双公示."""
    with house().store.reading() as connection:
        rows = connection.execute(chosen(_asked()).limit(MOST_IN_SHEET)).all()
    names = dict(kinds())
    head = [_("标题"), _("类别"), _("文号"), _("相对人"), _("决定机关"), _("决定日期"), _("公示日期")]
    lines = [
        [
            one["title"], names.get(one["kind"], one["kind"]), one["number"], one["subject"], one["unit"],
            one["decided_on"], display.day(one["published_at"]),
        ]
        for one in map(line, rows)
    ]  # fmt: skip
    return sheet(_("结果公示"), head, lines)


def today() -> date:
    """The day in the authority's zone."""
    here = house()
    return here.clock.now().astimezone(here.runtime.settings.zone).date()


def _asked() -> dict[str, str]:
    kind = request.args.get("kind", "")
    return {
        "kind": kind if kind in dict(kinds()) else "",
        "search": request.args.get("search", "").strip()[:100],
    }


def kinds() -> list[tuple[str, str]]:
    """The kinds of publications, as a reader chooses among them."""
    return [
        ("licence", _("行政许可")),
        ("penalty", _("行政处罚")),
        ("registration", _("登记")),
        ("letter", _("来信选登")),
        ("announcement", _("公告送达")),
    ]


def chosen(asked: Mapping[str, str]) -> Select[Any]:
    """What a reader asks for; nothing that has been withdrawn or whose term is over."""
    t = publication.c
    standing = or_(t.shown_until == "", t.shown_until >= today().isoformat())
    query = select(publication).where(t.withdrawn_at.is_(None), standing)
    if asked["kind"]:
        query = query.where(t.kind == asked["kind"])
    if asked["search"]:
        parts = (t.title, t.number, t.subject)
        query = query.where(or_(*(part.contains(asked["search"], autoescape=True) for part in parts)))
    return query.order_by(t.published_at.desc(), t.case_id.desc(), t.key)


def line(row: Any) -> dict[str, str]:
    """One entry of the list, covered."""
    return {
        "title": covered_text(row.title),
        "kind": row.kind,
        "number": row.number,
        "subject": row.subject or covered(str(canonical.loads(row.content).get("subject") or "")),
        "unit": unit_name(row.unit) if row.unit else "",
        "decided_on": row.decided_on,
        "published_at": row.published_at,
        "href": url_for("citizen.publication", case_id=row.case_id, key=row.key),
    }


@ROOM.get("/published/<int:case_id>-<int:key>", endpoint="publication")
def publication_page(case_id: int, key: int) -> str:
    """One published decision; of one that was withdrawn, that it was and why. Raises NotFound."""
    t = publication.c
    here = house()
    with here.store.reading() as connection:
        row = connection.execute(select(publication).where(t.case_id == case_id, t.key == key)).first()
        if row is None:
            raise NotFound(_("没有这条公示。"))
        schemas = schemas_of(connection, case_id)
    entry, rows = line(row), []
    over = bool(row.shown_until) and row.shown_until < today().isoformat()
    if row.withdrawn_at is None and not over:
        given = [
            (_("文号"), entry["number"]),
            (_("相对人"), entry["subject"]),
            (_("决定机关"), entry["unit"]),
        ]
        given.append((_("决定日期"), display.day(entry["decided_on"]) if entry["decided_on"] else ""))
        given.append((_("公示至"), display.day(row.shown_until) if row.shown_until else ""))
        rows = [(name, text) for name, text in given if text]
        said = {text for _label, text in rows}  # content repeats what has a column of its own
        rows += [one for one in told(schemas, canonical.loads(row.content)) if one[1] not in said]
    return render_template(
        "citizen/publication.html",
        title=entry["title"],
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at or (row.shown_until if over else None),
        reason=covered_text(row.withdrawn_reason or (_("公示期已满") if over else "")),
        rows=rows,
    )


def schemas_of(connection: Connection, case_id: int) -> Mapping[str, Mapping[str, Any]]:
    """The case-file schema of the published case: it says what is to be covered."""
    digest = connection.execute(
        select(case_table.c.package).where(case_table.c.case_id == case_id)
    ).scalar_one()
    return house().runtime.shelf.package(connection, digest).casefile


def told(schemas: Mapping[str, Mapping[str, Any]], content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, text) of what is published, covered."""
    rows: list[tuple[str, str]] = []
    for name, value in content.items():
        if name in _NOT_TOLD or value in (None, "", {}):
            continue
        if isinstance(value, Mapping):
            rows += told(schemas, value)
            continue
        schema = schemas.get(name, {})
        text = shown(schema, covered_data({name: schema}, value, name))
        rows.append((label(name, schema), text))
    return rows


def label(name: str, schema: Mapping[str, Any]) -> str:
    """The label of a published value."""
    if name in _LABELS:
        zh, en = _LABELS[name]
        return label_of({"title": zh, "x-title-en": en}, name)
    return label_of(schema, name)
