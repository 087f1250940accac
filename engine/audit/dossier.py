"""The case dossier: everything an outsider needs to check a case, in one ZIP file.

Called by `banjie export` and the auditor's page. Holds the entries as stored, the documents and
uploads, the definitions the case ran under, the seals, the story in words, and the verification program.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from engine import canonical
from engine.audit import approvals, counted, naming, narrative, one_file, past, witnesses
from engine.audit.history import standing, steps
from engine.casework.runtime import Runtime
from engine.clock import read_moment
from engine.errors import NotFound, said
from engine.records import blobs, journal, seals, stamps
from engine.records.tables import disposition

READ_ME = """案卷 {number}

entries.jsonl     日志记录，每行一条，与数据库所存逐字节一致
witnesses.jsonl   组织和执法人员库的日志：全部摘要，仅附本案有关人员的内容
files/            文书、附件
definitions/      办理所依据的流程、表单、期限、日历、监督规则
dispositions.jsonl 经批准销毁的数据：哪条记录、谁批准、依据
disposals.jsonl   有数据被销毁时：销毁记录的日志，全部摘要，仅附本案的内容
seals.jsonl       截至导出时的全部封存
proofs.json       本案及组织、执法人员库的日志在各次封存中的位置及其证明，不涉及其他案件
narrative.txt     经过
periods.txt       每个期限逐日计算的过程
place.json        计算期限所用的时区和办公时间
stamps/           外部时间戳机构的回答。核验其签名：
                  openssl ts -verify -data stamps/seal-1.body -in stamps/seal-1.tsr -CAfile 机构根证书.pem
verify.py         核验程序：python3 verify.py <本文件> [库外保存的封存.json]
                  不连数据库，只凭本文件重新逐日计算期限：banjie explain <本文件>
"""


def make(connection: Connection, runtime: Runtime, case_id: int) -> bytes:
    """The dossier of a case as a ZIP file. Raises NotFound."""
    stream = journal.case_stream(case_id)
    rows = list(journal.rows(connection, stream))
    if not rows:
        raise NotFound(said("没有案件{case_id}", case_id=case_id))
    entries = list(journal.read(connection, stream))
    files = dict(_files(connection, rows))
    files.update(_definitions(connection, runtime, entries))
    number = str(entries[0].answers.get("number") or case_id)
    disposals = _disposals(connection, stream)
    streams = (stream, *past.STREAMS, *([approvals.DISPOSITIONS] if disposals else []))
    made = {
        "README.txt": READ_ME.format(number=number).encode(),
        "entries.jsonl": _lines(rows),
        "seals.jsonl": _lines([seal.as_data() for seal in seals.all_seals(connection)]),
        "proofs.json": proofs(connection, streams),
        "narrative.txt": _narrative(connection, runtime, entries),
        "dispositions.jsonl": _lines(_dispositions(connection, stream)),
        **({"disposals.jsonl": _lines(disposals)} if disposals else {}),
        "witnesses.jsonl": _lines(witnesses.of_case(connection, entries)),
        "verify.py": one_file.program().encode(),
        **_periods(connection, runtime, entries),
        **files,
        **_stamps(connection),
    }
    digests = {name: canonical.digest_bytes(data) for name, data in made.items()}
    made["manifest.json"] = canonical.dumps({"case": number, "files": digests}).encode()
    return _zipped(made)


def _narrative(connection: Connection, runtime: Runtime, entries: list[Any]) -> bytes:
    names = naming.of_case(connection, runtime, entries)
    return "\n".join(narrative.tell(steps(entries), runtime.settings.zone, names=names)).encode()


def _periods(connection: Connection, runtime: Runtime, entries: list[Any]) -> dict[str, bytes]:
    """Where the days of its periods end, and the periods day by day as they stand after the last entry."""
    settings = runtime.settings
    made = {counted.PLACE: counted.place(settings.zone, settings.opens, settings.closes)}
    if not any(entry.erased for entry in entries):
        last = entries[-1]
        calendar = runtime.calendar(connection, last.digests["calendar"])
        found = counted.counted(standing(entries), calendar, read_moment(last.moment))
        made["periods.txt"] = counted.told(found, "zh").encode()
    return made


def _lines(rows: list[Mapping[str, Any]] | list[dict[str, object]]) -> bytes:
    return "\n".join(canonical.dumps(dict(row)) for row in rows).encode()


def proofs(connection: Connection, streams: tuple[str, ...]) -> bytes:
    """Where streams stood in each seal: {"nodes": [node …], "proofs": [{"seal", "leaf": [stream, seq, hash],
    "index", "path": [place of the node …]} …]}. Nodes that several paths share stand there once."""
    nodes: dict[str, int] = {}
    told = [
        {
            "seal": proof.seal,
            "leaf": list(proof.leaf),
            "index": proof.index,
            "path": [nodes.setdefault(node, len(nodes)) for node in proof.path],
        }
        for proof in seals.proofs(connection, streams)
    ]
    return canonical.dumps({"nodes": list(nodes), "proofs": told}).encode()


def _dispositions(connection: Connection, stream: str) -> list[dict[str, Any]]:
    """Who approved that data were disposed of, in the case and in the streams of its witnesses."""
    query = select(disposition).where(disposition.c.stream.in_((stream, *past.STREAMS)))
    rows = connection.execute(query.order_by(disposition.c.stream, disposition.c.seq))
    return [dict(row._mapping) for row in rows]


def _disposals(connection: Connection, stream: str) -> list[dict[str, Any]]:
    """Every head of the stream of dispositions, with the data of those entries that tell of this case.

    Nothing where no data of it were ever disposed of.
    """
    names = ("stream", "seq", "moment", "head", "hash")
    made, told = [], False
    for row in journal.rows(connection, approvals.DISPOSITIONS):
        events = canonical.loads(row["payload"])["events"] if row["payload"] else []
        mine = any(event["data"].get("stream") == stream for event in events)
        told = told or mine
        made.append({**{name: row[name] for name in names}, "payload": row["payload"] if mine else None})
    return made if told else []


def _files(connection: Connection, rows: list[Mapping[str, Any]]) -> Iterator[tuple[str, bytes]]:
    for row in rows:
        if row["payload"] is not None:
            for sha256 in sorted(set(blobs.named_in(canonical.loads(row["payload"])))):
                if blobs.exists(connection, sha256):
                    yield f"files/{sha256}", blobs.get(connection, sha256)


def _definitions(connection: Connection, runtime: Runtime, entries: list[Any]) -> Iterator[tuple[str, bytes]]:
    wanted: dict[str, str] = {}
    for entry in entries:
        wanted.update({digest: kind for kind, digest in entry.digests.items() if kind != "engine"})
        wanted.update(dict.fromkeys(entry.answers.get("called", {}).values(), "package"))
    for digest, kind in sorted(wanted.items()):
        bundle = runtime.shelf.bundle(connection, digest)
        folder = f"definitions/{kind}-{digest[:12]}"
        yield f"{folder}/manifest.json", bundle.manifest.encode()
        for path, data in bundle.files.items():
            yield f"{folder}/{path}", data


def _stamps(connection: Connection) -> dict[str, bytes]:
    """Each time-stamp with the body it is of, as `openssl ts -verify` takes them."""
    bodies = {seal.number: seal.body.encode() for seal in seals.all_seals(connection)}
    made = {}
    for stamp in stamps.kept(connection):
        name = f"stamps/seal-{stamp.seal}"
        made.update({f"{name}.tsr": stamp.response, f"{name}.body": bodies.get(stamp.seal, b"")})
    return made


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()
