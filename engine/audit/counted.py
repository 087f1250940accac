"""The clocks of a case explained day by day: of a case at hand, or counted anew from its dossier alone.

Called by `banjie explain`, the interface, the case page and the dossier itself. From a dossier it takes the
entries, the notices that the last of them ran under and the place's zone and hours, opens no database and
copies no date; whether the dossier is whole is for `offline` to say.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from engine import canonical
from engine.audit import opened
from engine.audit.history import standing
from engine.casework import clocks
from engine.casework.state import CaseState
from engine.clock import read_moment
from engine.errors import BanjieError, Malformed, NotFound, said
from engine.periods import Calendar, Explanation, State, explain, state
from engine.records.entries import Entry, from_row

PLACE = "place.json"
_NO_DOSSIER = (zipfile.BadZipFile, ValueError, KeyError, TypeError, IndexError)


@dataclass(frozen=True)
class Counted:
    """One period of a case. `number` is its key in the case, `calendar` that of the authority it binds."""

    number: int
    standing: State
    calendar: Calendar
    explanation: Explanation

    def as_data(self) -> dict[str, Any]:
        """All of it as plain JSON data, the calendar whole: enough to count it again."""
        ledger = self.explanation.ledger
        return {
            "period": self.number,
            "id": ledger.rule.id,
            "state": self.standing.value,
            "explanation": self.explanation.as_data(),
            "calendar": self.calendar.as_data(),
        }


@dataclass(frozen=True)
class Exported:
    """A case as its dossier tells it, after its last entry, at that entry's `moment`."""

    number: str
    case: CaseState
    calendar: Calendar
    moment: datetime


def counted(case: CaseState, calendar: Calendar, moment: datetime) -> Iterator[Counted]:
    """Every period of the case as it stands at the moment, in the order they began."""
    for number in sorted(case.periods):
        ledger = clocks.ledger_of(case, number)
        own = clocks.calendar_of(case, number, calendar).seen(calendar.local_date(moment))
        yield Counted(number, state(ledger, own, moment), own, explain(ledger, own, moment))


def one(found: list[Counted], wanted: str) -> list[Counted]:
    """Those of a key or of a rule's id; all for "". Raises NotFound where none is."""
    kept = [each for each in found if wanted in ("", str(each.number), each.explanation.ledger.rule.id)]
    if wanted and not kept:
        known = ", ".join(sorted({each.explanation.ledger.rule.id for each in found})) or said("none")
        raise NotFound(
            said("Expected a period of the case ({known}), but found {wanted!r}", known=known, wanted=wanted)
        )
    return kept


def of_dossier(data: bytes) -> Exported:
    """The case of a dossier. Raises Malformed for what is none, or for one whose data were disposed of."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            opened.demand_harmless(archive)
            entries = list(_entries(archive))
            calendar = _calendar(archive, entries[-1])
    except (*_NO_DOSSIER, BanjieError) as error:
        raise Malformed(said("Expected the dossier of a case, but {error}", error=error)) from error
    if any(entry.erased for entry in entries):
        raise Malformed(said("Expected the data of every entry, but some were disposed of"))
    case, number = standing(entries), str(entries[0].answers.get("number") or entries[0].case_id)
    return Exported(number, case, calendar, read_moment(entries[-1].moment))


def place(zone: object, opens: str, closes: str) -> bytes:
    """The file of a dossier that says where its days end."""
    return canonical.dumps({"zone": str(zone), "opens": opens, "closes": closes}).encode()


def _entries(archive: zipfile.ZipFile) -> Iterator[Entry]:
    for line in opened.whole(archive, "entries.jsonl").decode().splitlines():
        row = canonical.loads(line)
        yield from_row(row["stream"], row["seq"], row["case_id"], row["head"], row["payload"])


def _calendar(archive: zipfile.ZipFile, last: Entry) -> Calendar:
    """The calendar of the newest notices the case ran under, where it ran."""
    folder = f"definitions/calendar-{last.digests['calendar'][:12]}/"
    names = [name for name in archive.namelist() if name.startswith(folder) and name.endswith(".toml")]
    texts = {name.removeprefix(folder): opened.whole(archive, name).decode() for name in names}
    if PLACE not in archive.namelist():  # a dossier older than this file
        return Calendar.read(texts)
    where = canonical.loads(opened.whole(archive, PLACE))
    hours = time.fromisoformat(where["opens"]), time.fromisoformat(where["closes"])
    return Calendar.read(texts, hours=hours, zone=where["zone"])


def told(found: Iterator[Counted], language: str) -> str:
    """The count of each period as text, one below the other."""
    return "\n".join(each.explanation.text(language) for each in found)
