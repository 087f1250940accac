"""Example cases: a package's own tests, lived through the real runtime (`processes/<p>/tests/*.yaml`).

Called by `banjie test` and by the test suite. An example says what is given (item, unit, day,
application), when who did what, and what then holds: dates, cards, documents, where the case waits.
Whatever it does not say about a form is made up from a seed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import yaml

from engine import periods
from engine.audit.history import case_file
from engine.bpmn.marking import Marking
from engine.casework import clocks, founding, registers
from engine.casework.state import CaseState
from engine.definitions import bundles
from engine.errors import ActBlocked, BanjieError, Finding, Malformed, said
from engine.organisation.model import Actor
from engine.records import journal
from engine.records import registers as stored
from timers.laboratory import Laboratory, of_its_own

SEED = 7
Maker = Callable[[date, int], Laboratory]
"""Sets up a laboratory on a day, from a seed."""
DELIVERY_PROOF = "送达回证"
_NOTHING = "\0"  # stands in no sentence
_KEYS = {"name", "given", "when", "then"}


@dataclass(frozen=True)
class Example:
    """One example as its file has it; `where` names the file in findings."""

    where: str
    name: str
    given: Mapping[str, Any]
    when: tuple[Mapping[str, Any], ...]
    then: Mapping[str, Any]


def read(text: str, where: str) -> Example:
    """An example from YAML. Raises Malformed; YAML tags that name Python objects are refused."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Malformed(said("Expected {where} to be YAML, but {error}", where=where, error=error)) from error
    if not isinstance(data, dict) or not {"given", "then"} <= set(data) <= _KEYS:
        raise Malformed(
            said(
                "Expected name, given, when and then in {where}, but found {data}",
                where=where,
                data=sorted(data or []),
            )
        )
    given, then, steps = data["given"], data["then"], data.get("when") or []
    if not isinstance(given, dict) or not {"item", "unit", "today"} <= given.keys():
        raise Malformed(
            said(
                "Expected item, unit and today under given in {where}, but they are not all there",
                where=where,
            )
        )
    if not isinstance(then, dict) or not isinstance(steps, list):
        raise Malformed(
            said(
                "Expected then to name facts and when to be a list in {where}, but they are not", where=where
            )
        )
    when = tuple(_step(step, where) for step in steps)
    for day in (given["today"], *(step["on"] for step in when)):
        _day(day)
    return Example(where, str(data.get("name", where)), given, when, then)


def _step(step: Any, where: str) -> dict[str, Any]:
    """One step of `when`; YAML 1.1 reads the bare key `on` as true."""
    found = (
        {"on" if key is True else key: value for key, value in step.items()} if isinstance(step, dict) else {}
    )
    if "on" not in found:
        raise Malformed(
            said("Expected each step of when in {where} to say on which day, but one does not", where=where)
        )
    return found


def run(text: str, where: str, laboratory: Maker = of_its_own) -> list[Finding]:
    """Read an example and live it; what is refused on the way is a finding too."""
    try:
        return check(read(text, where), laboratory)
    except BanjieError as refusal:
        return list(refusal.findings) or [Finding(where, refusal.sentence, "example")]


def check(example: Example, made: Maker = of_its_own) -> list[Finding]:
    """Live the example in a laboratory of its own; what differs from its `then`, one finding each."""
    with made(_day(example.given["today"]), SEED) as laboratory:
        case_id = _live(laboratory, example)
        case = laboratory.case(case_id)
        file = _file(laboratory, case)
        return [
            Finding(
                f"{example.where}:{name}",
                said("Expected {name} {wanted}, but found {found}", name=name, wanted=wanted, found=found),
                "example",
            )
            for name, wanted, found in _compare(laboratory, case, file, example.then)
            if wanted != found
        ]


def _live(laboratory: Laboratory, example: Example) -> int:
    given = example.given
    if given.get("parameters"):
        _set_parameters(laboratory, given["item"], given["parameters"])
    for register, rows in given.get("registers", {}).items():
        _enter(laboratory, register, rows)
    laboratory.at(_day(given["today"]), 10)
    application = {name: _plain(value) for name, value in given.get("application", {}).items()}
    channel = given.get("channel", "window")
    case_id = laboratory.receive(given["item"], given["unit"], application, channel=channel).case_id
    for step in example.when:
        _do(laboratory, case_id, step)
    return case_id


