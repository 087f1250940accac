"""The numbers of documents (文书): one series per authority, kind and year, without gaps.

Called by the built-in job `banjie.document`, inside the job's own transaction. What a document says is
`definitions.templates`; its bytes are a blob, stored once and never rendered again.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select, update

from engine.records.shared_tables import serial
from engine.records.store import Store


def next_number(
    store: Store, connection: Connection, authority: str, short: str, series: str, day: date
) -> str:
    """The next number of that authority, series and year, without gaps: 青城管许准字〔2026〕第0001号.

    Runs in the job's own transaction, under the lock of the serial's row; if that transaction fails the
    number is not used up.
    """
    key = {"authority": authority, "kind": series, "year": day.year}
    store.insert_new(connection, serial, [{**key, "last": 0}])
    where = (serial.c.authority == authority) & (serial.c.kind == series) & (serial.c.year == day.year)
    connection.execute(update(serial).where(where).values(last=serial.c.last + 1))
    last = connection.execute(select(serial.c.last).where(where)).scalar_one()
    return f"{short}{series}字〔{day.year}〕第{last:04d}号"
