"""The offline program says again who may do what; here it is held against the decision of the living.

Random organisations, dates and acts: what `engine.organisation` allows, `engine.audit` finds no fault with,
and what it refuses is found.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from engine.audit import rights
from engine.audit.past import ORGANISATION, Past
from engine.casework.work_items import as_authority_sees
from engine.clock import VirtualClock, moment_text
from engine.errors import NotSignedIn
from engine.organisation import authorization, duties
from engine.organisation.authorization import ProposedAct
from engine.organisation.directory import Directory
from engine.organisation.model import Actor, PostHeld
from engine.organisation.passwords import Passwords
from engine.organisation.roles import ROLES
from engine.records.store import Store

UNITS, PERSONS = ("a", "b"), ("li", "wu", "xu")
ACTS = sorted(
    {*duties.HANDLING_ACTS, *duties.DECIDING_ACTS, *rights.HANDLING, *rights.DECIDING}
    | {"legal-review", "serve", ""}
)
ROLE_NAMES = sorted(ROLES)
roles = st.sampled_from(ROLE_NAMES)
posts = st.builds(
    lambda unit, name, given: PostHeld(f"{unit}.{name}", unit, tuple(given)),
    st.sampled_from(UNITS),
    st.sampled_from(["one", "two"]),
    st.lists(roles, max_size=3, unique=True),
)
officers = st.builds(
    lambda person, held: Actor(
        "officer", person, person, held[0].post, held[0].unit, held[0].roles, tuple(held)
    ),
    st.sampled_from(PERSONS),
    st.lists(posts, min_size=1, max_size=3, unique_by=lambda one: one.post),
)
actors = st.one_of(officers, st.just(Actor.party("某人", "1")))
ITEMS = st.fixed_dictionaries(
    {
        "role": st.one_of(st.none(), roles),
        "act": st.sampled_from(ACTS),
        "unit": st.sampled_from(UNITS),
        "users": st.lists(st.sampled_from(PERSONS), max_size=2, unique=True),
        "groups": st.lists(st.one_of(roles, st.sampled_from(["a.one", "b.two"])), max_size=2, unique=True),
    }
)
PASTS = st.lists(
    st.fixed_dictionaries(
        {
            "role": st.one_of(st.none(), roles),
            "act": st.sampled_from(ACTS),
            "person": st.sampled_from(PERSONS),
        }
    ),
    max_size=4,
)


@settings(max_examples=150)
@given(actor=actors, item=ITEMS, acts=PASTS, recused=st.lists(st.sampled_from(PERSONS), max_size=1))
def test_what_the_living_refuse_the_offline_program_finds_and_nothing_else(
    actor: Actor, item: dict[str, Any], acts: list[dict[str, Any]], recused: list[str]
) -> None:
    seen = as_authority_sees({**item, "assignee": None})
    proposed = ProposedAct("Complete", item["act"], recused=tuple(recused))
    breach = authorization.judge(proposed, actor, acts, seen)

    told = {"role": item["role"], "act": item["act"]}
    offered = {**told, "candidate_users": item["users"], "candidate_groups": item["groups"]}
    found = []
    if actor.person and actor.person in recused:
        found.append("SOD-5")
    if not rights.qualifies(actor.as_data(), offered, item["unit"]):
        found.append("ROLE")
    mine = [act for act in acts if actor.person and act["person"] == actor.person]
    found += rights.clashes(offered, mine)

    if actor.kind == "party":
        assert (breach is None) == ("ROLE" not in found)
    else:
        assert (breach.rule if breach else None) == (found[0] if found else None)


FIRST = date(2026, 1, 5)
days = st.integers(0, 60).map(lambda number: FIRST + timedelta(days=number))
HELD = st.lists(
    st.tuples(
        st.sampled_from(PERSONS), st.sampled_from(["a.one", "a.two", "b.one"]), days, st.none() | days
    ).filter(lambda one: one[3] is None or one[3] >= one[2]),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one[:3],
)


def files(held: list[tuple[str, str, date, date | None]]) -> dict[str, bytes]:
    """The three files of an organisation in which these posts are held."""
    units = "code,parent,kind,name_zh,name_en,short_zh\na,,city,甲,A,甲\nb,a,department,乙,B,乙\n"
    named = "code,unit,name_zh,name_en,roles\n" + "".join(
        f"{post},{post[0]},岗,Post,{roles}\n"
        for post, roles in (("a.one", "handler"), ("a.two", "head-of-organ"), ("b.one", "window;handler"))
    )
    persons = "login,name,posts,valid_from,valid_to\n" + "".join(
        f"{login},{login},{post},{begins},{ends or ''}\n" for login, post, begins, ends in held
    )
    return {"units.csv": units.encode(), "posts.csv": named.encode(), "persons.csv": persons.encode()}


def at_noon(day: date) -> datetime:
    return datetime.combine(day, time(4), UTC)


@settings(max_examples=8)
@given(imports=st.lists(st.tuples(days, HELD), min_size=1, max_size=3, unique_by=lambda one: one[0]))
def test_the_posts_of_a_day_are_the_same_from_the_stream_as_at_the_door(imports: Any) -> None:
    clock, told = VirtualClock(at_noon(FIRST)), []

    def record(_: Connection, changes: list[dict[str, Any]]) -> None:
        told.extend((ORGANISATION, moment_text(clock.now()), change) for change in changes)

    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'one.db'}")
        store.create()
        directory = Directory(store, clock, passwords=Passwords(PasswordHasher(1, 8, 1)))
        for day, held in sorted(imports, key=lambda one: one[0]):
            clock.set(at_noon(day))
            directory.import_csv(files(held), record)
            for later in (0, 1, 7, 30):
                moment = at_noon(day) + timedelta(days=later, minutes=2)
                past = Past([one for one in told if one[0] == ORGANISATION])
                for login in PERSONS:
                    assert past.held(login, moment_text(moment)) == at_the_door(
                        directory, login, moment.date()
                    )
        store.close()


def at_the_door(directory: Directory, login: str, day: date) -> list[str]:
    try:
        return sorted({held.post for held in directory.actor(login, on=day).posts})
    except NotSignedIn:
        return []


def test_every_role_and_act_that_the_offline_program_names_exists() -> None:
    assert {*rights.RIGHTS.values(), *rights.HEADS} <= set(ROLES)
    assert set(rights.HANDLING) == set(duties.HANDLING_ACTS)
    assert set(rights.DECIDING) == set(duties.DECIDING_ACTS)
    assert set(rights.HEADS) == set(duties.DECIDING_ROLES)
    assert [rule for rule, _, _ in rights.APART] == [one.rule for one in duties.SEPARATIONS]
