"""Which version of a penalty table binds: the one of the act, unless the one of the decision is lighter.

Called by whoever evaluates a decision that exists in several versions of the law (casework, trials,
reports). 《行政处罚法》第三十七条: the rules of the day of the act apply; those of the day of the decision
apply where they were changed meanwhile and are lighter, or no longer hold the act unlawful. Versions that
came and went between the two days are not asked. Pure; it asks no clock and keeps no state, and where it
cannot be said which result is lighter it gives no result rather than a guess.

A table says what it needs in properties of its decision: `banjie.valid_from` and `banjie.valid_to` (ISO
dates, both included, the latter empty while in force), `banjie.act_date` (the variable with the day of the
act) and the option `banjie.milder` (`true`: the lighter of two laws; otherwise the law of the act alone).
A law that is repealed without a successor is a version too: one rule, without a penalty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from engine.dmn.model import Model
from engine.dmn.run import Evaluation, evaluate
from engine.errors import Finding, IllegalDefinition, Malformed, NotFound, said
from engine.feel import feel_string, type_name

BASIS = "《行政处罚法》第三十七条"
VALID_FROM, VALID_TO = "banjie.valid_from", "banjie.valid_to"
ACT_DATE, MILDER, AMOUNT, SORT = "banjie.act_date", "banjie.milder", "banjie.amount", "banjie.kind"
NONE_AT_ALL = ("不予处罚", "不予罚款", "不处罚")
"""Kinds that are no penalty: nothing is lighter."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a decision: in force from `valid_from` until `valid_to` (None: still), both included."""

    model: Model
    decision: str
    valid_from: dt.date
    valid_to: dt.date | None

    def holds_on(self, day: dt.date) -> bool:
        """Whether the version is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def properties(self) -> dict[str, str]:
        """The extension properties of the decision."""
        return self.model.extensions(self.decision)


@dataclass(frozen=True, slots=True)
class InTime:
    """The result in time: the evaluation that binds (None: none can be told), and the evidence.

    `evidence` is plain JSON: `basis`, `acted_on`, `decided_on`, `milder` (the option), `versions` (one
    for each evaluated version, `of` act or decision, with `model` digest, `valid_from`, `valid_to`,
    `value`, `decisions`, `reasons`), `chosen` (act, decision or null) and `why`, a sentence. `version` is
    the one that binds; `tried` are all that were evaluated, each with the day it is `of`.
    """

    evaluation: Evaluation | None
    evidence: dict[str, Any]
    version: Version | None = None
    tried: tuple[tuple[str, Version, Evaluation], ...] = ()

    @property
    def value(self) -> Any:
        """The value that binds, null where there is none."""
        return self.evaluation.value if self.evaluation else None

    @property
    def json(self) -> Any:
        """The value as plain JSON data."""
        return self.evaluation.json if self.evaluation else None


def versions(models: Iterable[Model], name: str) -> tuple[Version, ...]:
    """The versions of a decision (by id or name) among models, the oldest first.

    Raises NotFound where no model has it, IllegalDefinition where a date cannot be read, an end lies
    before its beginning, or two versions are in force on one day.
    """
    found: list[Version] = []
    faults: list[Finding] = []
    for model in models:
        if name in model.decisions:
            decision = model.decisions[name]
            try:
                found.append(_version(model, decision.id, dict(decision.extensions)))
            except Malformed as error:
                faults.append(Finding(decision.id, error.sentence, "dmn.version", decision.line))
    found.sort(key=lambda version: version.valid_from)
    faults += [_overlap(one, two) for one, two in pairwise(found) if _meet(one, two)]
    if faults:
        raise IllegalDefinition(
            said("Expected versions of {name} that follow each other, but they do not", name=name), faults
        )
    if not found:
        raise NotFound(said("Expected a decision {name!r}, but no model has it", name=name))
    return tuple(found)


def _version(model: Model, decision: str, properties: Mapping[str, str]) -> Version:
    start, end = properties.get(VALID_FROM, ""), properties.get(VALID_TO, "")
    first = _day(VALID_FROM, start) if start else dt.date.min
    last = _day(VALID_TO, end) if end else None
    if last is not None and last < first:
        raise Malformed(
            said(
                "Expected {valid_to} not before {valid_from}, but {last} is before {first}",
                valid_to=VALID_TO,
                valid_from=VALID_FROM,
                last=last,
                first=first,
            )
        )
    return Version(model, decision, first, last)


def _day(name: str, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise Malformed(
            said("Expected {name} to be a date like 2018-01-01, but it is {text!r}", name=name, text=text)
        ) from None


def _meet(one: Version, two: Version) -> bool:
    return one.valid_to is None or two.valid_from <= one.valid_to


def _overlap(one: Version, two: Version) -> Finding:
    end = one.valid_to.isoformat() if one.valid_to else said("no day")
    sentence = said(
        "Expected one version in force on a day, but that of {valid_from} ends on {end} and another",
        valid_from=one.valid_from,
        end=end,
    )
    return Finding(
        two.decision,
        said("{sentence} begins on {valid_from}", sentence=sentence, valid_from=two.valid_from),
        "dmn.version",
    )


def in_force(found: Iterable[Version], on: dt.date) -> Version:
    """The version in force on a day. Raises NotFound."""
    known = tuple(found)
    for version in known:
        if version.holds_on(on):
            return version
    spans = "; ".join(f"{v.valid_from} to {v.valid_to or 'now'}" for v in known)
    raise NotFound(
        said("Expected a version in force on {on}, but there are only those of {spans}", on=on, spans=spans)
    )


def evaluate_in_time(
    found: Iterable[Version],
    variables: Mapping[str, Any],
    decided_on: dt.date,
    *,
    acted_on: dt.date | None = None,
    milder: bool | None = None,
    host: Mapping[str, Any] | None = None,
) -> InTime:
    """Evaluate the version of the day of the act or, where `milder` and lighter, that of the decision.

    `acted_on` is taken from the variable that `banjie.act_date` names where it is not given, `milder`
    from `banjie.milder`, both of the version in force on the day of the decision. A decision that names
    no such variable speaks of no act (a rule of procedure): that of the day of the decision applies. A
    version whose result is null leaves the case without a result: a missing fact must not choose the law.
    Raises NotFound where no version is in force on one of the days, Malformed where the day of the act is
    missing or lies after the decision.
    """
    known = tuple(found)
    today = in_force(known, decided_on)
    day = acted_on or (_acted_on(today, variables) if ACT_DATE in today.properties else decided_on)
    if day > decided_on:
        raise Malformed(
            said(
                "Expected an act before its decision, but {day} is after {decided_on}",
                day=day,
                decided_on=decided_on,
            )
        )
    then = in_force(known, day)
    asked = today.properties.get(MILDER, "").strip() == "true" if milder is None else milder
    old = evaluate(then.model, then.decision, variables, host=host)
    tried = [("act", then, old)]
    if asked and then is not today:
        tried.append(("decision", today, evaluate(today.model, today.decision, variables, host=host)))
    chosen, why = _chosen(tried, asked)
    evidence = {
        "basis": BASIS,
        "acted_on": day.isoformat(),
        "decided_on": decided_on.isoformat(),
        "milder": asked,
        "versions": [_shown(*each) for each in tried],
        "chosen": chosen,
        "why": why,
    }
    binding = next(((version, result) for of, version, result in tried if of == chosen), (None, None))
    return InTime(binding[1], evidence, binding[0], tuple(tried))


def _acted_on(version: Version, variables: Mapping[str, Any]) -> dt.date:
    name = version.properties.get(ACT_DATE, "")
    given = variables.get(name)
    if isinstance(given, dt.date) and not isinstance(given, dt.datetime):
        return given
    if isinstance(given, str):
        return _day(name, given)
    raise Malformed(
        said(
            "Expected the date of the act in {name}, but found {given_type}",
            name=name or ACT_DATE,
            given_type=type_name(given),
        )
    )


def _shown(of: str, version: Version, result: Evaluation) -> dict[str, Any]:
    return {
        "of": of,
        "model": version.model.digest,
        "decision": version.decision,
        "valid_from": version.valid_from.isoformat(),
        "valid_to": version.valid_to.isoformat() if version.valid_to else None,
        "value": result.json,
        "decisions": result.evidence,
        "reasons": list(result.reasons),
    }


# Which is lighter


def _chosen(tried: list[tuple[str, Version, Evaluation]], asked: bool) -> tuple[str | None, str]:
    """The version that binds, and why."""
    for of, _, result in tried:
        if result.value is None:
            return None, said("Expected a result of the version of the {of}, but it has none", of=of)
    if len(tried) == 1:
        same = (
            said("the same version is in force on both days")
            if asked
            else said("the law of the act alone is asked for")
        )
        return "act", said("The law of the day of the act applies: {same}", same=same)
    old, new = (weight(result.value, version.properties) for _, version, result in tried)
    return _lighter(old, new)


def _lighter(old: Weight | None, new: Weight | None) -> tuple[str | None, str]:
    """Which of two results binds; no penalty is lighter than any, kinds are not weighed up."""
    if new is not None and new.is_none and not (old is not None and old.is_none):
        return "decision", said(
            "The law of the day of the decision applies: it knows no penalty ({new})", new=new
        )
    if old is None or new is None:
        return None, said("Expected two results of which one is lighter, but not both name an amount")
    if old.sort != new.sort and not old.is_none:
        return None, said(
            "Expected results of one kind, but they are {sort} and {new_sort}",
            sort=old.sort,
            new_sort=new.sort,
        )
    if new.amount < old.amount:
        return "decision", said(
            "The law of the day of the decision applies: {new} is lighter than {old}", new=new, old=old
        )
    return "act", said(
        "The law of the day of the act applies: {new} is not lighter than {old}", new=new, old=old
    )


@dataclass(frozen=True, slots=True)
class Weight:
    """How heavy a result is: its kind, and its amount (below zero: no penalty at all)."""

    sort: str
    amount: Decimal

    @property
    def is_none(self) -> bool:
        """Whether it is no penalty."""
        return self.amount <= 0

    def __str__(self) -> str:
        return self.sort if self.is_none else f"{self.sort} {feel_string(self.amount)}".strip()


def weight(value: Any, properties: Mapping[str, str]) -> Weight | None:
    """How heavy a result is; None where it names no amount, so that it can be compared with nothing.

    The amount stands in the output that `banjie.amount` names (`amount` where it names none), the kind in
    that of `banjie.kind` (`kind`); a plain number is an amount.
    """
    if isinstance(value, Decimal):
        return Weight("", value)
    if not isinstance(value, Mapping):
        return None
    sort = value.get(properties.get(SORT) or "kind") or ""
    if sort in NONE_AT_ALL:
        return Weight(str(sort), Decimal(0))
    amount = value.get(properties.get(AMOUNT) or "amount")
    return Weight(str(sort), amount) if isinstance(amount, Decimal) else None
