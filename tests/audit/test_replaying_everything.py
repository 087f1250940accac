"""A whole database is replayed: on processes, on a cluster, interrupted and gone on with."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from founded import runtime_over
from sqlalchemy import text

from engine.audit import sweep
from engine.errors import Malformed, NotFound
from engine.records.store import Store
from timers.laboratory import Laboratory

ITEMS = (("HJ-LH-0004", "shinan.ga.zs"), ("XK-SR-0035", "shinan.cg"))


@pytest.fixture
def both(laboratory: Any) -> Laboratory:
    """A database of each kind with three cases that have gone some way."""
    return lived(laboratory(seed=5))


@pytest.fixture
def lab(founded_sqlite_url: str) -> Iterator[Laboratory]:
    """The same on SQLite alone."""
    with Laboratory(*runtime_over(founded_sqlite_url), 5) as made:
        yield lived(made)


def lived(made: Laboratory) -> Laboratory:
    for number in range(3):
        item, unit = ITEMS[number % 2]
        case_id = made.receive(item, unit, {}, channel="window").case_id
        made.advance(case_id)
    return made


@pytest.fixture
def executor() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as hands:
        yield hands


def place_of(lab: Laboratory) -> sweep.Place:
    return sweep.Place.of(lab.runtime.store, lab.runtime.settings)


def swept(executor: Executor, place: sweep.Place, cases: list[int], size: int = 1) -> list[dict[str, Any]]:
    found = sweep.sweep(executor, 2, sweep.units(place, cases, size))
    return sorted((one for some in found for one in some), key=lambda one: int(one["id"]))


def drop_triggers(store: Store) -> None:
    with store.writing() as connection:
        if not store.is_sqlite:
            connection.execute(text("DROP TRIGGER entry_append_only ON entry"))
            return
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
        for name in names.all():
            connection.execute(text(f"DROP TRIGGER {name}"))


def test_every_case_is_decided_again_on_processes_of_its_own(both: Laboratory) -> None:
    heads = sweep.case_ids(both.runtime.store)
    with sweep.processes(2) as executor:
        verdicts = swept(executor, place_of(both), list(heads), size=2)

    assert [verdict["id"] for verdict in verdicts] == list(heads)
    assert all(verdict["conforms"] for verdict in verdicts), verdicts
    assert [verdict["head"] for verdict in verdicts] == list(heads.values())


def test_a_case_whose_record_was_changed_deviates_at_its_event(both: Laboratory, executor: Executor) -> None:
    drop_triggers(both.runtime.store)
    with both.runtime.store.writing() as connection:
        statement = (
            'UPDATE entry SET payload = replace(payload, \'"title":"\', \'"title":"又\') '
            "WHERE stream = 'case:2' AND seq = 1"
        )
        connection.execute(text(statement))
    found = sweep.Found()
    for verdict in swept(executor, place_of(both), list(sweep.case_ids(both.runtime.store)), size=2):
        found.take(verdict)

    assert found.cases == 3
    (verdict,) = found.deviating
    assert (verdict["id"], verdict["entry"], verdict["disposed"]) == (2, 1, False)


def test_what_was_disposed_of_is_told_apart_from_a_deviation(lab: Laboratory, executor: Executor) -> None:
    with lab.runtime.store.writing() as connection:
        connection.execute(
            text("INSERT INTO disposition VALUES ('case:1', 2, 'taoyuan', '2036-01-01', '保管期限届满')")
        )
        connection.execute(text("UPDATE entry SET payload = NULL WHERE stream = 'case:1' AND seq = 2"))
    found = sweep.Found()
    for verdict in swept(executor, place_of(lab), [1, 2]):
        found.take(verdict)

    assert (len(found.disposed), found.deviating) == (1, [])
    assert found.as_data()["conforming"] == 1


def test_an_interrupted_sweep_goes_on_where_it_was(
    lab: Laboratory, executor: Executor, tmp_path: Path
) -> None:
    kept, heads = sweep.Kept(tmp_path / "verdicts.jsonl"), sweep.case_ids(lab.runtime.store)
    with kept.adding([]) as add:
        running = sweep.sweep(executor, 1, sweep.units(place_of(lab), list(heads), 1))
        add(next(running))
        running.close()
    with kept.path.open("a", encoding="utf-8") as file:
        file.write('{"id":2,"conf')  # the power went while a line was written

    (known,) = kept.known(heads)

    assert known["id"] == 1
    with kept.adding([known]) as add:
        add(swept(executor, place_of(lab), [2, 3]))
    assert [verdict["id"] for verdict in kept.known(heads)] == [1, 2, 3]


def test_a_case_that_has_gone_on_is_decided_again(
    lab: Laboratory, executor: Executor, tmp_path: Path
) -> None:
    kept = sweep.Kept(tmp_path / "verdicts.jsonl")
    with kept.adding([]) as add:
        add(swept(executor, place_of(lab), list(sweep.case_ids(lab.runtime.store))))
    lab.advance(2)

    assert [verdict["id"] for verdict in kept.known(sweep.case_ids(lab.runtime.store))] == [1, 3]


def test_a_file_of_something_else_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear auditor,\n", "utf-8")

    with pytest.raises(Malformed, match="to hold verdicts"):
        sweep.Kept(path).known({})
    path.write_text('{"a":1}\n', "utf-8")
    with pytest.raises(Malformed, match="something else"):
        sweep.Kept(path).known({})


def test_a_cluster_finds_what_one_machine_finds(both: Laboratory, executor: Executor) -> None:
    heads = list(sweep.case_ids(both.runtime.store))

    assert on_a_cluster(place_of(both), heads, processes=False) == swept(executor, place_of(both), heads)


@pytest.mark.nightly
def test_a_cluster_of_processes_finds_what_one_machine_finds(lab: Laboratory, executor: Executor) -> None:
    """Workers that share no memory with us: what they are sent is plain, and they read definitions anew."""
    heads = list(sweep.case_ids(lab.runtime.store))

    assert on_a_cluster(place_of(lab), heads, processes=True) == swept(executor, place_of(lab), heads)


def on_a_cluster(place: sweep.Place, cases: list[int], *, processes: bool) -> list[dict[str, Any]]:
    if importlib.util.find_spec("distributed") is None:
        pytest.skip("the extra `cluster` (the package distributed) is not installed")
    distributed = importlib.import_module("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=processes, dashboard_address=None
        ) as local,
        sweep.cluster(local.scheduler_address) as (hands, number),
    ):
        assert number == 2
        return swept(hands, place, cases)


def test_a_cluster_that_does_not_answer_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(sweep.importlib, "import_module", missing)
    with pytest.raises(NotFound, match="extra: cluster"), sweep.cluster("tcp://127.0.0.1:1"):
        pass
