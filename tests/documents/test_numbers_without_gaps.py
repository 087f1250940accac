"""Numbers of documents have neither gap nor double: whatever fails, however many machines, whichever year."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest
from diagrams import diagram
from founded import runtime_over
from word_samples import notice

from engine.casework import founding, jobs
from engine.casework.commands import Receive
from engine.casework.runtime import Runtime
from engine.casework.state import loads
from engine.definitions.bundles import Bundle
from engine.organisation.model import Actor

DAY = date(2026, 3, 2)
DIAGRAM = diagram(
    """
    <startEvent id="begun"/>
    <serviceTask id="write">
      <extensionElements>
        <zeebe:taskDefinition type="banjie.document" retries="1"/>
        <zeebe:taskHeaders>
          <zeebe:header key="template" value="notice"/>
          <zeebe:header key="kind" value="告知书"/>
          <zeebe:header key="series" value="告"/>
        </zeebe:taskHeaders>
      </extensionElements>
    </serviceTask>
    <userTask id="keep"/>
    begun -> write
    write -> keep
    """,
    process="tell",
)
ITEM = '[[item]]\ncode = "TELL"\nprocedure = "tell"\nname = "告知"\nunits = ["shinan.cg", "laoshan.cg"]\n'
LOOPS = (
    "{% for point in points %}<p>{{ point }}{% for one in points %}{{ point }}{% endfor %}</p>{% endfor %}"
)
TOO_LONG = {"points": ["长" * 2_000] * 50}
"""What the template's loops make longer than a document may be."""


def telling(runtime: Runtime) -> Runtime:
    """A runtime whose cases tell something on paper; what they tell can be too long to print."""
    files = {"tell.bpmn": DIAGRAM, "templates/notice.docx": notice(f"<p>{{{{ number }}}}</p>{LOOPS}")}
    founding.deploy(runtime, Bundle("package", "tell", files), Actor.system())
    with runtime.store.reading() as connection:
        runtime.shelf.refresh(connection)
        shipped = runtime.shelf.bundle(connection, runtime.shelf.newest("catalogue", "catalogue"))
    bundle = Bundle("catalogue", "catalogue", {**shipped.files, "tell.toml": ITEM.encode()})
    founding.deploy(runtime, bundle, Actor.system())
    return runtime


def begun(runtime: Runtime, unit: str = "shinan.cg", **given: Any) -> int:
    login = {"shinan.cg": "wangli", "laoshan.cg": "sunfang"}[unit]
    command = Receive(item="TELL", unit=unit, channel="window", variables=given)
    return runtime.handle(command, runtime.directory.actor(login)).case_id


def number_of(runtime: Runtime, case_id: int) -> str:
    with runtime.store.reading() as connection:
        documents = loads(runtime.load(connection, case_id).state).documents
    return documents[0]["number"] if documents else ""


def test_two_machines_that_issue_at_once_leave_neither_gap_nor_double(founded_url: str) -> None:
    first, _ = runtime_over(founded_url, DAY)
    second, _ = runtime_over(founded_url, DAY)
    cases = [begun(telling(first))] + [begun(first) for _ in range(11)]

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda one: jobs.run_waiting(one, worker=str(id(one))), (first, second)))
    numbers = sorted(number_of(first, case_id) for case_id in cases)
    for runtime in (first, second):
        runtime.store.close()

    assert sum(done) == len(cases)
    assert [number[-5:] for number in numbers] == [f"{turn:04d}号" for turn in range(1, 13)]


def test_a_document_that_cannot_be_printed_takes_no_number(founded_url: str) -> None:
    runtime, _ = runtime_over(founded_url, DAY)
    telling(runtime)
    before = begun(runtime)
    jobs.run_waiting(runtime, before)
    broken = begun(runtime, **TOO_LONG)
    jobs.run_waiting(runtime, broken)
    after = begun(runtime)
    jobs.run_waiting(runtime, after)

    with runtime.store.reading() as connection:
        incidents = loads(runtime.load(connection, broken).state).incidents
    found = [number_of(runtime, case_id)[-5:] for case_id in (before, broken, after)]
    runtime.store.close()

    assert found == ["0001号", "", "0002号"]
    assert "grows longer" in str(incidents)


@pytest.mark.parametrize(
    ("moment", "year"),
    [
        (datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), 2026),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), 2027),
    ],
    ids=["before midnight there", "at midnight there"],
)
def test_the_year_changes_at_midnight_of_the_authority(
    founded_sqlite_url: str, moment: datetime, year: int
) -> None:
    runtime, clock = runtime_over(founded_sqlite_url, DAY)
    telling(runtime)
    old = begun(runtime)
    jobs.run_waiting(runtime, old)
    clock.set(moment)
    new = begun(runtime)
    jobs.run_waiting(runtime, new)
    found = number_of(runtime, new)
    runtime.store.close()

    assert found.endswith(f"〔{year}〕第{'0002' if year == 2026 else '0001'}号")
