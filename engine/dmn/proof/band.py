"""Amounts inside the statutory band, one amount in a row, outputs among their possible values.

Called by `prove`. The band is `banjie.band` of the decision; a rule has its own as `banjie.band.<rule>`
of the decision (rule id or number), as a property of the rule, or in an annotation column `banjie.band`
or 法定幅度. A band is written `[500..2000]`, `500-2000`, 500元以上2000元以下 or as any test FEEL has; `-`
means none.
An amount that is a formula is probed at the edges of its rule and reported as not proven.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any

from engine import feel
from engine.dmn.asking import holds
from engine.dmn.axis import places
from engine.dmn.cells import Unclear, condition_of, probe
from engine.dmn.expressions import Expression, Literal, OutputClause, Rule, Table
from engine.dmn.proof.constants import Constants, Formula
from engine.dmn.proof.finding import ProofFinding, place_of
from engine.dmn.proof.grid import Grid
from engine.dmn.record import plain
from engine.dmn.values import kind_of
from engine.errors import said
from engine.feel import Range, feel_string

BAND = "banjie.band"
_COLUMNS = (BAND, "法定幅度")
_DASH = re.compile(
    r"([\[(]?)\s*(\d+(?:\.\d+)?)\s*(?:\.\.|元?以上|元?[-–—~～至])\s*(\d+(?:\.\d+)?)\s*(?:元(?:以下)?)?([\])]?)"
)
_WORDED_RANGE = re.compile(r"\d\s*(?:-|–|—|~|～|至)\s*\d|以上.*以下")
_PROBES = 64

Properties = Mapping[str, str]


def amount_column(table: Table, constants: Constants, properties: Properties) -> int | str:
    """The place of the output that holds the amount, or why it cannot be told."""
    names = [output.name or output.label for output in table.outputs]
    wanted = properties.get("banjie.amount", "")
    if wanted:
        return (
            names.index(wanted)
            if wanted in names
            else said("banjie.amount names no output: {wanted}", wanted=wanted)
        )
    numeric = [place for place in range(len(names)) if _is_numeric(table, constants, place)]
    if len(numeric) == 1:
        return numeric[0]
    return (
        said("no output holds numbers")
        if not numeric
        else said("several outputs hold numbers, name one as banjie.amount")
    )


def _is_numeric(table: Table, constants: Constants, place: int) -> bool:
    declared = table.outputs[place].type
    if declared is not None and any(each.kind == "number" for each in declared.lineage()):
        return True
    known = [row[place] for row in constants.cells if not isinstance(row[place], Formula)]
    return any(kind_of(value) == "number" for value in known)


def bands(grid: Grid, constants: Constants, properties: Properties) -> Iterator[ProofFinding]:
    """Amounts outside their band, and every amount of which it cannot be said."""
    table = grid.table
    texts = [band_text(rule, properties) for rule in table.rules]
    if not any(texts):
        return
    column = amount_column(table, constants, properties)
    if isinstance(column, str):
        yield _not_proven(table, said("Expected to prove the amounts, but {column}", column=column), ())
        return
    for rule, text in zip(table.rules, texts, strict=True):
        if text not in ("", "-"):
            yield from _rule_band(grid, constants.cells[rule.index - 1][column], rule, text, column)


def band_text(rule: Rule, properties: Properties) -> str:
    """The band of a rule, from the nearest place that names one."""
    candidates = [
        rule.extensions.get(BAND),
        properties.get(f"{BAND}.{rule.id}"),
        properties.get(f"{BAND}.{rule.index}"),
        *(rule.annotations.get(column) for column in _COLUMNS),
        properties.get(BAND),
    ]
    return next((text.strip() for text in candidates if text and text.strip()), "")


def _rule_band(grid: Grid, amount: Any, rule: Rule, text: str, column: int) -> Iterator[ProofFinding]:
    table, rules = grid.table, (rule.index,)
    test = _band_test(text)
    if test is None:
        yield _not_proven(
            table, said("Expected a band like [500..2000], but {text!r} is none", text=text), rules
        )
        return
    if isinstance(amount, Formula):
        yield from _probed(grid, rule, test, text, column)
    elif not holds(test, amount):
        yield _outside(grid, rule, amount, text, grid.witness(_reachable(grid, rule)))


def _band_test(text: str) -> feel.Compiled | None:
    """A band as a test of amounts; None where the text is no band."""
    test = _as_test(text)
    try:
        condition_of(test)
    except Unclear:
        return None
    return feel.unary_tests(test)


def _as_test(text: str) -> str:
    """A band as a FEEL test; the dash of the statute books is two dots in FEEL."""
    match = _DASH.fullmatch(text)
    if match is None:
        return text
    opening, low, high, closing = match.groups()
    return f"{opening or '['}{low}..{high}{closing or ']'}"


def _outside(grid: Grid, rule: Rule, amount: Any, text: str, witness: Mapping[str, Any]) -> ProofFinding:
    sentence = said(
        "Expected rule {index} to stay within {text}, but its amount is {amount}",
        index=rule.index,
        text=text,
        amount=feel_string(amount),
    )
    return ProofFinding("band", sentence, (rule.index,), witness, **place_of(grid.table, (rule.index,)))


def _reachable(grid: Grid, rule: Rule) -> dict[int, int]:
    return {place: regions for place, regions in grid.box(rule.index - 1).items() if regions}


def _probed(grid: Grid, rule: Rule, test: feel.Compiled, text: str, column: int) -> Iterator[ProofFinding]:
    """A formula evaluated at inputs of its rule: what is outside is a finding, the rest stays unproven."""
    tried = 0
    for witness in islice(witnesses(grid, rule), _PROBES):
        amount = _formula_value(rule.outputs[column], witness)
        if amount is None:
            break
        tried += 1
        if not holds(test, amount):
            shown = {source: plain(value) for source, value in witness.items()}
            yield _outside(grid, rule, amount, text, shown)
            return
    formula = said("it is a formula, tried with {tried} input(s) and not proven", tried=tried)
    yield _not_proven(
        grid.table,
        said("Expected rule {index} to name its amount, but {formula}", index=rule.index, formula=formula),
        (rule.index,),
    )


def _formula_value(cell: Expression, witness: Mapping[str, Any]) -> Any:
    """What a formula gives for an input; None where the input alone does not say it."""
    if not isinstance(cell, Literal):
        return None
    try:
        return probe(cell.text.text, variables_of(witness))
    except Unclear:
        return None


def witnesses(grid: Grid, rule: Rule) -> Iterator[dict[str, Any]]:
    """Inputs a rule accepts, one for each combination of its regions, as FEEL values."""
    choices = [
        [dimension.axis.sample(region) for region in places(dimension.may[rule.index - 1] & dimension.domain)]
        for dimension in grid.dimensions
    ]
    sources = [dimension.source for dimension in grid.dimensions]
    for values in product(*choices):
        yield dict(zip(sources, values, strict=True))


def variables_of(witness: Mapping[str, Any]) -> dict[str, Any]:
    """A witness as variables: `Person.age` becomes an entry of the context `Person`."""
    found: dict[str, Any] = {}
    for source, value in witness.items():
        *path, last = source.split(".")
        holder = found
        for step in path:
            holder = holder.setdefault(step.strip(), {})
        holder[last.strip()] = value
    return found


def _not_proven(table: Table, sentence: str, rules: tuple[int, ...]) -> ProofFinding:
    return ProofFinding("not-proven", sentence, rules, **place_of(table, rules))


def outputs(grid: Grid, constants: Constants, properties: Properties) -> Iterator[ProofFinding]:
    """Constant outputs outside their possible values, and in a penalty table rows that leave a choice."""
    penal = BAND in properties or "banjie.item" in properties
    for place, clause in enumerate(grid.table.outputs):
        name = clause.name or clause.label or said("the output")
        values = _values_test(clause)
        if clause.values is not None and values is None:
            why = said("those of {name} are {text}", name=name, text=clause.values.text)
            yield _not_proven(
                grid.table, said("Expected possible values that can be read, but {why}", why=why), ()
            )
        for rule, cells in zip(grid.table.rules, constants.cells, strict=True):
            value, shown = cells[place], said("Expected rule {index} to name", index=rule.index)
            if penal and _leaves_choice(value):
                choice = said("it leaves a choice: {value}", value=feel_string(value))
                yield _about(
                    grid,
                    rule,
                    "range-output",
                    said("{shown} one {name}, but {choice}", shown=shown, name=name, choice=choice),
                )
            elif values is not None and clause.values is not None and _refused(values, value):
                other = said(
                    "as {name} one of {text}, but it names {value}",
                    name=name,
                    text=clause.values.text,
                    value=feel_string(value),
                )
                yield _about(grid, rule, "output-value", said("{shown} {other}", shown=shown, other=other))


def _values_test(clause: OutputClause) -> feel.Compiled | None:
    return _band_test(clause.values.text) if clause.values is not None else None


def _leaves_choice(value: Any) -> bool:
    """No ranges in the output (domain reference 3.16.1, rule 3)."""
    if isinstance(value, str):
        return bool(_WORDED_RANGE.search(value))
    return isinstance(value, Range | list)


def _refused(values: feel.Compiled, value: Any) -> bool:
    return value is not None and not isinstance(value, Formula) and not holds(values, value)


def _about(grid: Grid, rule: Rule, kind: str, sentence: str) -> ProofFinding:
    witness = grid.witness(_reachable(grid, rule))
    return ProofFinding(kind, sentence, (rule.index,), witness, **place_of(grid.table, (rule.index,)))
