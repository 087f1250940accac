"""What a lint rule is: an identifier, the clause it enforces, a grade, and the search for its faults.

Used by every module of the lint; `engine.bpmn.lint.check` runs all rules. It never reads a file and
never decides what happens to a refused model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.bpmn.lint.model import Model
from engine.bpmn.xml import Element, line
from engine.errors import Finding

Fault = tuple[Element, str]
Faults = Iterator[Fault]

ERROR = "error"  # breaks BPMN, whatever the process is for
EXECUTION = "execution"  # concerns running it: a note where the process is not executable
LETTER = "letter"  # breaks BPMN's letter; a note in files of the Camunda 8 dialect, which does not keep it
STRICT = "strict"  # both: an error where the process is executable and the file is not of that dialect
NOTE = "note"  # reported, never refused


@dataclass(frozen=True)
class Rule:
    """One rule: `id` such as "bpmn.flow.default-source", `clause` of BPMN 2.0.2 or of the dialect."""

    id: str
    clause: str
    grade: str
    find: Callable[[Model], Faults]

    @property
    def text(self) -> str:
        """The rule in one sentence."""
        return (self.find.__doc__ or "").strip()

    def check(self, model: Model) -> list[Finding]:
        """All findings of this rule, in the file's order as the rule meets them."""
        return [self._finding(model, element, sentence) for element, sentence in self.find(model)]

    def _finding(self, model: Model, element: Element, sentence: str) -> Finding:
        return Finding(model.where(element), sentence, self.id, line(element), self._severity(model, element))

    def _severity(self, model: Model, element: Element) -> str:
        if self.grade in (EXECUTION, STRICT) and not model.executable(element):
            return NOTE
        if self.grade in (LETTER, STRICT) and model.is_camunda_8:
            return NOTE
        return NOTE if self.grade == NOTE else ERROR


def rule(identifier: str, clause: str, grade: str = ERROR) -> Callable[[Callable[[Model], Faults]], Rule]:
    """Make a rule of a function that yields (element, sentence) for each fault; its docstring is the rule."""

    def make(find: Callable[[Model], Faults]) -> Rule:
        return Rule(identifier, clause, grade, find)

    return make


def rules_of(module: dict[str, object]) -> tuple[Rule, ...]:
    """The rules a module defines, in the order they are written: `RULES = rules_of(globals())`."""
    return tuple(value for value in module.values() if isinstance(value, Rule))
