"""Who is let in: own unit for work, watching roles from above, parties to their own case alone."""

from __future__ import annotations

import pytest

from engine import canonical
from engine.errors import Malformed, NotAuthorised, NotFound
from engine.organisation.authorization import RIGHTS, at_the_door, may
from engine.organisation.model import Actor, Organisation, Person, PostHeld, Unit


def unit(code: str, parent: str = "", kind: str = "department") -> Unit:
    return Unit(code, parent, kind, f"{code}名", code, code)


CITY = Organisation(
    (
        unit("city", kind="city"),
        unit("sf", "city", "supervision"),
        unit("north", "city", "district"),
        unit("north.cg", "north"),
        unit("north.cg.desk", "north.cg", "office"),
        unit("north.sf", "north", "supervision"),
        unit("south", "city", "district"),
        unit("south.cg", "south"),
    ),
    (),
)


def officer(*held: tuple[str, str]) -> Actor:
    posts = [PostHeld(f"{unit}.{role}", unit, (role,)) for unit, role in held]
    return Actor.officer(Person("li", "李"), posts)


def test_an_officer_works_in_the_unit_of_any_post_he_holds() -> None:
    both = officer(("north.cg", "handler"), ("south.cg", "server"))
    at_the_door(both, "work", "north.cg", CITY)
    at_the_door(both, "work", "south.cg", CITY)


@pytest.mark.parametrize("elsewhere", ["north", "north.cg.desk", "south.cg", "city"])
def test_an_officer_does_not_work_above_below_or_beside_his_unit(elsewhere: str) -> None:
    with pytest.raises(NotAuthorised) as refusal:
        at_the_door(officer(("north.cg", "head-of-organ")), "work", elsewhere, CITY)
    assert refusal.value.sentence == f"需要在“{elsewhere}名”有办理权限的岗位，但李没有"


def test_a_supervisor_above_may_read_and_supervise_but_not_work() -> None:
    supervisor = officer(("north.sf", "supervisor"))
    assert may(supervisor, "read", "north.cg", CITY)
    assert may(supervisor, "supervise", "north.cg.desk", CITY)
    assert not may(supervisor, "work", "north.cg", CITY)


def test_a_district_supervisor_reaches_no_other_district_and_not_the_city() -> None:
    supervisor = officer(("north.sf", "supervisor"))
    assert not may(supervisor, "read", "south.cg", CITY)
    assert not may(supervisor, "supervise", "city", CITY)


def test_the_supervisor_of_the_city_reaches_every_district() -> None:
    assert may(officer(("sf", "supervisor")), "supervise", "south.cg", CITY)


def test_a_supervisor_in_an_ordinary_department_reaches_only_what_lies_below_it() -> None:
    inner = officer(("north.cg", "supervisor"))
    assert may(inner, "supervise", "north.cg.desk", CITY)
    assert not may(inner, "supervise", "north", CITY)


@pytest.mark.parametrize("role", ["handler", "head-of-organ", "operator", "designer", "administrator"])
def test_a_post_above_that_does_not_watch_gives_no_reading(role: str) -> None:
    assert not may(officer(("city", role)), "read", "north.cg", CITY)


@pytest.mark.parametrize(
    ("right", "role"),
    [
        ("audit", "auditor"),
        ("design", "designer"),
        ("operate", "operator"),
        ("administer", "administrator"),
        ("supervise", "supervisor"),
    ],
)
def test_each_right_of_the_house_belongs_to_one_role(right: str, role: str) -> None:
    assert may(officer(("city", role)), right, "north.cg", CITY)
    assert may(officer(("city", role)), right, "", CITY)
    for other in {"auditor", "designer", "operator", "administrator", "supervisor", "handler"} - {role}:
        assert not may(officer(("city", other)), right, "north.cg", CITY)
        assert not may(officer(("city", other)), right, "", CITY)


@pytest.mark.parametrize("right", ["work", "read", "receive"])
def test_no_right_to_a_case_is_given_without_a_unit(right: str) -> None:
    everything = officer(*(("city", role) for role in ("window", "supervisor", "auditor", "handler")))
    assert not may(everything, right, "", CITY)


def test_only_the_window_of_the_unit_receives_for_others_and_anyone_applies_as_a_party() -> None:
    assert may(officer(("north.cg", "window")), "receive", "north.cg", CITY)
    assert not may(officer(("north.cg", "handler")), "receive", "north.cg", CITY)
    assert not may(officer(("north.cg", "window")), "receive", "south.cg", CITY)
    assert may(Actor.party("张先生"), "receive", "north.cg", CITY)


def test_a_party_reaches_the_case_he_has_proven_and_no_other() -> None:
    party = Actor.party("张先生", "HJ-2026-1")
    for right in ("work", "read"):
        assert may(party, right, "north.cg", CITY, case="HJ-2026-1")
        assert not may(party, right, "north.cg", CITY, case="HJ-2026-2")
        assert not may(party, right, "north.cg", CITY)
        assert not may(Actor.party("张先生"), right, "north.cg", CITY, case="")
    for right in set(RIGHTS) - {"work", "read", "receive"}:
        assert not may(party, right, "north.cg", CITY, case="HJ-2026-1")


def test_the_system_passes_every_door() -> None:
    for right in RIGHTS:
        at_the_door(Actor.system(), right, "north.cg", CITY)


def test_a_right_that_does_not_exist_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="rule the world"):
        at_the_door(officer(("city", "auditor")), "rule the world", "city", CITY)


def test_an_unknown_unit_is_not_found() -> None:
    with pytest.raises(NotFound):
        at_the_door(officer(("city", "auditor")), "audit", "nowhere", CITY)


def test_an_officer_acts_from_one_post_at_a_time_and_switches_among_those_he_holds() -> None:
    both = officer(("north.cg", "handler"), ("south.cg", "server"))
    assert (both.post, both.unit, both.roles) == ("north.cg.handler", "north.cg", ("handler",))
    other = both.from_post("south.cg.server")
    assert (other.post, other.unit, other.roles) == ("south.cg.server", "south.cg", ("server",))
    assert other.posts == both.posts
    with pytest.raises(NotAuthorised):
        both.from_post("city.mayor")
    with pytest.raises(NotAuthorised):
        Actor.officer(Person("li", "李"), [], None)


@pytest.mark.parametrize(
    "actor",
    [Actor.system(), Actor.party("张", "N-1"), officer(("north.cg", "handler"), ("south.cg", "server"))],
    ids=["system", "party", "officer"],
)
def test_an_actor_reads_back_from_the_journal_as_he_was(actor: Actor) -> None:
    assert Actor.from_data(canonical.loads(canonical.dumps(actor.as_data()))) == actor


@pytest.mark.parametrize("damage", [{"kind": "god"}, {"posts": [{}]}, {"posts": None}, {"roles": 3}])
def test_an_actor_of_another_shape_is_malformed(damage: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        Actor.from_data({**Actor.system().as_data(), **damage})
    with pytest.raises(Malformed):
        Actor.from_data({})
