#!/usr/bin/env python3
"""Recompute the open figures of Banjie from their sealed rows, with nothing but Python's standard library.

    python3 recompute.py FIGURES.zip [SEAL.json] [DOSSIER.zip …]

This one file travels inside every export of figures, and the product itself counts with it. It proves three
things. The figures follow from the rows. The rows are all cases there are: the leaves are those of the seal,
every case among them has one row, at the entry and hash that its leaf says, and no row is without its case.
And a row follows from its case: for every dossier that is given, the row is drawn from the journal again and
compared. Whoever has one case in hand can so check that it was counted as it was; whoever trusts nobody asks
for dossiers by lot.

A row holds no personal data: {"stream", "seq", "hash", "procedure", "item", "unit", "received_on",
"closed_on", "outcome", "periods": [{"id", "class", "due_on", "stopped_on", "passed"}], "cards": [level …]}.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

CHINA = timezone(timedelta(hours=8))


def canonical(value: Any) -> str:
    """The one written form of rows and heads."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def row_of(stream: str, seq: int, digest: str, entries: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """What is counted of a case: drawn from its entries' moments and events (type, data) up to `seq`."""
    row: dict[str, Any] = {
        "stream": stream, "seq": seq, "hash": digest, "procedure": "", "item": "", "unit": "",
        "received_on": "", "closed_on": "", "outcome": "", "cards": [],
    }  # fmt: skip
    periods: dict[str, dict[str, Any]] = {}
    cards: dict[str, str] = {}
    for entry in entries:
        for event in entry["events"]:
            _count(row, periods, cards, event["type"], event["data"], _day(str(entry["moment"])))
    row["periods"] = [periods[key] for key in sorted(periods, key=int)]
    row["cards"] = sorted(cards.values())
    return row


def _day(moment: str) -> str:
    """The day of a moment in China: the journal writes UTC, and what came at dawn came that day."""
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone(CHINA).date().isoformat()


def _count(
    row: dict[str, Any],
    periods: dict[str, dict[str, Any]],
    cards: dict[str, str],
    kind: str,
    data: dict[str, Any],
    day: str,
) -> None:
    if kind == "CaseReceived":
        row.update(
            {name: str(data.get(name) or "") for name in ("procedure", "item", "unit")}, received_on=day
        )
    elif kind == "CaseClosed":
        row.update(closed_on=day, outcome=str(data.get("outcome") or ""))
    elif kind == "PeriodOpened":
        rule = data["ledger"]["rule"]
        periods[str(data["period"])] = {
            "id": data["id"], "class": str(rule.get("class") or "statutory"), "due_on": data["due_on"],
            "stopped_on": "", "passed": [],
        }  # fmt: skip
    elif kind == "CardIssued":
        cards[str(data["card"])] = str(data["level"])
    elif kind == "CardRevoked":
        cards.pop(str(data.get("card")), None)
    elif kind.startswith("Period") and str(data.get("period")) in periods:
        period = periods[str(data["period"])]
        period["due_on"] = data.get("due_on") or period["due_on"]
        if kind == "PeriodStopped":
            period["stopped_on"] = data.get("on") or day
        elif kind == "PeriodOverdue":
            period["passed"] = sorted({*period["passed"], str(data.get("limit"))})


