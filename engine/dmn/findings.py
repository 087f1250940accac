"""What a reader found wrong with a decision model, collected so that all of it is told at once.

Used by the readers of this package alone; refuses nothing by itself until `refuse` is called.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.dmn.xml import Node
from engine.errors import Finding, IllegalDefinition, said


@dataclass(slots=True)
class Findings:
    """Collects findings; where `strict` is off, faulty expressions are kept as reasons instead.

    `within` is the element being read: it stands for parts of it that have no id of their own.
    """

    strict: bool = True
    found: list[Finding] = field(default_factory=list)
    within: str = ""

    def add(self, node: Node, rule: str, sentence: str, *, line: int | None = None) -> None:
        """Note a fault of an element; `rule` is the stable id of the check."""
        where = node.get("id") or self.within or node.get("name") or node.name
        self.found.append(Finding(where, sentence, rule, line or node.line))

    def refuse(self, name: str, *, always: bool = False) -> None:
        """Raise IllegalDefinition with everything found, if anything was and reading is strict."""
        if self.found and (self.strict or always):
            count = len(self.found)
            raise IllegalDefinition(
                said(
                    "Expected the decision model “{name}” to be legal, but it has {count} fault(s): "
                    "{sentence}",
                    name=name,
                    count=count,
                    sentence=self.found[0].sentence,
                ),
                self.found,
            )
