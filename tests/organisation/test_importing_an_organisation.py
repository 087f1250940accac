"""Three CSV files become an organisation: whole or not at all, twice as once, passwords kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, event, func, insert, select

from engine.clock import VirtualClock
from engine.errors import Malformed, NotSignedIn
from engine.organisation import importing, roster
from engine.organisation.authorization import may
from engine.organisation.directory import Directory
from engine.organisation.model import Organisation
from engine.organisation.passwords import Passwords
from engine.records import tables
from engine.records.store import Store

UNITS = """code,parent,kind,name_zh,name_en,short_zh
city,,city,琴岛市,Qindao,琴
city.cg,city,department,城市管理局,Urban Management,琴城管
"""
POSTS = """code,unit,name_zh,name_en,roles
city.cg.window,city.cg,窗口,Window clerk,window;handler
city.cg.head,city.cg,局长,Director,head-of-organ
"""
PERSONS = """login,name,posts,valid_from,valid_to,password
li,李,city.cg.window;city.cg.head,2026-01-01,,correct horse
wang,王,city.cg.head,2026-02-01,2026-02-28,
"""
GOOD = {"units.csv": UNITS.encode(), "posts.csv": POSTS.encode(), "persons.csv": PERSONS.encode()}


class Journal:
    """Stands in for the journal: one entry of the stream for each record, as casework writes it."""

    def __init__(self) -> None:
        self.changes: list[dict[str, Any]] = []

    def __call__(self, connection: Connection, changes: list[dict[str, Any]]) -> None:
        self.changes += changes
        stream = tables.entry.c.stream == "organisation"
        last = connection.execute(select(func.max(tables.entry.c.seq)).where(stream)).scalar() or 0
        row = {"stream": "organisation", "seq": last + 1, "moment": "", "head": "{}", "hash": "0" * 64}
        connection.execute(insert(tables.entry).values(row))


@pytest.fixture
def directory(store: Store) -> Directory:
    clock = VirtualClock(datetime(2026, 2, 10, 1, 0, tzinfo=UTC))
    return Directory(store, clock, passwords=Passwords(PasswordHasher(1, 8, 1)))


def with_file(name: str, text: str) -> Mapping[str, bytes]:
    return {**GOOD, name: text.encode()}


def nothing_recorded(_connection: Connection, _changes: list[dict[str, Any]]) -> None:
    pytest.fail("nothing may be recorded")


def counts(store: Store) -> list[int]:
    with store.reading() as connection:
        found = (tables.unit, tables.post, tables.person, tables.holding)
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in found]


def test_three_files_become_units_posts_persons_and_holdings(directory: Directory) -> None:
    journal = Journal()
    report = directory.import_csv(GOOD, journal)
    assert report.as_data() == {
        "rows": {"units": 2, "posts": 2, "persons": 2, "holdings": 3},
        "added": {"unit": 2, "post": 2, "person": 2, "holding": 3},
        "changed": {"unit": 0, "post": 0, "person": 0, "holding": 0},
    }
    assert directory.organisation().parents("city.cg") == ("city",)
    actor = directory.actor("li")
    assert (actor.post, actor.roles) == ("city.cg.head", ("head-of-organ",))
    assert {held.post for held in actor.posts} == {"city.cg.head", "city.cg.window"}
    assert list(report.changes) == journal.changes
    assert "correct horse" not in str(journal.changes)
    assert "argon2" not in str(journal.changes)


def test_importing_the_same_files_again_changes_and_records_nothing(directory: Directory) -> None:
    directory.import_csv(GOOD, Journal())
    assert directory.import_csv(GOOD, nothing_recorded).changes == ()


def test_a_changed_row_is_one_change_and_the_next_reader_sees_it(directory: Directory) -> None:
    journal = Journal()
    directory.import_csv(GOOD, journal)
    before = directory.organisation()
    journal.changes.clear()
    directory.import_csv({"units.csv": UNITS.replace("琴城管", "琴综").encode()}, journal)
    assert [(c["what"], c["change"], c["data"]["short_zh"]) for c in journal.changes] == [
        ("unit", "changed", "琴综")
    ]
    assert directory.organisation().unit("city.cg").short_zh == "琴综"
    assert directory.organisation().digest != before.digest


def test_another_node_sees_the_change_by_the_length_of_the_stream(directory: Directory, store: Store) -> None:
    journal = Journal()
    directory.import_csv(GOOD, journal)
    elsewhere = Directory(store, VirtualClock(datetime(2026, 2, 10, tzinfo=UTC)))
    first = elsewhere.organisation()
    assert elsewhere.organisation() is first
    directory.import_csv({"units.csv": UNITS.replace("琴城管", "琴综").encode()}, journal)
    assert elsewhere.organisation().unit("city.cg").short_zh == "琴综"


def test_an_organisation_that_has_not_changed_costs_one_statement_and_so_does_an_actor(
    directory: Directory, store: Store
) -> None:
    directory.import_csv(GOOD, Journal())
    directory.organisation()
    seen: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    with store.reading() as connection:
        directory.organisation(connection)
        directory.actor("li", connection=connection)
    assert len([sql for sql in seen if sql.startswith("SELECT")]) == 2


def test_a_person_who_exists_keeps_the_password(directory: Directory) -> None:
    directory.import_csv(GOOD, Journal())
    directory.set_password("li", "my own secret")
    again = PERSONS.replace("李", "李明").replace("correct horse", "another one")
    directory.import_csv(with_file("persons.csv", again), Journal())
    person = directory.check_password("li", "my own secret")
    assert person is not None
    assert person.name == "李明"
    assert directory.check_password("li", "another one") is None


def test_an_initial_password_goes_only_to_those_who_have_none(directory: Directory) -> None:
    directory.import_csv(GOOD, Journal())
    assert directory.check_password("wang", "demo-password") is None
    directory.import_csv(GOOD, nothing_recorded, initial_password="demo-password")
    assert directory.check_password("wang", "demo-password") is not None
    assert directory.check_password("li", "demo-password") is None
    assert directory.check_password("li", "correct horse") is not None


def test_somebody_set_inactive_by_an_import_can_no_longer_act(directory: Directory) -> None:
    directory.import_csv(GOOD, Journal())
    gone = "login,name,posts,valid_from,valid_to,active\nli,李,,,,no\n"
    directory.import_csv({"persons.csv": gone.encode()}, Journal())
    assert directory.check_password("li", "correct horse") is None
    with pytest.raises(NotSignedIn):
        directory.actor("li")


def test_a_last_day_given_later_ends_the_holding(directory: Directory) -> None:
    directory.import_csv(GOOD, Journal())
    ended = PERSONS.replace("2026-01-01,,", "2026-01-01,2026-02-09,")
    report = directory.import_csv(with_file("persons.csv", ended), Journal())
    assert report.count("holding", "changed") == 2
    with pytest.raises(NotSignedIn, match="没有岗位"):
        directory.actor("li")
    assert directory.actor("li", on=date(2026, 2, 9)).post == "city.cg.head"


def test_posts_may_refer_to_units_imported_earlier(directory: Directory) -> None:
    directory.import_csv(GOOD, Journal())
    more = "code,unit,name_zh,name_en,roles\ncity.cg.server,city.cg,送达,Server,server\n"
    assert directory.import_csv({"posts.csv": more.encode()}, Journal()).count("post", "added") == 1


@pytest.mark.parametrize(
    ("name", "text", "where", "sentence"),
    [
        ("units.csv", UNITS + "city.x,nowhere,department,甲,A,甲\n", "row 4, column parent", "nowhere"),
        ("units.csv", UNITS + "city.x,city,castle,甲,A,甲\n", "row 4, column kind", "castle"),
        ("units.csv", UNITS + "city,,city,甲,A,甲\n", "row 4, column code", "row 2"),
        ("units.csv", UNITS + "City X,city,office,甲,A,甲\n", "row 4, column code", "City X"),
        ("units.csv", UNITS + "city.x,city,office,,A,甲\n", "row 4, column name_zh", "empty"),
        ("units.csv", UNITS + f"city.x,city,office,甲,A,{'甲' * 41}\n", "row 4, column short_zh", "41"),
        ("units.csv", UNITS + "city.x,city.x,office,甲,A,甲\n", "row 4, column parent", "below itself"),
        ("units.csv", UNITS + "city.x,city\n", "row 4", "found 2"),
        ("units.csv", UNITS.replace("short_zh", "short"), "row 1, column short_zh", "missing"),
        ("units.csv", UNITS.replace("name_en", "name_zh"), "row 1, column name_en", "missing"),
        ("units.csv", UNITS + '"unfinished', "row 4", "CSV"),
        ("units.csv", "", "row 1, column code", "missing"),
        ("posts.csv", POSTS + "p,city.gone,岗,P,window\n", "row 4, column unit", "city.gone"),
        ("posts.csv", POSTS + "p,city,岗,P,window;king\n", "row 4, column roles", "king"),
        ("posts.csv", POSTS + "p,city,岗,P,applicant\n", "row 4, column roles", "applicant"),
        ("posts.csv", POSTS + "p,city,岗,P,;\n", "row 4, column roles", "empty"),
        ("persons.csv", PERSONS + "zhou,周,city.none,2026-01-01,,\n", "row 4, column posts", "city.none"),
        ("persons.csv", PERSONS + "zhou,周,city.cg.head,,,\n", "row 4, column valid_from", "first day"),
        ("persons.csv", PERSONS + "zhou,周,,2026-02-30,,\n", "row 4, column valid_from", "2026-02-30"),
        ("persons.csv", PERSONS + "zhou,周,,2026-2-3,,\n", "row 4, column valid_from", "2026-2-3"),
        ("persons.csv", PERSONS + "zhou,周,,2026-02-03,2026-02-02,\n", "row 4, column valid_to", "before"),
        ("persons.csv", PERSONS + "zhou,周,,,,short\n", "row 4, column password", "at least 8"),
        ("persons.csv", PERSONS + "li,李四,,,,\n", "row 4, column name", "same name"),
        ("persons.csv", PERSONS + "li,李,,,,some other one\n", "row 4, column password", "two"),
        ("persons.csv", PERSONS + "li,李,city.cg.head,2026-01-01,,\n", "row 4, column posts", "row 2"),
        ("persons.csv", PERSONS + "Big Li,李,,,,\n", "row 4, column login", "Big Li"),
        ("persons.csv", PERSONS.replace("password", "wage"), "row 1, column wage", "wage"),
    ],
)  # fmt: skip
def test_a_faulty_cell_is_told_by_file_row_and_column(
    name: str, text: str, where: str, sentence: str
) -> None:
    with pytest.raises(Malformed) as refusal:
        roster.read(with_file(name, text), Organisation((), ()))
    told = [finding for finding in refusal.value.findings if finding.where == f"{name} {where}"]
    assert told, refusal.value.findings
    assert sentence in told[0].sentence
    assert told[0].sentence.startswith("Expected ")


def test_all_faults_of_all_files_are_told_at_once_and_nothing_is_imported(
    directory: Directory, store: Store
) -> None:
    broken = {
        "units.csv": UNITS.replace("department", "castle").encode(),
        "posts.csv": POSTS.replace("window;handler", "king").encode(),
        "persons.csv": PERSONS.replace("2026-01-01", "yesterday").encode(),
    }
    with pytest.raises(Malformed) as refusal:
        directory.import_csv(broken, nothing_recorded)
    assert [(f.where, f.line) for f in refusal.value.findings] == [
        ("units.csv row 3, column kind", 3),
        ("posts.csv row 2, column roles", 2),
        ("persons.csv row 2, column valid_from", 2),
    ]
    assert counts(store) == [0, 0, 0, 0]


@given(st.sampled_from(sorted(GOOD)), st.binary(max_size=60), st.integers(0, 200), st.integers(0, 20))
def test_damaged_files_give_a_roster_or_findings_and_never_a_failure(
    name: str, junk: bytes, place: int, cut: int
) -> None:
    data = GOOD[name]
    damaged = {**GOOD, name: data[:place] + junk + data[place + cut :]}
    found, findings = None, ()
    try:
        found = roster.read(damaged, Organisation((), ()))
    except Malformed as refusal:
        findings = refusal.findings
    assert (found is None) == bool(findings)
    assert all(finding.sentence.startswith("Expected ") for finding in findings)
    if found is not None:
        Organisation(tuple(found.units), tuple(found.posts))


def test_a_failure_of_the_journal_leaves_nothing_behind(directory: Directory, store: Store) -> None:
    def fail(_connection: Connection, _changes: list[dict[str, Any]]) -> None:
        raise RuntimeError("the journal is full")

    with pytest.raises(RuntimeError):
        directory.import_csv(GOOD, fail)
    assert counts(store) == [0, 0, 0, 0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_of_a_chinese_spreadsheet_are_read(encoding: str) -> None:
    files = {name: data.decode().encode(encoding) for name, data in GOOD.items()}
    assert roster.read(files, Organisation((), ())).units[0].name_zh == "琴岛市"


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"code\0,x", b"\x81"])
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    with pytest.raises(Malformed) as refusal:
        roster.read({**GOOD, "units.csv": data}, Organisation((), ()))
    assert refusal.value.findings[0].where.startswith("units.csv row 1")


@pytest.mark.parametrize("files_given", [{}, {"people.csv": b""}, {**GOOD, "extra.csv": b""}])
def test_other_files_than_the_three_are_refused(files_given: dict[str, bytes]) -> None:
    with pytest.raises(Malformed, match=r"Expected units\.csv, posts\.csv, persons\.csv"):
        roster.contents(files_given)


def test_a_folder_or_paths_are_read_and_a_missing_file_is_told(directory: Directory, tmp_path: Path) -> None:
    for name, data in GOOD.items():
        (tmp_path / name).write_bytes(data)
    assert directory.import_csv(tmp_path, Journal()).rows["persons"] == 2
    paths = [tmp_path / name for name in GOOD]
    assert directory.import_csv(paths, nothing_recorded).changes == ()
    with pytest.raises(Malformed, match=r"read units\.csv"):
        directory.import_csv([tmp_path / "none" / "units.csv"], nothing_recorded)


def test_the_tables_can_be_rebuilt_from_the_recorded_changes(directory: Directory, store: Store) -> None:
    journal = Journal()
    directory.import_csv(GOOD, journal)
    with store.writing() as connection:
        before = importing.read_state(connection)
        for table in (tables.holding, tables.post, tables.person, tables.unit):
            connection.execute(table.delete())
        importing.apply(store, connection, journal.changes)
        after = importing.read_state(connection)
    assert (after.organisation, after.persons, after.holdings) == (
        before.organisation,
        before.persons,
        before.holdings,
    )


def test_a_change_of_another_shape_is_malformed(store: Store) -> None:
    strange: list[dict[str, Any]] = [{}, {"what": "castle", "data": {}}, {"what": "unit", "data": None}]
    for change in strange:
        with store.writing() as connection, pytest.raises(Malformed):
            importing.apply(store, connection, [change])


def test_the_demo_city_has_a_person_for_every_role_wherever_a_procedure_runs(directory: Directory) -> None:
    folder = files("processes") / "organisation"
    report = directory.import_csv(folder, Journal())
    assert report.rows == {"units": 23, "posts": 100, "persons": 119, "holdings": 119}
    licence = ["window", "handler", "section-head", "head-of-organ", "legal-reviewer", "hearing-chair",
               "hearing-clerk", "server", "archivist"]  # fmt: skip
    for unit in ("shinan.cg", "laoshan.cg"):
        for role in licence:
            assert len(directory.persons_in(unit, role)) == (2 if role == "handler" else 1), (unit, role)
    for station in ("shinan.ga.zs", "laoshan.ga.sz"):
        for role in ("window", "handler", "section-head"):
            assert directory.persons_in(station, role), (station, role)
    for unit, role in [("shinan.ga", "section-head"), ("laoshan.ga", "section-head"),
                       ("city.ga.hz", "head-of-organ"), ("city.sp", "other-department")]:  # fmt: skip
        assert directory.persons_in(unit, role), (unit, role)


def test_the_supervisors_and_keepers_of_the_demo_city_reach_what_they_watch(directory: Directory) -> None:
    directory.import_csv(files("processes") / "organisation", Journal())
    organisation = directory.organisation()
    reach = {
        "qinzheng": ("supervise", True, True),
        "baixue": ("supervise", True, False),
        "jinbo": ("supervise", False, True),
        "yinhe": ("audit", True, True),
        "shenlan": ("design", True, True),
        "weigang": ("operate", True, True),
        "taoyuan": ("administer", True, True),
        "wangli": ("supervise", False, False),
    }
    for login, (right, south, laoshan) in reach.items():
        actor = directory.actor(login)
        assert may(actor, right, "shinan.cg", organisation) is south, login
        assert may(actor, right, "laoshan.ga.sz", organisation) is laoshan, login
