"""`banjie start`, `worklist`, `show`, `claim`, `complete`, `send`: acting, as from a page.

Every act is one command handed to the runtime; the built-in jobs of the step are tried right after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from engine.casework import commands, jobs, worklist
from engine.casework import state as case_state
from engine.casework.founding import record_reading
from engine.errors import said
from engine.organisation import authorization
from engine.organisation.model import Actor
from web.cli.door import Door, acting, from_file, main, pass_door, setting, variables


def act(door: Door, command: commands.Command, actor: Actor) -> None:
    """Hand a command to the runtime and tell what came of it."""
    outcome = door.house.runtime.handle(command, actor)
    jobs.run_waiting(door.house.runtime, outcome.case_id)
    with door.house.store.reading() as connection:
        items = worklist.open_items_of(connection, outcome.case_id)
    data: dict[str, Any] = {
        "case": outcome.case_id,
        "number": outcome.number,
        "version": outcome.version,
        "events": [event.type for event in outcome.events],
        "waiting": [{name: item[name] for name in ("key", "element", "name", "status")} for item in items],
    }
    if outcome.query_code:
        data["query_code"] = outcome.query_code
    lines = [said("case {case}, number {number}", case=outcome.case_id, number=outcome.number)]
    lines += [said("query code {code}", code=outcome.query_code)] if outcome.query_code else []
    lines += [said("  waiting {key:>4}: {name} ({element})", **item) for item in data["waiting"]]
    door.show(data, lines)


@main.command()
@click.argument("item")
@click.option("--unit", required=True, help="The unit that receives the application.")
@setting
@from_file
@acting
@pass_door
def start(
    door: Door, item: str, unit: str, pairs: Sequence[str], file: Path | None, login: str | None
) -> None:
    """Open a case for a service ITEM at the window of a unit."""
    command = commands.Receive(item=item, unit=unit, channel="window", variables=variables(pairs, file))
    act(door, command, door.actor(login))


@main.command(name="worklist")
@click.option("--mine", is_flag=True, help="Only what I have claimed.")
@acting
@pass_door
def show_worklist(door: Door, mine: bool, login: str | None) -> None:
    """Work items waiting for a person, most urgent first."""
    actor = door.actor(login)
    with door.house.store.reading() as connection:
        rows = worklist.worklist(connection, actor, held="mine" if mine else "")
    names = (
        "case_id",
        "key",
        "number",
        "element",
        "name",
        "applicant",
        "status",
        "person",
        "due_at",
        "level",
    )
    data = [{name: row.facts[name] for name in names} for row in rows]
    lines = [
        f"{r['case_id']:>6} {r['key']:>4}  {r['due_at'] or '':24} {r['name']}  {r['applicant']}" for r in data
    ]
    door.show(data, lines or [said("nothing waits")])


@main.command()
@click.argument("case_id", type=int)
@acting
@pass_door
def show(door: Door, case_id: int, login: str | None) -> None:
    """Show where a case is: its open work items, what it waits for, its incidents and cards."""
    actor, runtime = door.actor(login), door.house.runtime
    with door.house.store.reading() as connection:
        row = runtime.load(connection, case_id)
        runtime.shelf.refresh(connection, row.generation)
        case = case_state.loads(row.state)
        authorization.at_the_door(actor, "read", case.unit, runtime.organisation(connection))
    record_reading(runtime, actor, case_id, "command line")
    data = {
        "case": case_id,
        "number": case.number,
        "title": case.title,
        "status": row.status,
        "outcome": case.outcome,
        "items": [{"key": key, **item} for key, item in sorted(case.items.items())],
        "acts": [{"key": key, **one} for key, one in sorted(case.subscriptions.items())],
        "incidents": [{"key": key, **one} for key, one in sorted(case.incidents.items())],
        "cards": list(case.cards),
    }
    facts = {"case": case_id, "number": case.number, "status": row.status, "title": case.title}
    lines = [said("case {case}, number {number}, {status}: {title}", **facts)]
    lines += [said("  waiting  {key:>4}: {name}", **one) for one in data["items"]]
    lines += [said("  may come {key:>4}: {name}", **one) for one in data["acts"]]
    lines += [said("  incident {key:>4}: {sentence}", **one) for one in data["incidents"]]
    door.show(data, lines)


@main.command()
@click.argument("case_id", type=int)
@click.argument("key", type=int)
@acting
@pass_door
def claim(door: Door, case_id: int, key: int, login: str | None) -> None:
    """Take an offered work item."""
    act(door, commands.Claim(case_id=case_id, key=key), door.actor(login))


@main.command()
@click.argument("case_id", type=int)
@click.argument("key", type=int)
@setting
@from_file
@acting
@pass_door
def complete(
    door: Door, case_id: int, key: int, pairs: Sequence[str], file: Path | None, login: str | None
) -> None:
    """Finish a work item with what its form holds; an offered one is claimed first."""
    given, actor = variables(pairs, file), door.actor(login)
    with door.house.store.reading() as connection:
        row = door.house.runtime.load(connection, case_id)
    item = case_state.loads(row.state).items.get(key)
    if item is not None and item["status"] == "offered":
        door.house.runtime.handle(commands.Claim(case_id=case_id, key=key), actor)
    act(door, commands.Complete(case_id=case_id, key=key, variables=given), actor)


@main.command()
@click.argument("case_id", type=int)
@click.argument("key", type=int)
@setting
@from_file
@acting
@pass_door
def send(
    door: Door, case_id: int, key: int, pairs: Sequence[str], file: Path | None, login: str | None
) -> None:
    """Do what a case waits for besides its work items: supply, withdraw, … (see `show`)."""
    command = commands.Send(case_id=case_id, key=key, variables=variables(pairs, file))
    act(door, command, door.actor(login))
