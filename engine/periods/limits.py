"""Lengths of time as the law writes them: `20W`, `90N`, `3M`, `2Y`, `24H`.

Called by the rules and the ledger. Never counts: a length becomes a date in `counting` only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from engine.errors import Finding, Malformed, said

LONGEST = 9999
"""The largest figure a limit may carry; more is a slip of the pen."""

_FORM = re.compile(r"([1-9][0-9]{0,3})([WNMYH])", re.ASCII)


class Kind(StrEnum):
    """What a period is counted in."""

    WORKING_DAYS = "W"
    NATURAL_DAYS = "N"
    MONTHS = "M"
    YEARS = "Y"
    HOURS = "H"


_UNIT_ZH = {"W": "个工作日", "N": "日", "M": "个月", "Y": "年", "H": "小时"}
_UNIT_EN = {"W": "working day", "N": "day", "M": "month", "Y": "year", "H": "hour"}


@dataclass(frozen=True)
class Limit:
    """A number of units of one kind. `str(limit)` is the form the law files use ("20W")."""

    number: int
    kind: Kind

    @classmethod
    def read(cls, text: str, where: str = "limit") -> Limit:
        """The limit written as a whole number and one of W, N, M, Y, H. Raises Malformed."""
        found = _FORM.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            sentence = said(
                "Expected a limit such as 20W, 90N, 3M, 2Y or 24H (1 to {longest}), but found {text!r}",
                longest=LONGEST,
                text=text,
            )
            raise Malformed(sentence, [Finding(where, sentence, "period.limit")])
        return cls(int(found[1]), Kind(found[2]))

    def __str__(self) -> str:
        return f"{self.number}{self.kind.value}"

    @property
    def in_months(self) -> int:
        """The number of months of a limit of months or years. Raises ValueError for the other kinds."""
        if self.kind not in (Kind.MONTHS, Kind.YEARS):
            raise ValueError(said("Expected months or years, but {self} is neither", self=self))
        return self.number * (12 if self.kind is Kind.YEARS else 1)

    def comparable(self, other: Limit) -> bool:
        """Whether the two are counted alike, so that one may be added to or compared with the other."""
        months = {Kind.MONTHS, Kind.YEARS}
        return self.kind is other.kind or {self.kind, other.kind} <= months

    def plus(self, other: Limit) -> Limit:
        """Both lengths together. Raises ValueError where they are not comparable."""
        self._demand_comparable(other)
        if self.kind is other.kind:
            return Limit(self.number + other.number, self.kind)
        return Limit(self.in_months + other.in_months, Kind.MONTHS)

    def exceeds(self, other: Limit) -> bool:
        """Whether this length is longer than the other. Raises ValueError where they do not compare."""
        self._demand_comparable(other)
        if self.kind is other.kind:
            return self.number > other.number
        return self.in_months > other.in_months

    def words(self, language: str = "zh") -> str:
        """The length for people: `20个工作日`, `20 working days`."""
        if language == "zh":
            return f"{self.number}{_UNIT_ZH[self.kind.value]}"
        return f"{self.number} {_UNIT_EN[self.kind.value]}{'' if self.number == 1 else 's'}"

    def _demand_comparable(self, other: Limit) -> None:
        if not self.comparable(other):
            raise ValueError(
                said(
                    "Expected two lengths counted alike, but {self} and {other} are not",
                    self=self,
                    other=other,
                )
            )
