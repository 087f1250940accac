"""Publishing decisions (双公示) and taking them back: rows of the public list, covered when they are written.

Called by `jobs` (`banjie.publish`, `banjie.publish.withdraw`), inside the job's own transaction. A withdrawn
entry stays as a row that shows no content. 《行政处罚法》第四十八条.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, update

from engine import canonical
from engine.casework.covering import covered_name, covered_text, covered_values
from engine.casework.tasks import Result, Task
from engine.definitions.formats import cn_id, cn_uscc
from engine.errors import Malformed, said
from engine.records.shared_tables import publication

# What has a column of its own; the name and number of a person are kept covered there and nowhere else.
_COLUMNS = frozenset(
    {"title", "number", "decided_on", "kind", "subject", "subject_id", "cover", "shown_until"}
)
_LONGEST_PERSON = 4  # a longer name is a firm's, which is public
_DOTS = "·•・‧．"
_ANNOUNCED = "announcement"
"""The kind of a notice that serves a document: whom it is for stands in it, or it would serve nobody."""
_DECIDING = ("grant", "refuse", "decide", "reply")


def publish(task: Task) -> Result:
    """Publish to the public list. Header kind (else that of the procedure); input title, subject, subject_id,
    number, decided_on, shown_until (the last day it is shown; without one it stays), content and whatever
    else is to be shown; `cover` lists names to cover in it all.

    What is kept is covered already: the subject's name, the names that the case file masks and those of
    `cover` wherever they stand, and every number of a person. The number is that of the content, else of the
    newest numbered document, where none is given: a certificate issued after the decision is not its number.
    """
    kind = task.headers.get("kind") or _kind(task)
    subject = str(task.input.get("subject") or "")
    names = frozenset() if kind == _ANNOUNCED else _names(task, subject)
    told = {name: value for name, value in task.input.items() if name not in _COLUMNS}
    row = {
        "case_id": task.case.case_id,
        "key": task.key,
        "title": covered_text(str(task.input.get("title") or task.case.title), names)[:400],
        "content": canonical.dumps(covered_values(told, names)),
        "published_at": task.moment,
        "kind": kind[:20],
        "number": str(task.input.get("number") or _number(task))[:120],
        "subject": covered(subject, str(task.input.get("subject_id") or ""))[:200],
        "unit": task.unit,
        "decided_on": str(task.input.get("decided_on") or _decided_on(task))[:10],
        "shown_until": str(task.input.get("shown_until") or "")[:10],
    }
    task.runtime.store.insert_new(task.connection, publication, [row])
    return {"published_on": task.today.isoformat()}


def covered(name: str, id_: str = "") -> str:
    """A name as the public may see it: a firm's whole, of a person's the first sign."""
    return name if not name or _is_firm(name, id_) else covered_name(name)


def _is_firm(name: str, id_: str) -> bool:
    if cn_uscc(id_) is None:
        return True
    # Names of more than four signs are firms', save those of minorities (with a dot) and of foreigners.
    foreign = any(dot in name for dot in _DOTS) or name.isascii()
    return cn_id(id_) is not None and len(name) > _LONGEST_PERSON and not foreign


def _names(task: Task, subject: str) -> frozenset[str]:
    """The names to cover: of persons the case file masks, and those that whoever approved it listed."""
    schemas = task.runtime.shelf.package(task.connection, task.case.package).casefile
    masked = [name for name, schema in schemas.items() if schema.get("x-mask") == "name"]
    values = [subject, task.case.applicant, *(task.variables.get(name) for name in masked)]
    persons = {one for one in values if isinstance(one, str) and covered(one) != one}
    listed = task.input.get("cover")
    return frozenset(persons | {str(one) for one in listed} if isinstance(listed, list) else persons)


def _kind(task: Task) -> str:
    return task.runtime.shelf.package(task.connection, task.case.package).kind


def _number(task: Task) -> str:
    content = task.input.get("content")
    if isinstance(content, Mapping) and isinstance(content.get("number"), str):
        return str(content["number"])
    numbered = [document["number"] for document in task.case.documents if document.get("number")]
    return str(numbered[-1]) if numbered else ""


def _decided_on(task: Task) -> str:
    acts: list[Mapping[str, Any]] = [act for act in task.case.acts if act["act"] in _DECIDING]
    return str(acts[-1]["date"]) if acts else task.today.isoformat()


def withdraw(task: Task) -> Result:
    """Take back what was published, once the decision is changed or annulled. Input: reason, and number where
    only one entry is meant.

    Header `of`: `case` (the usual: entries of this case) or `unit` (those of the unit's decision of that
    number, whichever case published it: the case of the decision is closed when review or suit changes it).
    Header `absent`: `skip` where the decision may not have been published. Raises Malformed without a
    reason, without the number of a decision of the unit, or without an entry.
    """
    reason, number = str(task.input.get("reason") or ""), str(task.input.get("number") or "")
    of_unit = task.headers.get("of") == "unit"
    if reason and (number or not of_unit):
        entries = _entries(task, number, of_unit=of_unit)
        values = {"withdrawn_at": task.moment, "withdrawn_reason": reason}
        if task.connection.execute(update(publication).where(entries).values(values)).rowcount:
            return {"withdrawn_on": task.today.isoformat()}
        if task.headers.get("absent") == "skip":
            return {"withdrawn_on": None}
    raise Malformed(
        said("Expected a reason and an entry of this case in the public list, but one is missing")
    )


def _entries(task: Task, number: str, *, of_unit: bool) -> ColumnElement[bool]:
    t = publication.c
    whose = t.unit == task.unit if of_unit else t.case_id == task.case.case_id
    chosen = whose & t.withdrawn_at.is_(None)
    return chosen & (t.number == number) if number else chosen
