"""The public list of decisions: what the procedure has published, with personal data covered.

Reads the table of publications alone; what a publication does not say is not shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy import Connection, select

from engine import canonical
from engine.errors import NotFound
from engine.records.shared_tables import publication
from engine.records.tables import case as case_table
from web.casefile.facts import label_of, shown
from web.casefile.masking import covered_data, covered_text
from web.citizen.room import ROOM
from web.language import _
from web.signin.who import house

PAGE = 50
_LABELS = {"subject": ("当事人", "Party"), "content": ("内容", "Content")}
_LONGEST_PERSON = 4  # a longer name is a firm's, which is public
_NOT_TOLD = frozenset({"masked"})


@ROOM.get("/published")
def published() -> str:
    """The published decisions, newest first, searched by title."""
    search = request.args.get("search", "").strip()[:100]
    text = request.args.get("page", "1")
    page = int(text) if text.isdecimal() and 0 < int(text[:6]) < 100_000 else 1
    t = publication.c
    query = select(publication).order_by(t.published_at.desc(), t.case_id.desc(), t.key)
    if search:
        query = query.where(t.title.contains(search, autoescape=True))
    with house().store.reading() as connection:
        rows = connection.execute(query.limit(PAGE + 1).offset((page - 1) * PAGE)).all()
    return render_template(
        "citizen/published.html",
        rows=[
            {
                "title": covered_text(row.title),
                "published_at": row.published_at,
                "href": url_for("citizen.publication", case_id=row.case_id, key=row.key),
            }
            for row in rows[:PAGE]
        ],
        search=search,
        page=page,
        more=len(rows) > PAGE,
    )


@ROOM.get("/published/<int:case_id>-<int:key>")
@ROOM.get("/published/<int:case_id>-<int:key>", endpoint="publication")
def publication_page(case_id: int, key: int) -> str:
    """One published decision. Raises NotFound."""
    t = publication.c
    here = house()
    with here.store.reading() as connection:
        row = connection.execute(select(publication).where(t.case_id == case_id, t.key == key)).first()
        if row is None:
            raise NotFound(_("没有这条公示。"))
        schemas = schemas_of(connection, case_id)
    content = canonical.loads(row.content)
    return render_template(
        "citizen/publication.html",
        title=covered_text(row.title),
        published_at=row.published_at,
        rows=list(told(schemas, content)),
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
        if name == "subject" and len(str(value)) <= _LONGEST_PERSON:
            schema = {"x-mask": "name"}
        text = shown(schema, covered_data({name: schema}, value, name))
        rows.append((label(name, schema), text))
    return rows


def label(name: str, schema: Mapping[str, Any]) -> str:
    """The label of a published value."""
    if name in _LABELS:
        zh, en = _LABELS[name]
        return label_of({"title": zh, "x-title-en": en}, name)
    return label_of(schema, name)
