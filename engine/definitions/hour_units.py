"""The hours of authorities name units there are: a code nobody bears would leave one without its hours.

Asked by `deployment` before a calendar is kept. It reads plain data of the tree of units and never judges the
hours themselves (`engine.periods.hours`); an installation that has no units yet takes any.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine import canonical
from engine.definitions.bundles import Bundle
from engine.errors import Finding, IllegalDefinition, said
from engine.periods.hours import hours_of

UNITS_FILE = "units.json"


def demand_known(calendar: Bundle, trees: Iterable[Bundle]) -> None:
    """Refuse hours of unknown units, with every one of them. Raises IllegalDefinition."""
    known = {
        str(unit["code"])
        for tree in trees
        for unit in canonical.loads(tree.files[UNITS_FILE].decode())["units"]
    }
    findings = list(_unknown(calendar, known)) if known else []
    if findings:
        first = findings[0].sentence
        raise IllegalDefinition(said("Expected hours of units there are, but {first}", first=first), findings)


def _unknown(calendar: Bundle, known: set[str]) -> Iterator[Finding]:
    for entry in hours_of(calendar.texts(".toml")):
        for code in entry.units:
            # An entry holds for every unit whose code continues its own after a dot.
            if code not in known and not any(one.startswith(f"{code}.") for one in known):
                sentence = said(
                    "Expected the hours {id!r} to name units of the organisation, but {code!r} is none",
                    id=entry.id,
                    code=code,
                )
                yield Finding(entry.id, sentence, "hours.unit")
