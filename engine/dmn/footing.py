"""What the result of a table rests on: its row, the statutory band of the row, the next lower amount.

Called by casework for a business rule task that asks for it (`banjie.footing`), so that a case keeps table
version and row beside the amount and a rule of supervision can hold an amount against its band. Pure; it
reads the evidence of an evaluation and the table itself, and evaluates nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.dmn.expressions import Table
from engine.dmn.in_time import InTime, Version
from engine.dmn.model import Decision, Model
from engine.dmn.proof.band import band_text
from engine.dmn.proof.constants import Constants
from engine.dmn.record import plain
from engine.dmn.run import Evaluation

_FIGURE = re.compile(r"\d+(?:\.\d+)?")


def footing(model: Model, name: str, evaluation: Evaluation) -> dict[str, Any]:
    """`{decision, model, valid_from, valid_to, row, rows, band_min, band_max, lower}` as plain data.

    `row` is the label (description, else id) of the first rule that decided, `rows` those of all; `band_min`
    and `band_max` are the figures of the row's statutory band (yuan), null where it names none; `lower` is
    the next lower amount among the rows of the same kind, null where there is none or where it would fall
    below `band_min` (裁量“降一阶”). Everything that cannot be told is null.
    """
    decision = model.decisions[name]
    tables = [step["tables"] for step in evaluation.evidence if step["decision"] == decision.id]
    hits = tables[-1][-1]["rules"] if tables and tables[-1] else []
    labels = [str(hit.get("description") or hit["id"]) for hit in hits]
    least, most = _band(decision, hits)
    found = {
        "decision": decision.id,
        "model": model.digest,
        "valid_from": decision.extensions.get("banjie.valid_from"),
        "valid_to": decision.extensions.get("banjie.valid_to"),
        "row": labels[0] if labels else None,
        "rows": labels,
        "band_min": least,
        "band_max": most,
        "lower": _lower(decision, evaluation.value, least),
    }
    return {key: plain(value) for key, value in found.items()}


def footing_in_time(found: InTime) -> dict[str, Any]:
    """The footing of the version that binds, `of` which day it is, and `each` version that was asked.

    One of `each` is a footing with `of`, `kind` and `amount`. Where a ground makes the penalty lighter, it is
    lowered under either law before the two are compared, or the heavier law could come out
    (《行政处罚法》第三十条、第三十二条、第三十七条). Empty without a result.
    """
    if found.version is None or found.evaluation is None:
        return {}
    rests = footing(found.version.model, found.version.decision, found.evaluation)
    return {**rests, "of": found.evidence["chosen"], "each": [_tried(*one) for one in found.tried]}


def _tried(of: str, version: Version, result: Evaluation) -> dict[str, Any]:
    decision = version.model.decisions[version.decision]
    told = {what: plain(_of(result.value, decision, what)) for what in ("kind", "amount")}
    return {**footing(version.model, version.decision, result), "of": of, **told}


def _band(decision: Decision, hits: list[Mapping[str, Any]]) -> tuple[Decimal | None, Decimal | None]:
    """The lowest and highest amount of the first row's band."""
    table = decision.logic
    if not hits or not isinstance(table, Table):
        return None, None
    text = band_text(table.rules[int(hits[0]["index"]) - 1], decision.extensions)
    figures = [Decimal(found) for found in _FIGURE.findall(text)]
    return (figures[0], figures[1]) if len(figures) == 2 else (None, None)


def _lower(decision: Decision, value: Any, least: Decimal | None) -> Decimal | None:
    """The next lower amount of the same kind in the table, never below the band of the row."""
    table = decision.logic
    amount = _of(value, decision, "amount")
    if not isinstance(table, Table) or not isinstance(amount, Decimal):
        return None
    names = [clause.name for clause in table.outputs]
    kind = _of(value, decision, "kind")
    rows = [dict(zip(names, cells, strict=True)) for cells in Constants(table).cells]
    same = [_of(row, decision, "amount") for row in rows if _of(row, decision, "kind") == kind]
    below = [one for one in same if isinstance(one, Decimal) and (least or 0) <= one < amount]
    return max(below, default=None)


def _of(value: Any, decision: Decision, what: str) -> Any:
    """The amount or the kind in an output, under the name the decision gives it."""
    name = decision.extensions.get(f"banjie.{what}") or what
    return value.get(name) if isinstance(value, Mapping) else None
