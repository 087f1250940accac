"""FEEL texts of a diagram, compiled once when it is read and evaluated in a scope of a run.

Built by the reader; evaluated by elements through `Expressions`, the script engine that SpiffWorkflow is
handed. Nothing here falls back to another language: a text either is FEEL or stands for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine import feel
from engine.canonical import demand_storable, settled
from engine.errors import BanjieError, listed, said

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.scope import Scope

HOST_NAMES = (
    "is working day",
    "add working days",
    "working days between",
    "period",
    "whose days",
    "days apart",
    "case",
    "item",
    "unit",
)
_OUTSIDE = frozenset({*HOST_NAMES, "now", "today"})
_NOTHING: Mapping[str, Any] = {}


class Failure(Exception):
    """What stops an element: it becomes an incident. `kind` is a stable word, `sentence` for people."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Expression:
    """A text of a diagram: compiled FEEL, or (`compiled` is None) a text that stands for itself."""

    text: str
    element: str
    place: str
    compiled: feel.Compiled | None = None

    @property
    def looks_outside(self) -> bool:
        """Whether the value can change without a variable being written: by time, a period, the case."""
        if self.compiled is None:
            return False
        return not (_OUTSIDE.isdisjoint(self.compiled.calls) and _OUTSIDE.isdisjoint(self.compiled.roots))

    @property
    def moves(self) -> bool:
        """Whether the value follows a period of the law (dialect: Periods)."""
        return self.compiled is not None and "period" in self.compiled.calls


def compile_text(
    text: str, element: str, place: str, *, always: bool = False, names: tuple[str, ...] = ()
) -> Expression:
    """A text as an expression: FEEL where it begins with `=` or `always`. Raises ExpressionError."""
    source = text.strip()
    if source.startswith("="):
        source = source[1:]
    elif not always:
        return Expression(text, element, place)
    return Expression(text, element, place, feel.compile(source, names=HOST_NAMES + names))


class Visible(Mapping[str, Any]):
    """The variables seen from a scope, innermost first, as plain JSON, which FEEL takes; read on demand."""

    __slots__ = ("extra", "scope")

    def __init__(self, scope: Scope, extra: Mapping[str, Any] = _NOTHING) -> None:
        self.scope = scope
        self.extra = extra

    def __getitem__(self, name: str) -> Any:
        if name in self.extra:
            return self.extra[name]
        holder = self.scope.holder(name)
        if holder is None:
            raise KeyError(name)
        return holder.variables[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a variable, `default` where there is none."""
        if name in self.extra:
            return self.extra[name]
        holder = self.scope.holder(name)
        return default if holder is None else holder.variables[name]

    def __contains__(self, name: object) -> bool:
        return name in self.extra or self.scope.holder(str(name)) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def _names(self) -> dict[str, None]:
        found: dict[str, None] = dict.fromkeys(self.extra)
        for scope in self.scope.visible():
            found.update(dict.fromkeys(scope.variables))
        return found


class Expressions:
    """The script engine of a run: FEEL alone, in the host's names.

    `evaluate` and `execute` are what SpiffWorkflow would call; both take compiled expressions only.
    """

    def __init__(self, case: Case) -> None:
        self._case = case

    def value(self, expression: Expression, scope: Scope, extra: Mapping[str, Any] = _NOTHING) -> Any:
        """The plain JSON value of an expression. Raises Failure where evaluation itself is refused."""
        return self._run(expression, scope, extra)[0]

    def truth(self, expression: Expression, scope: Scope, extra: Mapping[str, Any] = _NOTHING) -> bool:
        """A condition. Raises Failure for anything but true and false (null included)."""
        value, reasons = self._run(expression, scope, extra)
        if isinstance(value, bool):
            return value
        raise _wrong(expression, said("true or false"), value, reasons)

    def words(self, expression: Expression, scope: Scope) -> str:
        """A text, or a number written as one. Raises Failure for anything else."""
        value, reasons = self._run(expression, scope, _NOTHING)
        if isinstance(value, str):
            return value
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return str(value)
        raise _wrong(expression, said("a text"), value, reasons)

    def number(self, expression: Expression, scope: Scope) -> int:
        """A whole number. Raises Failure for anything else."""
        value, reasons = self._run(expression, scope, _NOTHING)
        if isinstance(value, str) and value.strip().lstrip("-").isdigit():
            return int(value)
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and value == int(value):
            return int(value)
        raise _wrong(expression, said("a whole number"), value, reasons)

    def items(self, expression: Expression, scope: Scope) -> list[Any]:
        """A list. Raises Failure for anything else."""
        value, reasons = self._run(expression, scope, _NOTHING)
        if isinstance(value, list):
            return value
        raise _wrong(expression, said("a list"), value, reasons)

    def evaluate(self, task: Any, expression: Expression, external_context: Any = None) -> Any:
        """SpiffWorkflow's door to expressions: a compiled one, in the scope of its token."""
        return self.value(expression, task.scope, external_context or _NOTHING)

    def execute(self, task: Any, script: Expression, external_context: Any = None) -> bool:
        """SpiffWorkflow's door to scripts: FEEL has no statements, so nothing is executed."""
        self.evaluate(task, script, external_context)
        return True

    def _run(
        self, expression: Expression, scope: Scope, extra: Mapping[str, Any]
    ) -> tuple[Any, tuple[str, ...]]:
        if expression.compiled is None:
            return expression.text, ()
        host = self._case.context.names(scope.chain())
        try:
            outcome = expression.compiled(Visible(scope, extra), host=host)
            value = feel.to_json(outcome.value)
            if isinstance(value, str | list | dict):
                demand_storable(value)
                value = settled(value)
            return value, outcome.reasons
        except BanjieError as refusal:
            raise Failure(
                "expression",
                said(
                    "Expected {place} of {element} to tell, but {sentence}",
                    place=expression.place,
                    element=expression.element,
                    sentence=refusal.sentence,
                ),
            ) from refusal


def _wrong(expression: Expression, wanted: str, value: Any, reasons: tuple[str, ...]) -> Failure:
    because = said(" ({reasons})", reasons=listed(reasons, "; ")) if reasons else ""
    return Failure(
        "expression",
        said(
            "Expected {place} of {element} to be {wanted}, but `{text}` gives {value}{because}",
            place=expression.place,
            element=expression.element,
            wanted=wanted,
            text=expression.text,
            value=_shown(value),
            because=because,
        ),
    )


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else text[:77] + "..."
