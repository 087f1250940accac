"""What the law asks of a procedure and a drawing can show: findings that are told, not refusals.

Called by the designer's pages and by `banjie lint` beside the deployment lint. A drawing proves nothing
about what people will do, so each finding is a note; supervision judges the cases themselves. Which law is
meant follows from `kind` of procedure.toml: licence, penalty, or any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from engine.bpmn.definition import Element
from engine.definitions import usage
from engine.definitions.packages import Package
from engine.definitions.paths import Ways
from engine.errors import Finding, NotFound, said
from engine.periods import PeriodRule, RuleBook
from engine.periods.limits import Limit

OPENS = ("banjie.period", "banjie.period.starts", "banjie.period.resets")
SUSPENDS = "banjie.period.suspends"
EXTENDS, TELLS = "banjie.period.extends", "banjie.period.tells"
REFUSALS = frozenset({"refuse", "refuse-acceptance", "not-open"})
DECISIONS = frozenset({"decide", "grant", "refuse"})
DEMANDS = frozenset({"correction-notice", "supplement"})
HEARINGS = frozenset({"hear", "request-hearing", "inform-of-rights"})
_WAITS = frozenset({"receiveTask", "intermediateCatchEvent"})
ACCEPTANCE = "xk.accept"  # the period of 《行政许可法》第三十二条第一款第四项


@dataclass(frozen=True)
class Case:
    """What the checks look at: the package, the ways through its diagram, the law on a day."""

    package: Package
    ways: Ways
    law: RuleBook
    today: date

    @property
    def elements(self) -> Mapping[str, Element]:
        """Every element by its id."""
        return self.package.definition.elements

    @cached_property
    def acts(self) -> dict[str, list[Element]]:
        """Act → the elements that are it."""
        found: dict[str, list[Element]] = {}
        for element in self.elements.values():
            if element.act:
                found.setdefault(element.act, []).append(element)
        return found

    def having(self, acts: frozenset[str]) -> list[Element]:
        """The elements that are one of these acts, in the file's order."""
        return [element for element in self.elements.values() if element.act in acts]

    @cached_property
    def most_until_acceptance(self) -> Limit | None:
        """How long acceptance may take, None where the law read here does not say."""
        rule = self.rule(ACCEPTANCE)
        return rule.limit if rule else None

    def rule(self, text: str | None) -> PeriodRule | None:
        """The period a property names plainly; None for an expression or a period the law has not."""
        if not text or text.startswith("="):
            return None
        try:
            return self.law.of(text, self.today)
        except NotFound:
            return None


def check(package: Package, law: RuleBook, today: date) -> list[Finding]:
    """Every finding about a package, in a stable order; `where` is the element's id. Never raises for
    what a designer can write."""
    case = Case(package, Ways.of(package.definition), law, today)
    return [*(finding for ask in _CHECKS for finding in ask(case)), *usage.check(package)]


def _note(element: Element, rule: str, sentence: str) -> Finding:
    return Finding(element.id, sentence, rule, element.line, "note")


def _called(element: Element) -> str:
    return f"“{element.name or element.id}”"


def _unknown_periods(case: Case) -> Iterator[Finding]:
    """A period the diagram names stands in the law on the day of the check."""
    for element in case.elements.values():
        for name in (*OPENS, SUSPENDS, EXTENDS, TELLS, "banjie.period.stops"):
            text = element.properties.get(name, "")
            if text and not text.startswith("=") and case.rule(text) is None:
                sentence = said(
                    "Expected the period {text} of {element} in the law, but it is not there",
                    text=text,
                    element=_called(element),
                )
                yield _note(element, "law.period", sentence)


def _extensions_are_told(case: Case) -> Iterator[Finding]:
    """《行政许可法》第四十二条 and others: an extension the law wants told binds once it has been; the
    diagram must say where the applicant is told."""
    told = {element.properties.get(TELLS) for element in case.elements.values()}
    for element in case.elements.values():
        text = element.properties.get(EXTENDS, "")
        rule = case.rule(text)
        silent = rule is not None and not any(stage.notify for stage in rule.extensions)
        if text and text not in told and not silent:
            sentence = said(
                "Expected an element with banjie.period.tells that tells the applicant of the extension by "
                "{element}, but there is none: it will not bind",
                element=_called(element),
            )
            yield _note(element, "law.extension", sentence)