def _enter(laboratory: Laboratory, register: str, rows: Mapping[str, Mapping[str, Any]]) -> None:
    """Rows that stand in a register before the case begins, by key."""
    plain = [
        {"key": key, **{name: _plain(value) for name, value in row.items()}} for key, row in rows.items()
    ]
    registers.bring(laboratory.runtime, register, plain, Actor.system())


def _do(laboratory: Laboratory, case_id: int, step: Mapping[str, Any]) -> None:
    laboratory.at(max(_day(step["on"]), laboratory.today), 17.5 if "due" in step else 10)
    with_ = {name: _plain(value) for name, value in step.get("with", {}).items()}
    try:
        if "complete" in step:
            laboratory.complete(case_id, step["complete"], step.get("unit"), **with_)
        elif "message" in step:
            laboratory.send(case_id, _named(laboratory.case(case_id), step["message"]), **with_)
    except ActBlocked:
        return  # the example's cards say whether that was expected
    except Malformed as refusal:
        if step.get("refused", _NOTHING) not in refusal.sentence + "".join(
            f.sentence for f in refusal.findings
        ):
            raise
        return
    if "refused" in step:
        raise Malformed(said("Expected the step on {on} to be refused, but it was done", on=step["on"]))


def _named(case: CaseState, name: str) -> str:
    """The element that waits for a message, by the message's name or by its own id."""
    for row in case.subscriptions.values():
        if name in (row["name"], row["element"]):
            return str(row["element"])
    return name


Row = tuple[str, Any, Any]


def _compare(
    laboratory: Laboratory, case: CaseState, file: Mapping[str, Any], then: Mapping[str, Any]
) -> Iterator[Row]:
    for name, wanted in {**_UNSAID, **then}.items():
        special = _SPECIAL.get(name)
        if special is not None:
            yield from special(laboratory, case, wanted)
        else:
            yield name, _plain(wanted), file.get(name)


def _periods(laboratory: Laboratory, case: CaseState, wanted: Mapping[str, Any]) -> Iterator[Row]:
    with laboratory.runtime.store.reading() as connection:
        calendar = laboratory.runtime.calendar(connection)
    for rule, told in wanted.items():
        # One day, or one for each unit where every department has a period of its own.
        for unit, day in told.items() if isinstance(told, dict) else [(None, told)]:
            numbers = _numbers(case, rule, unit)
            due = periods.due(clocks.ledger_of(case, max(numbers)), calendar).day if numbers else None
            yield f"periods.{rule}" + (f".{unit}" if unit else ""), _day(day), due


def _numbers(case: CaseState, rule: str, unit: str | None) -> list[int]:
    return [
        number
        for number, row in case.periods.items()
        if row["id"] == rule and unit in (None, row.get("unit") or case.unit)
    ]


def _cards(laboratory: Laboratory, case: CaseState, wanted: list[Mapping[str, Any]]) -> Iterator[Row]:
    """Each card named has fallen; an example that names none says that nothing has."""
    issued = {(card["rule"], card["level"]) for card in case.cards}
    if not wanted:
        yield "cards", [], sorted(issued)
    for card in wanted:
        key = (card["rule"], card["level"])
        yield f"cards.{card['rule']}", key, key if key in issued else sorted(issued)


def _documents(laboratory: Laboratory, case: CaseState, wanted: list[str]) -> Iterator[Row]:
    """Proofs of service follow whatever is served: an example that names none is not about them."""
    kinds = [document["kind"] for document in case.documents]
    named = DELIVERY_PROOF in wanted
    yield "documents", wanted, kinds if named else [kind for kind in kinds if kind != DELIVERY_PROOF]


def _waiting(laboratory: Laboratory, case: CaseState, wanted: str | list[str]) -> Iterator[Row]:
    elements = sorted(item["element"] for item in case.items.values())
    yield "waiting", sorted([wanted] if isinstance(wanted, str) else wanted), elements


def _incidents(laboratory: Laboratory, case: CaseState, wanted: list[str]) -> Iterator[Row]:
    yield "incidents", sorted(wanted), sorted(str(row["element"]) for row in case.incidents.values())


