"""What binds people is seen by a second person, whichever door it comes through; withdrawals likewise."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from bare_procedure import CATALOGUE, PHOTO, deployed, opened, zipped

from engine import audit
from engine.casework import founding
from engine.definitions import withdrawals
from engine.definitions.bundles import Bundle
from engine.definitions.drafts import Drafts
from engine.errors import ActBlocked, Conflict, IllegalDefinition, NotFound
from engine.records import journal

AUTHOR, SECOND, CLERK = "shenlan", "chengxi", "zhangwei"
NEXT = PHOTO.replace("确认结果".encode(), "复核结果".encode())


@pytest.fixture
def living(machine: Any) -> Any:
    """An installation that has received a case."""
    deployed(machine)
    opened(machine)
    return machine


def test_the_first_installation_may_be_set_up_by_one_alone(machine: Any) -> None:
    deployed(machine)

    assert machine.send("POST", "/definitions?name=photo", NEXT, by=AUTHOR)[0] == 200


def test_once_a_case_was_received_nobody_deploys_alone(living: Any) -> None:
    before = living.state()

    status, refusal = living.send("POST", "/definitions?name=photo", NEXT, by=AUTHOR)

    assert (status, refusal["code"]) == (409, "act-blocked")
    assert "second person" in refusal["sentence"]
    assert living.state() == before
    assert living.send("POST", "/definitions?name=photo", PHOTO, by=AUTHOR)[0] == 200  # nothing changes


def test_a_draft_is_handed_in_approved_by_another_and_deployed(living: Any) -> None:
    status, draft = living.send("POST", "/drafts?name=photo&title=复核", NEXT, by=AUTHOR)
    assert (status, draft["status"], draft["authors"]) == (200, "submitted", [AUTHOR])
    place, seen = f"/drafts/{draft['draft']}", {"version": draft["version"]}

    assert living.post(f"{place}/approve", seen, by=AUTHOR)[0] == 409
    assert living.post(f"{place}/deploy", seen, by=AUTHOR)[0] == 409  # nobody has seen it
    assert living.post(f"{place}/approve", seen, by=CLERK)[0] == 403
    status, draft = living.post(f"{place}/approve", seen, by=SECOND)
    assert (status, draft["approved_by"]) == (200, SECOND)
    assert living.post(f"{place}/deploy", seen, by=AUTHOR)[0] == 409  # not the version that was approved
    status, draft = living.post(f"{place}/deploy", {"version": draft["version"]}, by=AUTHOR)

    assert (status, draft["status"]) == (200, "deployed")
    with living.runtime.store.reading() as connection:
        last = list(journal.read(connection, journal.DEFINITIONS))[-1]
    assert (last.actor["person"], last.command["reviewed_by"]) == (AUTHOR, SECOND)


def test_a_catalogue_goes_the_same_way_and_can_be_sent_back(living: Any) -> None:
    data = zipped(CATALOGUE.replace("照片比对", "照片复核"))
    _, draft = living.send("POST", "/drafts?kind=catalogue", data, by=AUTHOR)
    place = f"/drafts/{draft['draft']}"

    _, back = living.post(f"{place}/back", {"version": draft["version"], "note": "名称不对"}, by=SECOND)

    assert (back["kind"], back["status"]) == ("catalogue", "open")
    assert [one["draft"] for one in living.get("/drafts", by=SECOND)[1]] == [draft["draft"]]


@pytest.mark.parametrize(
    "query", ["name=photo&effective_from=2020-01-01", "name=photo&effective_from=soon", "kind=units", ""]
)
def test_a_draft_that_could_not_be_deployed_is_not_begun(living: Any, query: str) -> None:
    before = living.state()
    assert living.send("POST", f"/drafts?{query}", PHOTO, by=AUTHOR)[0] == 422
    assert living.state() == before


def test_the_second_person_is_another_and_is_journalled(living: Any) -> None:
    runtime = living.runtime
    author, second, clerk = (runtime.directory.actor(login) for login in (AUTHOR, SECOND, CLERK))
    bundle = Bundle("package", "photo", {"photo.bpmn": NEXT})

    with pytest.raises(ActBlocked, match="second person"):
        founding.deploy_as(runtime, bundle, author, reviewer=author)
    with pytest.raises(Exception, match="设计"):
        founding.deploy_as(runtime, bundle, author, reviewer=clerk)
    founding.deploy_as(runtime, bundle, author, reviewer=second)

    with runtime.store.reading() as connection:
        last = list(journal.read(connection, journal.DEFINITIONS))[-1]
    assert last.command["reviewed_by"] == SECOND


# --- withdrawals -------------------------------------------------------------------------------------


def withdraw(machine: Any, version: int, day: date) -> None:
    book = Drafts(machine.runtime.store, machine.runtime.clock)
    author, second = ({"kind": "officer", "person": login} for login in (AUTHOR, SECOND))
    made = book.begin(author, withdrawals.bundle("photo", version, "登记照标准已改"), "停用")
    sent = book.submit(author, made.number, made.version, "", day)
    seen = book.approve(second, sent.number, sent.version, "")
    book.deploy(author, seen.number, seen.version, [book.bundle(seen)])


def today(machine: Any) -> date:
    day: date = machine.runtime.directory.today()
    return day


def package_of_case(machine: Any, case_id: int) -> str:
    with machine.runtime.store.reading() as connection:
        return str(machine.runtime.load(connection, case_id).package)


def test_new_cases_begin_under_the_version_before_and_running_ones_go_on(living: Any) -> None:
    _, draft = living.send("POST", "/drafts?name=photo", NEXT, by=AUTHOR)
    _, draft = living.post(f"/drafts/{draft['draft']}/approve", {"version": draft["version"]}, by=SECOND)
    living.post(f"/drafts/{draft['draft']}/deploy", {"version": draft["version"]}, by=AUTHOR)
    running = opened(living)

    withdraw(living, 2, today(living))

    first, second = (
        row["digest"]
        for row in living.get("/definitions", by=CLERK)[1]
        if row["name"] == "photo" and row["kind"] == "package"
    )
    assert package_of_case(living, opened(living)) == first
    assert package_of_case(living, running) == second
    status, items = living.get("/worklist", by="wangli")
    assert status == 200
    assert running in {item["case_id"] for item in items}
    with living.runtime.store.reading() as connection:
        assert [check for _, check in audit.verify_all(connection) if not check.holds] == []


def test_without_a_version_left_nothing_begins_until_one_is_deployed_again(living: Any) -> None:
    withdraw(living, 1, today(living))

    status, refusal = living.post(
        "/cases", {"item": "PHOTO-1", "unit": "shinan.cg", "variables": {}}, by="wangli"
    )
    assert (status, "in force" in refusal["sentence"]) == (404, True)
    with living.runtime.store.reading() as connection:
        living.runtime.shelf.refresh(connection)
        with pytest.raises(NotFound):
            living.runtime.shelf.in_force("package", "photo", today(living))

    bundle = Bundle("package", "photo", {"photo.bpmn": PHOTO})  # the same bytes, deployed anew
    actors = [living.runtime.directory.actor(login) for login in (AUTHOR, SECOND)]
    founding.deploy_as(living.runtime, bundle, actors[0], reviewer=actors[1])
    assert opened(living)


def test_a_withdrawal_begins_on_its_day(living: Any) -> None:
    withdraw(living, 1, date(2099, 1, 1))
    shelf = living.runtime.shelf
    with living.runtime.store.reading() as connection:
        shelf.refresh(connection)
    assert opened(living)
    assert shelf.in_force("package", "photo", date(2098, 12, 31))
    with pytest.raises(NotFound):
        shelf.in_force("package", "photo", date(2099, 1, 1))


def test_nothing_is_withdrawn_twice_or_without_a_reason_and_nothing_that_is_not_there(living: Any) -> None:
    withdraw(living, 1, today(living))
    for version in (1, 7):
        with pytest.raises(Conflict):
            withdraw(living, version, today(living))
    for bundle in (withdrawals.bundle("photo", 1, "  "), Bundle("withdrawal", "photo", {})):
        with pytest.raises(IllegalDefinition):
            withdrawals.check(bundle)


def test_what_ships_does_not_bring_a_withdrawn_package_back(living: Any) -> None:
    book = Drafts(living.runtime.store, living.runtime.clock)
    author, second = ({"kind": "officer", "person": login} for login in (AUTHOR, SECOND))
    made = book.begin(author, withdrawals.bundle("huji", 1, "停办"), "停用")
    sent = book.submit(author, made.number, made.version, "", today(living))
    seen = book.approve(second, sent.number, sent.version, "")
    book.deploy(author, seen.number, seen.version, [book.bundle(seen)])

    founding.found(living.runtime)

    with pytest.raises(NotFound):
        living.runtime.shelf.in_force("package", "huji", today(living))
