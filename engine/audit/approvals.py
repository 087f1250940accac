"""Who approved that data were disposed of, as the stream `dispositions` tells it (ISO 15489-1, 9.9).

Called by `erased` on the database and, written into the one file of the offline program, on a dossier: so it
needs nothing but the standard library. A row that lets the database erase something proves nothing by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from engine.audit.past import Row, Sentence, said

DISPOSITIONS = "dispositions"


def approved_in(row: Row) -> Iterator[Row]:
    """What one entry of the stream disposed of: {act, stream, last, head, by}; of a file `last` is 0."""
    told = json.loads(row["payload"]) if row["payload"] else {"command": {}, "events": []}
    command = told["command"]
    by = [command.get("approver", {}).get("person"), row["moment"], command.get("basis")]
    for event in told["events"]:
        data: dict[str, Any] = event["data"]
        stream = data["stream"] if event["type"] == "DataDisposed" else f"blob:{data.get('hash')}"
        last = int(data.get("entries", 0))
        yield {"act": row["seq"], "stream": stream, "last": last, "head": data.get("head"), "by": by}


def covers(act: Row, row: Row) -> bool:
    """Whether a row of the table of dispositions says what an act approved."""
    by = [row["approved_by"], row["approved_at"], row["basis"]]
    return bool(
        (act["stream"], act["by"]) == (row["stream"], by)
        and min(act["last"], 1) <= int(row["seq"]) <= act["last"]
    )


def unapproved(
    marked: list[Row], acts: list[Row], stream: str, hashes: Row
) -> Iterator[tuple[Any, Sentence]]:
    """Rows that no act approves, and acts of another chain than that of `hashes` (by place, as text)."""
    for row in marked:
        if not any(covers(act, row) for act in acts):
            name = f"{row['stream']} #{row['seq']}"
            yield (
                row["seq"],
                said(
                    "{name}: Expected dispositions to tell who approved its disposal, but it does not",
                    name=name,
                ),
            )
    for act in acts:
        if act["stream"] == stream and hashes.get(str(act["last"])) != act["head"]:
            name = f"{stream} #{act['last']}"
            yield (
                act["last"],
                said(
                    "{name}: Expected it as dispositions #{act} disposed of it, but it differs or is gone",
                    name=name,
                    act=act["act"],
                ),
            )
