"""Words that leave the tier to the reader: a condition must state facts that can be measured or seen.

Called by `prove`. The list is the office's own ban (domain reference 3.16.1, rule 2); terms of law that
merely contain such a word are let through. Looks at conditions and at what columns are called, never at
results.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.dmn.proof.finding import ProofFinding, place_of
from engine.dmn.proof.grid import Grid
from engine.errors import said

_WORDS = (
    "情节特别严重", "情节严重", "情节较重", "情节轻微", "情节较轻", "情节恶劣", "情节一般",
    "后果特别严重", "后果严重", "后果较重", "后果轻微", "危害较大", "危害严重", "影响恶劣", "影响较大",
    "数额特别巨大", "数额巨大", "数额较大", "较轻", "较重", "轻微", "严重", "恶劣", "一般", "特别",
    "多次", "屡次", "态度", "适当", "酌情", "视情", "可以",
)  # fmt: skip
_TERMS = (
    "一般纳税人", "一般程序", "一般公共预算", "特别行政区", "特别程序", "特别重大事故", "特别法", "严重失信",
    "严重违法失信",
)  # fmt: skip

_TERM = re.compile("|".join(_TERMS))
_VAGUE = re.compile("|".join(_WORDS) + r"|等(?=$|[\s，,、。；;）)」”\"]|情形|情节|情况|行为)")


def vague_words(text: str) -> list[str]:
    """The vague words in a text, each once, in their order."""
    return list(dict.fromkeys(_VAGUE.findall(_TERM.sub("", text))))


def vague_conditions(grid: Grid) -> Iterator[ProofFinding]:
    """A finding for each condition and each column that speaks in vague words."""
    table = grid.table
    for clause in table.inputs:
        for word in vague_words(f"{clause.label} {clause.source}"):
            sentence = said(
                "Expected a column to name a fact, but {label} says “{word}”",
                label=clause.label or clause.source,
                word=word,
            )
            yield ProofFinding("vague", sentence, where=clause.id, line=table.line)
    for rule in table.rules:
        for clause, cell in zip(table.inputs, rule.tests, strict=True):
            for word in vague_words(cell.text):
                yield _in_rule(grid, rule.index, clause.source, word)


def _in_rule(grid: Grid, rule: int, source: str, word: str) -> ProofFinding:
    sentence = said(
        "Expected rule {rule} to state {source} as a fact that can be measured, but it says “{word}”",
        rule=rule,
        source=source,
        word=word,
    )
    box = {place: regions for place, regions in grid.box(rule - 1).items() if regions}
    return ProofFinding("vague", sentence, (rule,), grid.witness(box), **place_of(grid.table, (rule,)))
