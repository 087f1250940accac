"""Reports: what is counted, from which rows, and under which headings. Data, never code.

Read from `reports.toml` of the bundle `registers`; called by `registers.read` at deployment and by the
counting itself (`engine.audit.reports`). A report names its rows (`over`: a register, `cases` or `items`),
the field that holds a row's day and unit, the headings it may be divided by, and its figures. A figure is
FEEL over the fields of one row: `counts` (true: the row counts), `mean`, `median`, `sum` or `most` of a
number, or `share` of one figure in another; `among` a field, the other is counted over every row that says
there what the rows of the heading say, so that a tier is a share of its item. Opens no database.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine import feel
from engine.errors import BanjieError, Finding, said

FACTS = "reports.toml"
ROWS_OF_ROWS = ("counts", "mean", "median", "sum", "most")
SHARE = "share"
MONTH = "month"
CASES, ITEMS = "cases", "items"

CASE_FIELDS = (
    "number", "procedure", "kind", "item", "unit", "channel", "received_on", "closed_on", "open", "outcome",
    "acts", "documents", "cards", "periods", "used", "suspended", "late", "promise_missed",
)  # fmt: skip
"""What a row of `cases` holds. acts: [{act, date, role}]; documents: [{kind, issued_on}]; cards that stand:
[{rule, level}]; periods: [{id, class, used, suspended, late, promise_missed}], the suspended days working
days; used, suspended: those of the case's main period; late: a statutory limit passed; promise_missed: a
promised one did."""

ITEM_FIELDS = ("code", "procedure", "kind", "level", "department", "online_depth", "status", "life_event")
_HOST = frozenset({"today", "now"})


@dataclass(frozen=True)
class Figure:
    """One column of a report: `how` is one of ROWS_OF_ROWS or SHARE."""

    id: str
    facts: Mapping[str, Any]
    how: str
    finds: feel.Compiled | None
    parts: tuple[str, str] = ("", "")
    among: str = ""

    def title(self, language: str = "zh") -> str:
        """What the column is called."""
        return _worded(self.facts.get("name", self.id), language)

    def meaning(self, language: str = "zh") -> str:
        """What is counted, in a sentence; empty where the name says it."""
        return _worded(self.facts.get("note", ""), language)


@dataclass(frozen=True)
class Report:
    """One report; `facts` is its table of reports.toml, `fields` those of a row."""

    id: str
    facts: Mapping[str, Any]
    figures: tuple[Figure, ...]
    where: feel.Compiled | None
    fields: tuple[str, ...]

    @property
    def over(self) -> str:
        """A register's id, `cases` or `items`."""
        return str(self.facts["over"])

    @property
    def day(self) -> str:
        """The field that holds a row's day; empty where rows have none."""
        return str(self.facts.get("day", ""))

    @property
    def unit(self) -> str:
        """The field that holds a row's unit."""
        return str(self.facts.get("unit", "unit"))

    @property
    def also(self) -> tuple[str, ...]:
        """Further fields that hold a unit whose people may count the row."""
        return tuple(self.facts.get("also", ()))

    @property
    def annual(self) -> bool:
        """Whether it stands on the page of the year."""
        return self.facts.get("annual") is True

    @property
    def by(self) -> tuple[str, ...]:
        """The fields it may be divided by, the usual one first; `month` is that of the day."""
        return tuple(self.facts["by"])

    @property
    def readers(self) -> tuple[str, ...]:
        """The roles that may read it, each within the reach of its post."""
        return tuple(self.facts["readers"])

    def title(self, language: str = "zh") -> str:
        """The report's name."""
        return _worded(self.facts["name"], language)

    def note(self, language: str = "zh") -> str:
        """What its reader should know of the rows."""
        return _worded(self.facts.get("note", ""), language)


