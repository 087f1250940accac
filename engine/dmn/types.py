"""Item definitions: what a value must be, and how it is made to fit (DMN 1.5, 7.3.3 and 10.3.2.9.4).

Called by the reader (which builds the types) and by the run (which fits every value that is bound to a
typed name). A value that does not fit becomes null, and the reason says why; nothing here raises for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.dmn.asking import ask
from engine.dmn.values import kind_of, read_text, to_date_and_time
from engine.errors import said
from engine.feel import Compiled, Fault, Range
from engine.feel.kinds import inner_text

ANY = "Any"

# The standard's names and the ones editors write for the same types.
BUILT_IN = {
    "any": ANY,
    "number": "number",
    "integer": "number",
    "long": "number",
    "double": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "datetime": "date and time",
    "date and time": "date and time",
    "daytimeduration": "days and time duration",
    "days and time duration": "days and time duration",
    "yearmonthduration": "years and months duration",
    "years and months duration": "years and months duration",
    "context": "context",
    "list": "list",
    "function": "function",
    "range": "range",
}


@dataclass(frozen=True, slots=True)
class Constraint:
    """Unary tests a value must satisfy: allowed values or a type constraint."""

    text: str
    tests: Compiled

    def accepts(self, value: object, siblings: Mapping[str, Any] | None = None) -> bool:
        """Whether the value satisfies the tests; anything but true is a no.

        The tests of a component see the other components of its record (7.3.3).
        """
        return ask(self.tests, {**(siblings or {}), "?": value}).value is True


@dataclass(slots=True, eq=False)
class ItemType:
    """A type: a built-in `kind`, another type (`base`), a record of components, or a collection.

    `constraints` judge the value itself, after it has been made to fit. `whole` marks that numbers of
    this type are integers (the domain's way to say that a count has no fractions); `parameters` and
    `result` are what a function of this type takes and gives, `ends` what a range of it lies between.
    Filled in two steps by the reader, because item definitions may refer to each other; never changed
    afterwards.
    """

    name: str
    kind: str = ANY
    base: ItemType | None = None
    element: ItemType | None = None
    components: dict[str, ItemType] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)
    whole: bool = False
    parameters: list[ItemType | None] = field(default_factory=list)
    result: ItemType | None = None
    ends: ItemType | None = None

    def lineage(self) -> list[ItemType]:
        """This type and the types it is based on, nearest first."""
        found, current = [self], self.base
        while current is not None and current not in found:
            found.append(current)
            current = current.base
        return found


def result_of(declared: ItemType | None) -> ItemType | None:
    """What a function gives whose name has the declared type: of a function type its result."""
    for each in declared.lineage() if declared else ():
        if each.kind == "function":
            return each.result
    return declared


def built_in(reference: str) -> ItemType | None:
    """The built-in type a type reference names ("number", "feel:string", "dateTime"), if it does."""
    name = reference.rpartition(":")[2].strip()
    kind = BUILT_IN.get(name.lower())
    if kind is None:
        return None
    return ItemType(name, kind, whole=name.lower() in ("integer", "long"))


@dataclass(frozen=True, slots=True)
class Misfit(Exception):
    """Why a value does not fit."""

    reason: str


def fit(value: Any, expected: ItemType | None) -> tuple[Any, str]:
    """The value made to fit the type, and "" — or None and the reason why it does not.

    Implicit conversions of 10.3.2.9.4: a single value to a list of one, a list of one to its value, a
    date to the date and time of its midnight in UTC.
    """
    if expected is None or value is None:
        return value, ""
    try:
        return _fit(value, expected), ""
    except Misfit as misfit:
        return None, misfit.reason


def _fit(value: Any, expected: ItemType, siblings: Mapping[str, Any] | None = None) -> Any:
    if value is None:
        return None
    fitted: Any
    if expected.base is not None:
        fitted = _fit(value, expected.base, siblings)
    elif expected.element is not None:
        fitted = [_fit(item, expected.element) for item in (value if isinstance(value, list) else [value])]
    else:
        fitted = _fit_one(value, expected)
    for constraint in expected.constraints:
        if not constraint.accepts(fitted, siblings):
            raise Misfit(
                said(
                    "Expected one of {text} ({name}), but the value is {fitted}",
                    text=constraint.text,
                    name=expected.name,
                    fitted=show(fitted),
                )
            )
    return fitted


def _fit_one(value: Any, expected: ItemType) -> Any:
    if expected.components:
        return _fit_record(value, expected)
    if expected.kind == ANY:
        return value
    if isinstance(value, list) and expected.kind != "list":
        value = _only_item(value, expected)
        if value is None:
            return None
    kind = kind_of(value)
    if kind == expected.kind and _ends_fit(value, expected):
        return value
    if kind == "date" and expected.kind == "date and time":
        return to_date_and_time(value)
    raise Misfit(
        said(
            "Expected {name}, but the value is {value} ({kind})",
            name=expected.name,
            value=show(value),
            kind=kind,
        )
    )


def _ends_fit(value: Any, expected: ItemType) -> bool:
    """Whether a range lies between values of the type its own type asks for."""
    ends = (value.low, value.high) if expected.ends and isinstance(value, Range) else ()
    return all(end is None or is_instance(end, expected.ends) for end in ends if expected.ends)


def _only_item(value: list[Any], expected: ItemType) -> Any:
    if len(value) != 1:
        raise Misfit(
            said("Expected {name}, but the value is a list of {count}", name=expected.name, count=len(value))
        )
    return value[0]


def _fit_record(value: Any, expected: ItemType) -> Any:
    if isinstance(value, list):
        value = _only_item(value, expected)
    if not isinstance(value, Mapping):
        raise Misfit(
            said(
                "Expected {name}, but the value is {value} ({kind_of})",
                name=expected.name,
                value=show(value),
                kind_of=kind_of(value),
            )
        )
    fitted = dict(value)
    for name, component in expected.components.items():
        if name not in fitted:
            raise Misfit(
                said(
                    "Expected {name} with {other_name}, but the value has only {fitted}",
                    name=expected.name,
                    other_name=name,
                    fitted=show(list(fitted)),
                )
            )
        try:
            fitted[name] = _fit(fitted[name], component, fitted)
        except Misfit as misfit:
            raise Misfit(said("{name}: {reason}", name=name, reason=misfit.reason)) from None
    return fitted


def is_instance(value: Any, expected: ItemType, siblings: Mapping[str, Any] | None = None) -> bool:
    """Whether a value is of a type as it stands, without any conversion (`instance of`, 10.3.2.9.3)."""
    if value is None or any(not each.accepts(value, siblings) for each in expected.constraints):
        return False
    if expected.base is not None:
        return is_instance(value, expected.base, siblings)
    if expected.element is not None:
        element = expected.element
        return isinstance(value, list) and all(item is None or is_instance(item, element) for item in value)
    if expected.components:
        return isinstance(value, dict) and all(
            name in value and (value[name] is None or is_instance(value[name], part, value))
            for name, part in expected.components.items()
        )
    return expected.kind in (ANY, kind_of(value)) and _ends_fit(value, expected)


def from_outside(value: Any, expected: ItemType | None) -> Any:
    """Plain data as FEEL values: text becomes a date, time or duration where the type says so.

    Text that cannot be read as the type is left as it is, so that `fit` can name it in its reason. A
    component that a record leaves out is null: plain data do not tell the one from the other.
    """
    if expected is None or value is None:
        return value
    expected = expected.lineage()[-1]
    if isinstance(value, list):
        return [from_outside(item, expected.element or expected) for item in value]
    if expected.element is not None:
        return from_outside(value, expected.element)
    if isinstance(value, Mapping):
        left_out = {name: None for name in expected.components if name not in value}
        given = {name: from_outside(item, expected.components.get(name)) for name, item in value.items()}
        return given | left_out
    return read_text(value, expected.kind) if isinstance(value, str) else value


def show(value: object) -> str:
    """A value as a reason shows it, in FEEL's own words and cut to 80 characters."""
    try:
        text = inner_text(value)
    except (Fault, RecursionError):
        text = kind_of(value)
    return text if len(text) <= 80 else text[:79] + "…"
