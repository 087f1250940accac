"""The open figures of everything sealed, as a file that an outsider recomputes.

Called by `banjie export --format figures`. It counts what the newest seal covers and nothing after it, so
that whoever holds the seal can tell that no case was left out. Counting itself is `figures`, which travels
along.
"""

from __future__ import annotations

import inspect
import io
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from engine import canonical
from engine.audit import figures
from engine.errors import NotFound, said
from engine.records import journal, seals

READ_ME = """公开统计

figures.json      按办理事项统计
rows.jsonl        每个案件一行，不含个人信息
seal.json         这些案件所依据的封存
leaves.jsonl      该封存所覆盖的全部记录流：名称、最后一条的序号和摘要，每行一个，按封存中的次序
recompute.py      核算程序：python3 recompute.py <本文件> [库外保存的封存.json] [案卷包.zip …]
"""


def make(connection: Connection) -> bytes:
    """The figures as a ZIP file. Raises NotFound where nothing has been sealed yet."""
    seal = seals.latest(connection)
    if seal is None:
        raise NotFound(said("Expected a seal to count under, but nothing has been sealed yet: banjie seal"))
    leaves = seals.leaves(connection)
    rows = list(_rows(connection, leaves))
    files = {
        "README.txt": READ_ME,
        "rows.jsonl": "\n".join(canonical.dumps(row) for row in rows),
        "figures.json": canonical.dumps(figures.figures(rows)),
        "leaves.jsonl": "\n".join(map(seals.leaf, leaves)),
        "seal.json": canonical.dumps(seal.as_data()),
        "recompute.py": inspect.getsource(figures),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text.encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _rows(connection: Connection, leaves: Iterable[seals.Head]) -> Iterator[dict[str, Any]]:
    for stream, seq, digest in leaves:
        if stream.startswith("case:"):
            told = [
                {"moment": entry.moment, "events": [event.as_data() for event in entry.events if event.data]}
                for entry in islice(journal.read(connection, stream), seq)
            ]
            yield figures.row_of(stream, seq, digest, told)
