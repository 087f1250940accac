"""The doors of the package: `parse`, `compile`, `evaluate`, `unary_tests`.

Called by whoever holds a FEEL text. Keeps compiled texts in a bounded cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import DecimalException
from functools import lru_cache

from engine.errors import ExpressionError, Malformed, TooLarge, said
from engine.feel.builtins import BUILT_INS
from engine.feel.compiler import Compiler
from engine.feel.convert import normal
from engine.feel.names import KnownNames, name_table
from engine.feel.parser import Parser
from engine.feel.scope import MISSING, STEP_LIMIT, Run, Scope, State
from engine.feel.tree import Node
from engine.feel.values import NO_NAMES, Outcome, Value

_BUILT_IN_NAMES = frozenset(BUILT_INS)
_CACHED, _CACHED_LONG, _LONG = 8192, 64, 2000
"""Texts kept: so many up to the length `_LONG`, and so many beyond it."""


class Compiled:
    """A FEEL text ready to run.

    `free_names` are the variables it reads (no built-ins; names inside a filter may be entries and are
    left out), `roots` every name it may look up outside itself, `calls` the names of the functions it
    calls, `text` what was written.
    """

    __slots__ = ("_run", "_wanted", "calls", "free_names", "roots", "text")

    def __init__(
        self, text: str, run: Run, roots: Iterable[str], free: frozenset[str], calls: frozenset[str]
    ) -> None:
        self.text = text
        self.free_names = free
        self.calls = calls
        self._run = run
        self.roots = frozenset(roots)
        self._wanted = tuple(sorted(self.roots))

    def __call__(
        self,
        variables: Mapping[str, object],
        *,
        host: Mapping[str, object] = NO_NAMES,
        settled: bool = False,
        steps: int = STEP_LIMIT,
    ) -> Outcome:
        """Evaluate. Names of the host hide variables of the same name.

        `settled` says that the variables hold FEEL values already, so that they are taken as they are;
        `steps` is the budget where less than the usual one is left.
        Raises TooLarge where the budget of steps, depth or size is used up, Malformed for a variable of
        a class FEEL does not have.
        """
        state = State(host)
        state.steps = steps = min(steps, STEP_LIMIT)
        names: dict[str, Value] = {}
        try:
            for name in self._wanted:
                value = host.get(name, MISSING)
                lent = value is not MISSING
                if not lent:
                    value = variables.get(name, MISSING)
                if value is not MISSING:
                    names[name] = normal(value) if lent or not settled else value
            value = self._run(Scope(names, None, state))
        except RecursionError:
            raise TooLarge(
                said("Expected an expression of less depth, but it nests too deep to follow")
            ) from None
        except DecimalException:
            raise Malformed(said("Expected finite numbers, but a variable holds one that is not")) from None
        return Outcome(value, tuple(state.reasons), steps - state.steps)


def parse(text: str, *, names: Iterable[str] = (), unary: bool = False) -> Node:
    """The tree of an expression, or of unary tests.

    `names` are known names; of those that hold spaces or operators the longest that fits wins.
    Raises ExpressionError with line and column.
    """
    known = KnownNames((name_table(_BUILT_IN_NAMES), name_table(frozenset(names))))
    try:
        parser = Parser(text, known)
        return parser.unary_text() if unary else parser.expression_text()
    except RecursionError:
        raise ExpressionError(said("Expected an expression of less depth, but it nests too deep")) from None


def compile(text: str, *, names: Iterable[str] = (), unary: bool = False) -> Compiled:
    """The text made ready to run; the last thousands are kept. Raises ExpressionError."""
    keep = _compiled if len(text) <= _LONG else _compiled_long
    return keep(text, frozenset(names), unary)


def _made(text: str, names: frozenset[str], unary: bool) -> Compiled:
    tree = parse(text, names=names, unary=unary)
    compiler = Compiler(BUILT_INS)
    try:
        run = compiler.run(tree)
    except RecursionError:
        raise ExpressionError(said("Expected an expression of less depth, but it nests too deep")) from None
    return Compiled(text, run, compiler.roots, frozenset(compiler.free), frozenset(compiler.calls))


_compiled = lru_cache(maxsize=_CACHED)(_made)
_compiled_long = lru_cache(maxsize=_CACHED_LONG)(_made)


def unary_tests(text: str, names: Iterable[str] = ()) -> Compiled:
    """The cell of a decision table; run it with the input as the variable `?`.

    The outcome's value is True, False or None.
    """
    return compile(text, names=names, unary=True)


def evaluate(
    text: str,
    variables: Mapping[str, object] = NO_NAMES,
    host: Mapping[str, object] = NO_NAMES,
    *,
    names: Iterable[str] | None = None,
) -> Outcome:
    """Compile and run in one go; without `names` those of the variables and the host are known."""
    known = (*variables, *host) if names is None else names
    return compile(text, names=known)(variables, host=host)