def _steps_fit(case: Case) -> Iterator[Finding]:
    """The limits of the steps on one way add up to no more than the period they lie in."""
    for element in case.elements.values():
        rule = case.rule(element.properties.get("banjie.period"))
        if rule is None or not case.ways.children.get(element.id):
            continue
        total, way = _longest(case, element.id, rule.limit)
        if total > rule.limit.number:
            names = " + ".join(_called(case.elements[name]) for name in way)
            yield _note(
                element,
                "law.steps",
                said(
                    "Expected the steps inside {element} to fit into {limit} ({basis}), but {names} "
                    "take {total}{value}",
                    element=_called(element),
                    limit=rule.limit,
                    basis=rule.basis,
                    names=names,
                    total=total,
                    value=rule.limit.kind.value,
                ),
            )


def _longest(case: Case, scope: str, limit: Limit) -> tuple[int, tuple[str, ...]]:
    """The longest sum of limits on a way through a scope, counted as `limit` is, and the steps of it."""
    known: dict[str, tuple[int, tuple[str, ...]]] = {}

    def from_here(name: str, path: frozenset[str]) -> tuple[int, tuple[str, ...]]:
        if name in path:  # a loop: how often it is gone round, nobody knows
            return 0, ()
        if name not in known:
            onward = [from_here(after, path | {name}) for after in case.ways.leads.get(name, ())]
            rest, way = max(onward, default=(0, ()))
            own = _own_length(case, name, limit)
            known[name] = (own + rest, (name, *way) if own else way)
        return known[name]

    return max((from_here(name, frozenset()) for name in case.ways.entries(scope)), default=(0, ()))


def _own_length(case: Case, name: str, limit: Limit) -> int:
    rule = case.rule(case.elements[name].properties.get("banjie.period"))
    own = rule.limit.number if rule is not None and rule.limit.kind is limit.kind else 0
    inner = _longest(case, name, limit)[0] if case.ways.children.get(name) else 0
    return max(own, inner)


def _acceptance_comes_first(case: Case) -> Iterator[Finding]:
    """《行政许可法》第三十二条: no licence is decided before acceptance, which comes within five days (or by
    their lapse: then the application counts as accepted)."""
    if case.package.kind != "licence":
        return
    accepted = [element.id for element in case.acts.get("accept", ())]
    by_lapse = [event for event in case.ways.hosts if _lapses(case, event)]
    for element in case.having(DECISIONS):
        around = set(case.ways.around(element.id))
        # A sub-process that accepts lets the rest out by its conditions, which a drawing does not weigh.
        stages = [scope for name in accepted for scope in case.ways.around(name) if scope not in around]
        free = case.ways.reached(case.ways.starts(), avoiding=[*accepted, *by_lapse, *stages])
        if element.id in free:
            sentence = said(
                "Expected every way to {element} to pass an acceptance (act accept), but one does not",
                element=_called(element),
            )
            yield _note(element, "law.acceptance", sentence)
    limit = case.most_until_acceptance
    for name in accepted:
        if limit and not _limited_until(case, name):
            sentence = said(
                "Expected a period of at most {limit} to run until {elements}, but none does",
                limit=limit,
                elements=_called(case.elements[name]),
            )
            yield _note(case.elements[name], "law.acceptance.limit", sentence)


def _lapses(case: Case, event: str) -> bool:
    host = case.ways.hosts[event]
    timed = "timer" in case.ways.triggers.get(event, ()) and host in case.elements
    return timed and _is_short(case, case.rule(case.elements[host].properties.get("banjie.period")))


def _is_short(case: Case, rule: PeriodRule | None) -> bool:
    """Whether a period is no longer than the law's own: the same number of natural days is no more."""
    limit = case.most_until_acceptance
    if rule is None or limit is None:
        return False
    return rule.limit.number <= limit.number and rule.limit.kind.value in "WN"


def _limited_until(case: Case, name: str) -> bool:
    running = {*case.ways.around(name), *case.ways.before(name)}
    told = [case.elements[place].properties for place in running if place in case.elements]
    return any(_is_short(case, case.rule(one.get(opens))) for one in told for opens in OPENS)


def _suspensions_end(case: Case) -> Iterator[Finding]:
    """What suspends a period is left some day: whoever waits for somebody outside also watches the clock."""
    for element in case.elements.values():
        if not element.properties.get(SUSPENDS):
            continue
        for name in (element.id, *case.ways.inside(element.id)):
            if _waits_for_ever(case, name, element.id):
                sentence = said(
                    "Expected a suspension that ends, but {element} may wait for {elements} without a "
                    "limit: put a timer beside it",
                    element=_called(element),
                    elements=_called(case.elements[name]),
                )
                yield _note(element, "law.suspension.exit", sentence)
                break
        yield from _known_reason(case, element)


