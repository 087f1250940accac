"""A form: one JSON Schema that drives the page, the server's check and the interface.

Called by deployment (`Form.read` refuses a faulty schema with every finding), by the runtime (`check`, the
only door by which entered data comes into a case) and by pages (`fields`, `from_html`). Pure: no store, no
network, no clock; the present moment is handed in for rules that speak of today.

A form may hold beside JSON Schema draft 2020-12: `x-ui` (order, groups, widgets), `x-rules` (FEEL: field,
if, rule, zh, en; a field that was left empty is null in a rule; `reads` names what it takes from the case
file beside the fields), `x-order` (dates that must rise), `x-other`
(a choice of 其他 that demands a text).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

from engine import feel
from engine.definitions.form_fields import Field, Words, groups, read_fields, words
from engine.definitions.form_lint import lint, lint_casefile
from engine.definitions.form_schema import CASEFILE, Schemas, closed
from engine.definitions.form_sentences import Labels, findings_of, say
from engine.definitions.form_values import cleaned, html_values, is_decimal_number, is_whole_number, oversized
from engine.definitions.formats import FORMATS, dates_in_order, other_lacks_text
from engine.definitions.patterns import LONGEST_TEXT, safe_pattern
from engine.errors import Finding, IllegalDefinition, Malformed, TooLarge, said

MOST_FINDINGS = 100
_PRESENT = frozenset({"today", "now"})


class Form:
    """A form that has been read and found legal. Immutable; one serves every request."""

    def __init__(self, schemas: Schemas) -> None:
        schema = schemas.form
        self.schema = schema
        self.title: Words = words(schema.get("title", ""), schema.get("x-title-en"))
        hint = schema.get("description")
        self.hint: Words | None = words(hint, schema.get("x-description-en")) if hint else None
        self.fields: tuple[Field, ...] = read_fields(schemas, schema)
        self.groups = groups(schema)
        self.notes = tuple(_notes(self.fields))
        self._rules = [_Rule(rule, self.fields) for rule in schema.get("x-rules", ())]
        strict = Schemas(closed(schema), closed(schemas.casefile))
        self._validator = _VALIDATOR(dict(strict.form), registry=strict.registry(), format_checker=_FORMATS)

    @classmethod
    def read(cls, schema: bytes, casefile: bytes = b'{"type":"object"}') -> Form:
        """The form of two JSON texts. Raises IllegalDefinition with every fault of the form's schema and
        of the case file's."""
        schemas = Schemas.read(schema, casefile)
        findings = [*lint(schemas), *casefile_faults(casefile)]
        if findings:
            raise IllegalDefinition(
                said("Expected a legal form, but {sentence}", sentence=findings[0].sentence), findings
            )
        return cls(schemas)

    @classmethod
    def read_deployed(cls, schema: bytes, casefile: bytes = b'{"type":"object"}') -> Form:
        """The form of two JSON texts that were found legal when they were deployed, not judged again."""
        return cls(Schemas.read(schema, casefile))

    def visible(self, roles: Collection[str]) -> tuple[Field, ...]:
        """The fields that somebody in these roles fills in."""
        return tuple(field for field in self.fields if not field.roles or set(field.roles) & set(roles))

    def check(
        self,
        data: Mapping[str, Any],
        *,
        language: str = "zh",
        now: datetime | None = None,
        roles: Collection[str] | None = None,
        file: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The data as it may enter a case: blanks left out, amounts as Decimal, numbers in written form.

        `now` is the moment of the act in the authority's zone; rules that speak of today or now are
        judged only where it is given, and so are rules that read the case file only where `file` holds the
        variables around the act. `roles` are those of the person: fields kept for others are then
        unknown to them. Raises Malformed with one finding for each faulty field, whose `where` is the JSON
        pointer and whose sentence is in `language` ("zh" or "en"); TooLarge for data beyond any form.
        """
        labels = Labels(self.fields, "en" if language == "en" else "zh")
        if not isinstance(data, Mapping):
            raise Malformed(said("Expected an object of fields, but found something else"))
        if oversized(data):
            raise TooLarge(said("Expected the data of one form, but found far more"))
        values, unreadable = cleaned(self.fields, data)
        findings = [say(labels, path, *_UNREADABLE) for path in unreadable]
        findings += _hidden(self.fields, values, roles, labels)
        if not findings:
            findings = self._validated(values, labels)
        findings += self._cross(values, labels, _Moment(now, file), {finding.where for finding in findings})
        if findings:
            raise _refusal(_once(findings), labels.language)
        return values

    def from_html(self, sent: Any) -> dict[str, Any]:
        """What a posted page says, typed by the schema: figures as Decimal or int, ticks as bool, several
        values as a list. `sent` maps names to text, to a list of texts, or has `getlist` (a MultiDict). A
        name is the JSON pointer of its value ("/companions/0/name"). What cannot be typed stays text, for
        `check` to refuse; unknown names of that shape are kept for the same reason.
        """
        return html_values(self.fields, sent)

    def _validated(self, values: dict[str, Any], labels: Labels) -> list[Finding]:
        errors: list[ValidationError] = []
        for error in self._validator.iter_errors(values):
            errors.append(error)
            if len(errors) >= MOST_FINDINGS:
                break
        return list(findings_of(errors, labels))

    def _cross(
        self, values: dict[str, Any], labels: Labels, moment: _Moment, faulty: set[str]
    ) -> Iterator[Finding]:
        yield from _order(self.schema.get("x-order", ()), values, labels)
        for name, other in self.schema.get("x-other", {}).items():
            if other_lacks_text(values.get(name), other["value"], values.get(other["text"])):
                yield say(
                    labels, [other["text"]], "必须填写", "to be filled in, but it is empty", "form.other"
                )
        for rule in self._rules:
            yield from rule.judge(values, labels.language, moment, faulty)


FormReader = Callable[..., Form]
"""How a form becomes one: `Form.read` judges it, `Form.read_deployed` does not."""


@dataclass(frozen=True)
class _Moment:
    """When an act is judged and what the case file holds around it; None where nobody says."""

    now: datetime | None
    file: Mapping[str, Any] | None


class _Rule:
    """One rule over several fields."""

    def __init__(self, rule: Mapping[str, Any], fields: Sequence[Field]) -> None:
        self._names = tuple(field.name for field in fields)
        self._file = tuple(str(name) for name in rule.get("reads", ()))
        names = (*self._names, *self._file)
        self._field = rule.get("field")
        self._words = {"zh": rule["zh"], "en": rule["en"]}
        self._rule = feel.compile(str(rule["rule"]), names=names)
        self._if = feel.compile(str(rule["if"]), names=names) if "if" in rule else None
        self._reads = self._rule.free_names | (self._if.free_names if self._if else frozenset())
        calls = self._rule.calls | (self._if.calls if self._if else frozenset())
        self._needs_now = bool(calls & _PRESENT)

    def judge(
        self, values: Mapping[str, Any], language: str, moment: _Moment, faulty: set[str]
    ) -> Iterator[Finding]:
        """A finding where the rule is broken: false, or without an answer although all it reads is given."""
        unknown = (self._needs_now and moment.now is None) or (self._file and moment.file is None)
        if unknown or any(self._at_fault(name, faulty) for name in self._reads):
            return
        variables = {name: values.get(name) for name in self._names}
        variables |= {name: (moment.file or {}).get(name) for name in self._file}
        host = {"now": moment.now} if moment.now else {}
        if self._if is not None and self._if(variables, host=host).value is not True:
            return
        answer = self._rule(variables, host=host).value
        unanswered = answer is not False and answer is not True
        if answer is False or (
            unanswered and all(variables[name] is not None for name in self._rule.free_names)
        ):
            yield Finding(f"/{self._field}" if self._field else "/", self._words[language], "form.rule")

    def _at_fault(self, name: str, faulty: set[str]) -> bool:
        return any(where == f"/{name}" or where.startswith(f"/{name}/") for where in faulty)


def casefile_properties(casefile: bytes) -> Mapping[str, Any]:
    """The properties of a case-file schema that was found legal, references resolved."""
    schemas = Schemas.read(b'{"type":"object"}', casefile)
    properties = schemas.casefile.get("properties", {})
    known: dict[str, dict[str, Any]] = {}
    return {
        name: schemas.deep(sub, known) if isinstance(sub, Mapping) else sub
        for name, sub in properties.items()
    }


@lru_cache(maxsize=64)
def casefile_faults(casefile: bytes) -> tuple[Finding, ...]:
    """Every fault of a case-file schema. Raises IllegalDefinition where it is no JSON at all."""
    found = lint_casefile(Schemas.read(b'{"type":"object"}', casefile).casefile)
    return tuple(Finding(f"{CASEFILE}{f.where}", f.sentence, f.rule, f.line) for f in found)


_UNREADABLE = ("含有不能保存的字符", "to hold plain text, but found control characters", "form.text")


def _hidden(
    fields: Sequence[Field], values: dict[str, Any], roles: Collection[str] | None, labels: Labels
) -> Iterator[Finding]:
    for field in fields:
        kept = roles is not None and field.roles and not set(field.roles) & set(roles)
        if kept and field.name in values:
            yield say(
                labels, [field.name], "不由您填写", "not to be filled in by you, but it is", "form.role"
            )


def _order(orders: Any, values: Mapping[str, Any], labels: Labels) -> Iterator[Finding]:
    for names in orders:
        dates = [(name, values.get(name) if isinstance(values.get(name), str) else None) for name in names]
        broken = dates_in_order(dates)
        if broken:
            earlier, later = labels.of([broken[0]]), [broken[1]]
            yield say(labels, later, f"不能早于“{earlier}”", f'not to lie before "{earlier}"', "form.order")


def _once(findings: Sequence[Finding]) -> list[Finding]:
    """One finding for each place, the first: a required field that is missing has no further faults."""
    kept: dict[str, Finding] = {}
    for finding in findings:
        kept.setdefault(finding.where, finding)
    return list(kept.values())[:MOST_FINDINGS]


def _refusal(findings: list[Finding], language: str) -> Malformed:
    number = len(findings)
    if language == "zh":
        return Malformed(
            said("请更正{number}处：{sentence}", number=number, sentence=findings[0].sentence), findings
        )
    return Malformed(
        said(
            "Expected a form without fault, but found {number}: {sentence}",
            number=number,
            sentence=findings[0].sentence,
        ),
        findings,
    )


def _notes(fields: Sequence[Field]) -> Iterator[Finding]:
    for field in fields:
        if field.label["zh"] == field.name:
            sentence = said(
                "Expected a title for {name!r}, but found none; its name is shown instead", name=field.name
            )
            yield Finding(f"/{field.name}", sentence, "form.title", severity="note")


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and (
        len(instance) > LONGEST_TEXT or not _compiled(pattern).search(instance)
    ):
        yield ValidationError("does not match")


@lru_cache(maxsize=2048)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(safe_pattern(pattern), re.ASCII)


def _format_checker() -> FormatChecker:
    checker = FormatChecker(formats=())
    for found in FORMATS.values():
        checker.checks(found.name)(lambda value, check=found.check: check(value) is None)
    return checker


_FORMATS = _format_checker()
_VALIDATOR = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {"pattern": _pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", is_whole_number).redefine(
        "number", is_decimal_number
    ),
)

__all__ = ["Field", "Form", "casefile_faults", "casefile_properties"]
