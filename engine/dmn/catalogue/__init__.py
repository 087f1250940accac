"""The catalogue of penalty items: sheets of legal offices into DMN files, and back.

Called by definitions and by the command line. A sheet has a head row with at least 违法行为, 情节,
处罚种类 and 幅度; 依据, 阶次 and any other column are kept. Each item becomes one DMN file whose rules
keep the sheet's own words beside their FEEL cells, so that exporting an unchanged file gives back the very
cells. A faulty row is listed with its row and column, and its item is left out whole: nothing is half
imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine import feel
from engine.dmn.catalogue import wording
from engine.dmn.catalogue.files import Item, Row, dmn_file
from engine.dmn.catalogue.sheets import Rows, column_letters, read_sheet, write_csv, write_xlsx
from engine.dmn.cells import condition_of, constants
from engine.dmn.expressions import Literal, Rule, Table
from engine.dmn.model import Decision, Model
from engine.dmn.values import kind_of
from engine.errors import ExpressionError, Finding, Malformed, listed, said

ITEM, GROUNDS, SORT, RANGE = "违法行为", wording.WORDS, "处罚种类", "幅度"
REQUIRED = (ITEM, GROUNDS, SORT, RANGE)
_OUTPUTS = {"kind": SORT, "amount": RANGE}
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BEYOND = "beyond the head row"
"""Holds the first cell of a row that no column of the head row names."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The DMN files of an imported sheet by item id (`item-0001`, …), and what kept others out."""

    files: dict[str, bytes]
    faults: tuple[Finding, ...]


def import_sheet(rows: Rows) -> Imported:
    """A sheet as DMN files, one for each item that has no faulty row.

    Raises Malformed where the head row lacks a required column or names one twice.
    """
    head = _head(rows)
    files: dict[str, bytes] = {}
    faults: list[Finding] = []
    seen: set[str] = set()
    for number, (name, block) in enumerate(_blocks(rows[1:], head), start=1):
        wrong = list(_faults_of(name, block, head, seen))
        seen.add(name)
        if wrong:
            faults.extend(wrong)
        else:
            id_ = f"item-{number:04d}"
            files[id_] = dmn_file(_item(id_, name, [row for _, row in block], head))
    return Imported(files, tuple(faults))


def _head(rows: Rows) -> list[str]:
    head = [cell.strip() for cell in rows[0]] if rows else []
    missing = [name for name in REQUIRED if name not in head]
    if missing:
        raise Malformed(
            said(
                "Expected a head row with {required}, but it lacks {missing}",
                required=listed(REQUIRED, "、"),
                missing=listed(missing, "、"),
            )
        )
    if len(set(head)) < len(head) or "" in head:
        raise Malformed(
            said("Expected a head row whose columns all have a name of their own, but some do not")
        )
    return head


Block = list[tuple[int, dict[str, str]]]
"""The rows of one item: row number in the sheet, and cells by column."""


def _blocks(rows: Rows, head: list[str]) -> list[tuple[str, Block]]:
    """The rows of each item; an empty 违法行为 goes on with the item above, as merged cells do."""
    blocks: list[tuple[str, Block]] = []
    for number, row in enumerate(rows, start=2):
        cells = dict(zip(head, [*row, *[""] * (len(head) - len(row))], strict=False))
        name = " ".join(cells[ITEM].split())
        if not blocks or (name and name != blocks[-1][0]):
            blocks.append((name, []))
        blocks[-1][1].append((number, cells))
        if len(row) > len(head) and any(cell.strip() for cell in row[len(head) :]):
            cells[_BEYOND] = row[len(head)]
    return blocks


def _faults_of(name: str, block: Block, head: list[str], seen: set[str]) -> Iterable[Finding]:
    first = block[0][0]
    if not name:
        yield _fault(head, ITEM, first, said("Expected the name of an item, but the cell is empty"))
    if name in seen:
        yield _fault(
            head, ITEM, first, said("Expected the rows of {name} together, but it stands twice", name=name)
        )
    for number, cells in block:
        for column, text in cells.items():
            if _UNWRITABLE.search(text):
                yield _fault(
                    head, column, number, said("Expected readable text, but found a control character")
                )
        if _BEYOND in cells:
            yield _fault(head, _BEYOND, number, said("Expected no cell beyond the head row, but found one"))
        if not cells[SORT].strip():
            yield _fault(head, SORT, number, said("Expected a kind of penalty, but the cell is empty"))
        try:
            wording.conditions(cells[GROUNDS])
        except ValueError as error:
            yield _fault(head, GROUNDS, number, str(error))
    yield from _mixed_facts(block, head)