def _waits_for_ever(case: Case, name: str, suspending: str) -> bool:
    if case.elements[name].kind not in _WAITS or "timer" in case.ways.triggers.get(name, ()):
        return False
    if {"link", "conditional"} & case.ways.triggers.get(name, frozenset()):
        return False
    timed = {host for event, host in case.ways.hosts.items() if "timer" in case.ways.triggers.get(event, ())}
    around = []
    for place in case.ways.around(name):
        around.append(place)
        if place == suspending:
            break
    return not timed & set(around) and not _beside_a_timer(case, name)


def _beside_a_timer(case: Case, name: str) -> bool:
    """Whether an event-based gateway offers a timer as the other way."""
    for source, targets in case.ways.leads.items():
        if name in targets and case.elements[source].kind == "eventBasedGateway":
            return any("timer" in case.ways.triggers.get(target, ()) for target in targets)
    return False


def _known_reason(case: Case, element: Element) -> Iterator[Finding]:
    rule, kind = case.rule(element.properties[SUSPENDS]), element.properties.get("banjie.period.kind", "")
    if rule is None or kind.startswith("="):
        return
    excluded = rule.excludes(kind)
    if excluded is None:
        kinds = "、".join(one.kind for one in rule.excluded) or "nothing"
        sentence = said(
            "Expected {element} to suspend {id} for a reason the law has ({kinds}), but found {kind}",
            element=_called(element),
            id=rule.id,
            kinds=kinds,
            kind=kind or said("none"),
        )
        yield _note(element, "law.suspension.reason", sentence)
    elif excluded.told and not element.properties.get("banjie.period.told"):
        sentence = said(
            "Expected {element} to say until when {kind} lasts (banjie.period.told), as the citizen has to "
            "be told, but it does not",
            element=_called(element),
            kind=kind,
        )
        yield _note(element, "law.suspension.told", sentence)


def _refusals_have_reasons(case: Case) -> Iterator[Finding]:
    """《行政许可法》第三十八条第二款: whoever refuses says why; some form on the way asks for it."""
    for element in case.having(REFUSALS):
        places = [element.id, *case.ways.before(element.id)]
        if not any(_asks_for_reasons(case, case.elements[name]) for name in places if name in case.elements):
            sentence = said(
                "Expected a form with reasons at {element} or before it, but no form on the way "
                "asks for them",
                element=_called(element),
            )
            yield _note(element, "law.reasons", sentence)


def _asks_for_reasons(case: Case, element: Element) -> bool:
    form = case.package.forms.get(element.form or element.properties.get("banjie.form", ""))
    fields: Any = form.fields if form is not None else ()
    return any("reason" in field.name or "理由" in str(field.label.get("zh", "")) for field in fields)


def _nothing_is_demanded_twice(case: Case) -> Iterator[Finding]:
    """《行政许可法》第三十五条: once the file has gone up (act transfer), nobody asks for material again."""
    if case.package.kind != "licence":
        return
    passed = {element.id for element in case.having(frozenset({"transfer"}))}
    for element in case.having(DEMANDS):
        if passed & set(case.ways.before(element.id)):
            sentence = said(
                "Expected nothing to be asked of the applicant after the file was passed to the upper level, "
                "but {element} does",
                element=_called(element),
            )
            yield _note(element, "law.upper.material", sentence)


def _hearing_comes_before_a_penalty(case: Case) -> Iterator[Finding]:
    """《行政处罚法》第四十四条、第六十三条: told before it is decided; a heavy one is heard if asked for."""
    if case.package.kind != "penalty":
        return
    for element in case.acts.get("decide", ()):
        before = [case.elements[name] for name in case.ways.before(element.id) if name in case.elements]
        if not any(one.act == "inform-of-penalty" for one in before):
            sentence = said(
                "Expected the party to be told (act inform-of-penalty) before {element}, but nothing does",
                element=_called(element),
            )
            yield _note(element, "law.penalty.told", sentence)
        if not any(one.act in HEARINGS or one.kind == "callActivity" for one in before):
            sentence = said(
                "Expected a hearing that may be asked for before {element}, but there is none",
                element=_called(element),
            )
            yield _note(element, "law.penalty.hearing", sentence)


_CHECKS: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    _unknown_periods,
    _extensions_are_told,
    _steps_fit,
    _acceptance_comes_first,
    _suspensions_end,
    _refusals_have_reasons,
    _nothing_is_demanded_twice,
    _hearing_comes_before_a_penalty,
)