def figures(rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The published figures by procedure, each a whole number; per cent are left to the reader.

    received, closed, outcomes, days from reception to closing (natural days; the middle and the one that nine
    of ten cases do not exceed, by nearest rank), statutory periods ended and those of them whose statutory
    limit had passed, cards by level that stand.
    """
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["procedure"], []).append(row)
    return {name: _figures(found) for name, found in sorted(groups.items())}


def _figures(rows: list[dict[str, Any]]) -> dict[str, Any]:
    closed = [row for row in rows if row["closed_on"]]
    days = sorted(_days(row["received_on"], row["closed_on"]) for row in closed)
    ended = [p for row in rows for p in row["periods"] if p["stopped_on"] and p["class"] == "statutory"]
    return {
        "received": len(rows),
        "closed": len(closed),
        "outcomes": _tally(row["outcome"] for row in closed),
        "days": {"middle": _rank(days, 50), "nine_of_ten": _rank(days, 90)},
        "statutory_periods_ended": len(ended),
        "statutory_periods_late": sum("statutory" in period["passed"] for period in ended),
        "cards": _tally(level for row in rows for level in row["cards"]),
    }


def _tally(values: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for value in values:
        found[value] = found.get(value, 0) + 1
    return dict(sorted(found.items()))


def _days(begin: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(begin)).days


def _rank(values: list[int], share: int) -> int | None:
    return values[max(0, -(-len(values) * share // 100) - 1)] if values else None


# --- checking --------------------------------------------------------------------------------------


def _hash(name: str, data: bytes) -> bytes:
    if name not in ("sha256", "sm3"):
        raise ValueError(f"Expected the hash function sha256 or sm3, but found {name}")
    return hashlib.new(name, data).digest()


def _root(leaves: list[str], name: str) -> str:
    level = [_hash(name, b"\x00" + leaf.encode()) for leaf in leaves]
    if not level:
        return _hash(name, b"").hex()
    while len(level) > 1:
        paired = [_hash(name, b"\x01" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0].hex()


def faults(path: Path, others: Iterable[Path] = ()) -> Iterator[str]:
    """Everything in an export of figures that does not hold; `others` are seals and dossiers."""
    with zipfile.ZipFile(path) as archive:
        rows = [json.loads(line) for line in archive.read("rows.jsonl").splitlines()]
        leaves = [json.loads(line) for line in archive.read("leaves.jsonl").splitlines()]
        told, seal = json.loads(archive.read("figures.json")), json.loads(archive.read("seal.json"))
    yield from _seal_faults(seal, leaves)
    yield from _coverage(rows, leaves)
    if figures(rows) != told:
        yield "Expected the figures to follow from the rows, but they do not"
    for other in others:
        yield from _dossier_faults(other, rows) if zipfile.is_zipfile(other) else _same(seal, other)


def _seal_faults(seal: dict[str, Any], leaves: list[list[Any]]) -> Iterator[str]:
    """Whether the seal is whole, and the leaves are all that it was made over, each stream once."""
    body, name = json.loads(seal["body"]), f"seal {seal['number']}"
    if _hash(body["alg"], seal["body"].encode()).hex() != seal["hash"]:
        yield f"{name}: Expected the hash of its body, but it has another"
    if len(leaves) != body["count"] or len({leaf[0] for leaf in leaves}) != len(leaves):
        yield f"{name}: Expected {body['count']} leaves, each of another stream, but found {len(leaves)}"
    if _root([canonical(leaf) for leaf in leaves], body["alg"]) != body["root"]:
        yield f"{name}: Expected its root over the leaves, but they have another"


def _coverage(rows: list[dict[str, Any]], leaves: list[list[Any]]) -> Iterator[str]:
    sealed = {leaf[0]: (leaf[1], leaf[2]) for leaf in leaves if leaf[0].startswith("case:")}
    seen: set[str] = set()
    for row in rows:
        if row["stream"] in seen:
            yield f"{row['stream']}: Expected one row, but found two"
        seen.add(row["stream"])
        if sealed.get(row["stream"]) != (row["seq"], row["hash"]):
            yield f"{row['stream']}: Expected the entry and hash of the seal, but the row has others"
    for stream in sorted(set(sealed) - seen):
        yield f"{stream}: Expected a row, but the case was left out"


def _same(seal: dict[str, Any], path: Path) -> Iterator[str]:
    if json.loads(path.read_bytes()) != seal:
        yield f"{path.name}: Expected the seal kept outside to be the seal of the figures, but it differs"


def _dossier_faults(path: Path, rows: list[dict[str, Any]]) -> Iterator[str]:
    """Draw the row of a dossier's case again. That the dossier itself is whole, its own program proves."""
    with zipfile.ZipFile(path) as archive:
        entries = [json.loads(line) for line in archive.read("entries.jsonl").splitlines()]
    stream = entries[0]["stream"]
    row = next((one for one in rows if one["stream"] == stream), None)
    if row is None:
        yield f"{path.name}: Expected a row of {stream}, but there is none"
        return
    counted = [entry for entry in entries if entry["seq"] <= row["seq"]]
    if not counted or counted[-1]["hash"] != row["hash"]:
        yield f"{path.name}: Expected the chain of {stream} to reach the row's hash, but it does not"
    elif any(entry["payload"] is None for entry in counted):
        yield f"{path.name}: Expected data to draw the row from, but they have been disposed of"
    else:
        told = [{"moment": e["moment"], "events": json.loads(e["payload"])["events"]} for e in counted]
        if row_of(stream, row["seq"], row["hash"], told) != row:
            yield f"{path.name}: Expected the row of {stream} to follow from its journal, but it does not"


if __name__ == "__main__":
    found = list(faults(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]))
    sys.stdout.write("\n".join(found) + "\n" if found else "The figures hold.\n")
    sys.exit(1 if found else 0)