def _mixed_facts(block: Block, head: list[str]) -> Iterable[Finding]:
    """A fact that is a number in one row and a word in another is no fact."""
    kinds: dict[str, str] = {}
    for number, cells in block:
        try:
            stated = wording.conditions(cells[GROUNDS])
        except ValueError:
            continue
        for fact, test in stated.items():
            kind = _kind(test)
            if kinds.setdefault(fact, kind) != kind:
                yield _fault(
                    head,
                    GROUNDS,
                    number,
                    said(
                        "Expected {fact} to be a {kinds}, but it is a {kind}",
                        fact=fact,
                        kinds=kinds[fact],
                        kind=kind,
                    ),
                )


def _fault(head: list[str], column: str, row: int, sentence: str) -> Finding:
    place = head.index(column) if column in head else len(head)
    return Finding(f"{column_letters(place)}{row}", sentence, "catalogue.cell", row)


def _item(id_: str, name: str, block: list[dict[str, str]], head: list[str]) -> Item:
    facts: dict[str, str] = {}
    rows = []
    for cells in block:
        tests = wording.conditions(cells[GROUNDS])
        for fact, test in tests.items():
            facts.setdefault(fact, _kind(test))
        results = {"kind": wording.kind(cells[SORT]), "amount": wording.amount(cells[RANGE])}
        rows.append(Row(tests, results, {column: cells[column] for column in head}))
    return Item(id_, name, facts, _OUTPUTS, rows, {"banjie.item": name})


def _kind(test: str) -> str:
    """The type of a fact, from the constants its test compares with."""
    kinds = sorted({kind_of(constant) for constant in constants(condition_of(test))})
    return kinds[0] if kinds else "string"


# Back to a sheet


def export_sheet(models: Iterable[Model]) -> Rows:
    """DMN files as a sheet: the words a rule was imported with, or new ones where its cells have changed.

    Columns are those of the first table that keeps words, then those of others; tables without words get
    the required columns. Decisions without a table are left out.
    """
    tables = [pair for model in models for pair in _tables(model)]
    head: dict[str, None] = {}
    for _, table in tables:
        for rule in table.rules:
            head.update(dict.fromkeys(rule.annotations))
    head.update(dict.fromkeys(REQUIRED))
    rows = [list(head)]
    for decision, table in tables:
        rows.extend(_exported(decision, table, rule, list(head)) for rule in table.rules)
    return rows


def _tables(model: Model) -> Iterator[tuple[Decision, Table]]:
    for element in model.elements.values():
        if isinstance(element, Decision) and isinstance(element.logic, Table):
            yield element, element.logic


def _exported(decision: Decision, table: Table, rule: Rule, head: list[str]) -> list[str]:
    words = dict(rule.annotations)
    tests, results = _cells_of(table, rule)
    if ITEM not in words:
        words[ITEM] = decision.name
    if not _says(words.get(GROUNDS), tests):
        words[GROUNDS] = wording.worded(tests)
    for name, column, in_words in (("kind", SORT, wording.kind), ("amount", RANGE, wording.amount)):
        if column not in words or in_words(words[column]) != results.get(name, "null"):
            words[column] = _plain(results.get(name, "null"))
    return [words.get(column, "") for column in head]


def _cells_of(table: Table, rule: Rule) -> tuple[dict[str, str], dict[str, str]]:
    tests = {
        clause.source: cell.text
        for clause, cell in zip(table.inputs, rule.tests, strict=True)
        if cell.text not in ("", "-")
    }
    results = {
        clause.name: cell.text.text
        for clause, cell in zip(table.outputs, rule.outputs, strict=True)
        if isinstance(cell, Literal)
    }
    return tests, results


def _says(words: str | None, tests: dict[str, str]) -> bool:
    try:
        return words is not None and wording.conditions(words) == tests
    except ValueError:
        return False


def _plain(text: str) -> str:
    """A FEEL constant as a cell shows it; a formula, and what is no FEEL, stays what it is."""
    if text in ("", "null"):
        return ""
    try:
        compiled = feel.compile(text)
    except ExpressionError:
        return text
    if compiled.free_names or compiled.calls:
        return text
    value = compiled({}).value
    return value if isinstance(value, str) else feel.feel_string(value) or text


__all__ = ["Imported", "Rows", "export_sheet", "import_sheet", "read_sheet", "write_csv", "write_xlsx"]