def read(text: bytes, registers: Mapping[str, Sequence[str]]) -> tuple[tuple[Report, ...], list[Finding]]:
    """The reports of a text, and every fault of it; `registers` gives the fields of each."""
    try:
        rows = tomllib.loads(text.decode()).get("report", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return (), [_fault(FACTS, said("Expected {name} to be TOML, but {error}", name=FACTS, error=error))]
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        return (), [_fault(FACTS, said("Expected tables [[report]], but found something else"))]
    findings: list[Finding] = []
    reports: dict[str, Report] = {}
    for row in rows:
        made = _report(row, registers, findings)
        if made is not None and made.id in reports:
            findings.append(_fault(made.id, said("Expected each report once, but it stands twice")))
        elif made is not None:
            reports[made.id] = made
    return tuple(reports.values()), findings


def _report(
    row: Mapping[str, Any], registers: Mapping[str, Sequence[str]], findings: list[Finding]
) -> Report | None:
    where = str(row.get("id", "report"))
    missing = [name for name in ("id", "over", "name", "by", "readers", "figure") if not row.get(name)]
    fields = {CASES: CASE_FIELDS, ITEMS: ITEM_FIELDS}.get(str(row.get("over")), ())
    fields = tuple(registers.get(str(row.get("over")), fields))
    if missing or not fields:
        wanted = said("id, over (a register, cases or items), name, by, readers and [[report.figure]]")
        found = ", ".join(missing) or repr(row.get("over"))
        sentence = said("Expected {wanted} of each report, but {found} is not so", wanted=wanted, found=found)
        findings.append(_fault(where, sentence))
        return None
    known = {*fields, "key"}
    findings += [_fault(where, sentence) for sentence in _unknown(row, known)]
    figures = [_figure(one, where, known, findings) for one in row["figure"]]
    made = tuple(one for one in figures if one is not None)
    findings += [_fault(where, sentence) for sentence in _apart(made)]
    condition = _compiled(str(row["where"]), where, known, findings) if row.get("where") else None
    return Report(where, row, made, condition, fields)


def _unknown(row: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    by = row["by"] if isinstance(row["by"], list) else [row["by"]]
    for name in (row.get("day"), row.get("unit", "unit"), *row.get("also", ()), *by):
        if name and name not in known and not (name == MONTH and row.get("day")):
            yield said("Expected a field of {over}, but found {name!r}", over=row["over"], name=name)


def _apart(figures: Sequence[Figure]) -> Iterator[str]:
    """A share is of figures that count, and every figure has its own name."""
    ids = [figure.id for figure in figures]
    counted = {figure.id for figure in figures if figure.how in ("counts", "sum")}
    for name in sorted({one for one in ids if ids.count(one) > 1}):
        yield said("Expected each figure once, but {name} stands twice", name=name)
    for figure in figures:
        if figure.how == SHARE and not set(figure.parts) <= counted:
            yield said(
                "Expected {name} to be the share of one counted figure in another, but it is not",
                name=figure.id,
            )


def _figure(row: Mapping[str, Any], where: str, known: set[str], findings: list[Finding]) -> Figure | None:
    ways = [name for name in (*ROWS_OF_ROWS, SHARE) if name in row]
    if len(ways) != 1 or not row.get("id"):
        sentence = said(
            "Expected an id and one of {ways} of each figure, but found {found}",
            ways=", ".join((*ROWS_OF_ROWS, SHARE)),
            found=", ".join(ways) or "none",
        )
        findings.append(_fault(where, sentence))
        return None
    how, id_ = ways[0], str(row["id"])
    if how == SHARE:
        parts = row[SHARE] if isinstance(row[SHARE], list) and len(row[SHARE]) == 2 else ["", ""]
        among = str(row.get("among", ""))
        if among and among not in known:
            findings.append(
                _fault(where, said("Expected a field of the row, but found {name!r}", name=among))
            )
        return Figure(id_, row, how, None, (str(parts[0]), str(parts[1])), among)
    finds = _compiled(str(row[how]), f"{where}.{id_}", known, findings)
    return Figure(id_, row, how, finds) if finds else None


def _compiled(text: str, where: str, known: set[str], findings: list[Finding]) -> feel.Compiled | None:
    try:
        made = feel.compile(text.removeprefix("="), names=sorted(known))
    except BanjieError as error:
        findings.append(Finding(f"{FACTS}:{where}", error.sentence, error.code))
        return None
    for name in sorted(made.free_names - known - _HOST):
        findings.append(_fault(where, said("Expected a field of the row, but found {name!r}", name=name)))
    return made


def _fault(where: str, sentence: str) -> Finding:
    return Finding(f"{FACTS}:{where}", sentence, "report.facts")


def _worded(given: Any, language: str) -> str:
    if isinstance(given, Mapping):
        return str(given.get(language) or given.get("zh") or "")
    return str(given)