def _applicant(laboratory: Laboratory, case: CaseState, wanted: str) -> Iterator[Row]:
    yield "applicant", wanted, case.applicant


def _suspended(laboratory: Laboratory, case: CaseState, wanted: Mapping[str, Any]) -> Iterator[Row]:
    for rule, facts in wanted.items():
        numbers = _numbers(case, rule, facts.get("unit"))
        opened = clocks.ledger_of(case, max(numbers)).open_suspensions if numbers else ()
        found = [(suspension.since.on, suspension.kind) for suspension in opened]
        expected = (_day(facts["from"]), facts["kind"])
        yield f"suspended.{rule}", expected, expected if expected in found else found


def _registers(
    laboratory: Laboratory, case: CaseState, wanted: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> Iterator[Row]:
    """What registers hold afterwards, by register and key: the facts named, null where no row stands."""
    with laboratory.runtime.store.reading() as connection:
        for register, rows in wanted.items():
            for key, facts in rows.items():
                row = stored.get(connection, register, key)
                found = {name: row.data.get(name) if row else None for name in facts}
                yield f"registers.{register}.{key}", _plain(dict(facts)), found


def _ends(laboratory: Laboratory, case: CaseState, wanted: list[str]) -> Iterator[Row]:
    with laboratory.runtime.store.reading() as connection:
        definition = laboratory.runtime.shelf.package(connection, case.package).definition
    names = [definition.element(element).name or element for element in wanted]
    yield "ends", "、".join(dict.fromkeys(names)), case.outcome


_UNSAID: Mapping[str, Any] = {"incidents": []}
"""What holds where an example does not say otherwise: the case does not stand still."""
_SPECIAL: dict[str, Callable[[Laboratory, CaseState, Any], Iterator[Row]]] = {
    "periods": _periods,
    "cards": _cards,
    "documents": _documents,
    "waiting": _waiting,
    "incidents": _incidents,
    "applicant": _applicant,
    "suspended": _suspended,
    "registers": _registers,
    "ends": _ends,
}


def _file(laboratory: Laboratory, case: CaseState) -> Mapping[str, Any]:
    """The case file; a procedure that is being called adds what only it knows yet."""
    with laboratory.runtime.store.reading() as connection:
        row = laboratory.runtime.load(connection, case.case_id)
        file = case_file(journal.read(connection, journal.case_stream(case.case_id)))
    if not case.open:
        return file
    marking = Marking.load(row.marking.encode())
    inner = [number for number in sorted(case.scopes) if number != case.root]
    called = {name: value for number in inner for name, value in marking.variables(number).items()}
    return {**called, **file}


def _set_parameters(laboratory: Laboratory, item: str, parameters: Mapping[str, Any]) -> None:
    """The item with other parameters, deployed as a newer catalogue of this laboratory."""
    runtime = laboratory.runtime
    with runtime.store.reading() as connection:
        runtime.shelf.refresh(connection)
        bundle = runtime.shelf.bundle(connection, runtime.shelf.newest("catalogue", "catalogue"))
    files = {path: _with(data.decode(), item, parameters).encode() for path, data in bundle.files.items()}
    founding.deploy(runtime, bundles.Bundle("catalogue", "catalogue", files), Actor.system())


def _with(text: str, item: str, parameters: Mapping[str, Any]) -> str:
    """The TOML of a catalogue with an item's plain facts set anew."""
    before, marker, after = text.partition(f'code = "{item}"\n')
    if not marker:
        return text
    own, table, rest = after.partition("\n[")
    for name, value in parameters.items():
        kept = [line for line in own.splitlines() if not line.startswith(f"{name} = ")]
        own = "\n".join([*kept, f"{name} = {json.dumps(value, ensure_ascii=False)}"])
    return before + marker + own + table + rest


def _day(value: Any) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise Malformed(
            said("Expected a day such as 2026-01-31, but found {value!r}", value=value)
        ) from error


def _plain(value: Any) -> Any:
    """A value of YAML as a form takes it: days as text, figures with a point as decimals, however deep."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return Decimal(str(value))
    return str(value) if isinstance(value, timedelta) else value
