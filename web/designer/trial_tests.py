"""A trial kept as a test of the package: what was given, who did what when, what then held.

Called by the page of a trial. The text is the one `banjie test` and CI run (`tests/*.yaml`); files and
whatever a form makes up are left out, since an example makes them up again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from engine import periods
from engine.casework import clocks
from web.casefile.facts import is_file
from web.casefile.opening import CaseFile
from web.designer.trials import Trial

STEM = re.compile(r"[a-z][a-z0-9_]{0,59}")


def text_of(trial: Trial, case: CaseFile, name: str) -> str:
    """The example as YAML. `case` is the trial's own, as it stands."""
    given: dict[str, Any] = {"item": trial.item.code, "unit": trial.unit, "today": trial.began}
    if trial.application:
        given["application"] = plain(trial.application)
    steps = [_step(step) for step in trial.steps]
    today = trial.laboratory.today
    if today > (trial.steps[-1]["on"] if trial.steps else trial.began):
        steps.append({"on": today, "due": True})
    data = {"name": name, "given": given, "when": steps, "then": dict(_then(trial, case))}
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110, default_flow_style=None)


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    values = plain(step["with"])
    made = {"on": step["on"], step["what"]: step["element"]}
    return {**made, "with": values} if values else made


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as YAML has them: figures in written form, files left to be made up again."""
    return {name: _value(value) for name, value in values.items() if not _has_file(value)}


def _has_file(value: Any) -> bool:
    return is_file(value) or (isinstance(value, list) and any(map(_has_file, value)))


def _value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, list | tuple):
        return [_value(one) for one in value]
    return value


def _then(trial: Trial, case: CaseFile) -> Iterator[tuple[str, Any]]:
    """What holds now: where the case waits or how it ended, dates, cards, documents."""
    state = case.state
    ends = ended_at(case)
    if ends:
        yield "ends", ends
    elif state.open:
        yield "waiting", sorted(item["element"] for item in state.items.values())
    dates = _dates(trial, case)
    if dates:
        yield "periods", dates
    if state.cards:
        yield "cards", [{"rule": card["rule"], "level": card["level"]} for card in state.cards]
    if state.documents:
        yield "documents", [document["kind"] for document in state.documents]


def ended_at(case: CaseFile) -> list[str]:
    """The end events whose names the outcome gives; none while the case is open or where they have none."""
    names = str(case.state.outcome or "").split("、")
    ends = [one for one in case.package.definition.elements.values() if one.kind == "endEvent"]
    found = [next((end.id for end in ends if (end.name or end.id) == name), "") for name in names]
    return found if not case.state.open and all(found) else []


def _dates(trial: Trial, case: CaseFile) -> dict[str, date]:
    runtime = trial.laboratory.runtime
    with runtime.store.reading() as connection:
        runtime.shelf.refresh(connection)
        calendar = runtime.calendar(connection)
    found = {}
    for number, row in sorted(case.state.periods.items()):
        found[row["id"]] = periods.due(clocks.ledger_of(case.state, number), calendar).day
    return found
