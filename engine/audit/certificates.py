"""Certificates (check 16): what a case was told of officers' certificates, and what rests on them.

Called by `authority`. Written into the one file of the offline program, so it needs nothing but the standard
library. A procedure that demands certificates looks them up in the register of officers (SOD-4); one that
looks none up demands none.
"""

from __future__ import annotations

from typing import Any

from engine.audit.past import OFFICERS, Found, Past, Row, before, day, said, valid


class Certificates:
    """The certificates that a case has looked up, each held against the register of that day."""

    def __init__(self, past: Past) -> None:
        self.past = past
        self.moment = ""
        self.jobs: dict[Any, tuple[str, Row]] = {}
        self.holders: dict[str, str] = {}
        self.looked_up: list[tuple[str, bool]] = []

    def asked(self, data: Row) -> None:
        """Remember a certificate that is looked up (SOD-4): its procedure demands one."""
        number = (data.get("input") or {}).get("key")
        if (data.get("headers") or {}).get("register") == "officers" and isinstance(number, str):
            self.jobs[data["instance"]] = (self.moment, {**data["headers"], "key": number})

    def answered(self, data: Row) -> Found:
        """What the case was told of a certificate is what the register held."""
        if data["key"] not in self.jobs:
            return
        asked, job = self.jobs.pop(data["key"])
        told, number = data["result"].get(job.get("variable", "row")), job["key"]
        stood = self.past.at(("officer", number), self.moment, min(asked, before(self.moment)))
        if told is None and not stood:
            self.looked_up.append((number, False))
        elif OFFICERS not in self.past.gaps and not any(
            told is not None and _facts(told) == _facts(row) for row in stood
        ):
            wrong = said(
                "Expected the certificate {number} as the register of officers had it on "
                "{day}, but the case was told otherwise",
                number=number,
                day=day(self.moment),
            )
            yield 16, wrong
        for row in stood[-1:]:
            self.holders[row.get("person") or ""] = number
            self.looked_up.append((number, any(valid(one, day(self.moment)) for one in stood)))

    def act(self, data: Row) -> Found:
        """Whoever enforces the law has a certificate that is valid on the day (《行政处罚法》第四十二条)."""
        number = self.holders.get(data["person"])
        if number and data["role"] == "handler":
            days = {day(self.moment), day(before(self.moment))}
            stood = self.past.at(("officer", number), self.moment)
            if not any(valid(row, one) for row in stood for one in days):
                until = "; ".join(
                    f"{r.get('state')} {r.get('valid_from')}/{r.get('valid_to', '')}" for r in stood
                )
                wrong = said(
                    "Expected {person} to hold a valid certificate on {day} for {element}, "
                    "but {number} was {found}",
                    person=data["person"],
                    day=day(self.moment),
                    element=data["element"],
                    number=number,
                    found=until,
                )
                yield 16, wrong

    def penalty(self, data: Row) -> Found:
        """A penalty is decided only where the two certificates looked up last differ and were valid."""
        on_the_spot = data.get("role") == "handler" and data["data"].get("officers_signed") is not None
        penalty = data.get("act") == "decide" and (data["data"].get("decision") == "penalise" or on_the_spot)
        last = self.looked_up[-2:]
        if penalty and last and len({number for number, counts in last if counts}) != 2:
            wrong = said(
                "Expected two officers with valid certificates before {element}, but the case has {found}",
                element=data["element"],
                found=", ".join(number for number, counts in last if counts) or "–",
            )
            yield 16, wrong


def _facts(row: Row) -> Row:
    """A row of the register without its key, and without its state, which follows from the day."""
    return {name: value for name, value in row.items() if name not in ("key", "state")}
