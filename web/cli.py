"""The command `banjie`: the operator's and the script's door to the product.

Every act goes through `casework.runtime.handle` as it does from a page; who acts is proven by an access
token (BANJIE_TOKEN) or a password (BANJIE_PASSWORD, else asked for). With `--json` every command prints
one JSON document and nothing else on standard output; progress goes to standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from waitress import serve as serve_wsgi

from engine import audit, canonical
from engine.audit import dossier, offline, xes
from engine.bpmn import lint as diagram_lint
from engine.casework import commands, founding, jobs, worklist
from engine.casework import state as case_state
from engine.clock import moment_text
from engine.definitions import bundles, packages
from engine.errors import BanjieError, Finding, Malformed, NotFound
from engine.organisation.model import Actor
from engine.records import journal, seals
from engine.records.tables import case as case_table
from timers import city, laboratory
from timers.scheduler import Heartbeat
from web.app import create_app
from web.house import House, open_house
from web.rooms import ROOMS

Shown = Any


class Door:
    """What every command is handed: the house (opened when first needed) and how to print."""

    def __init__(self, database: str | None, as_json: bool) -> None:
        self._database = database
        self.as_json = as_json
        self._house: House | None = None

    @property
    def house(self) -> House:
        """The house over the chosen database, founded."""
        if self._house is None:
            self._house = open_house(self._database)
            founding.found(self._house.runtime, lambda text: self.say(f"deployed {text}"))
        return self._house

    def say(self, text: str) -> None:
        """Progress, for people, on standard error."""
        if not self.as_json:
            click.echo(text, err=True)

    def show(self, data: Shown, text: str | None = None) -> None:
        """The result: as JSON, or as text for people."""
        click.echo(canonical.dumps(data) if self.as_json or text is None else text)

    def actor(self, login: str | None) -> Actor:
        """Who acts: by token, else by login and password. Raises NotSignedIn."""
        token = os.environ.get("BANJIE_TOKEN")
        if token:
            return self.house.directory.actor_of_token(token)
        login = login or os.environ.get("BANJIE_LOGIN") or click.prompt("login", err=True)
        password = os.environ.get("BANJIE_PASSWORD") or click.prompt("password", hide_input=True, err=True)
        if self.house.directory.check_password(login, password) is None:
            raise Malformed("登录名或密码不正确")
        return self.house.directory.actor(login)


def refusals(function: Callable[..., Any]) -> Callable[..., Any]:
    """A refusal ends the command with status 1 and a sentence, never with a traceback."""

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except BanjieError as error:
            door = click.get_current_context().obj
            findings = [finding.as_dict() for finding in error.findings]
            if door is not None and door.as_json:
                click.echo(
                    canonical.dumps({"error": error.code, "sentence": error.sentence, "findings": findings})
                )
            else:
                click.echo(error.sentence, err=True)
                for finding in error.findings:
                    click.echo(f"  {_line(finding)}", err=True)
            sys.exit(1)

    return wrapped


def _line(finding: Finding) -> str:
    place = f"{finding.where}:{finding.line}" if finding.line else finding.where
    return f"{place}: {finding.sentence} [{finding.rule}]"


@click.group(help="Banjie 办结: a workflow engine for public administration.")
@click.option(
    "--database", metavar="URL", help="Database URL; default BANJIE_DB, else sqlite:///var/banjie.db."
)
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.pass_context
def main(context: click.Context, database: str | None, as_json: bool) -> None:
    """The command group."""
    context.obj = Door(database, as_json)


acting = click.option("--as", "login", metavar="LOGIN", help="Who acts (else BANJIE_LOGIN, or BANJIE_TOKEN).")
pass_door = click.pass_obj


# --- serving ---------------------------------------------------------------------------------------


@main.command()
@click.option("--port", type=int, envvar="BANJIE_PORT", default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--demo", is_flag=True, help="Load the demo city into an empty database first.")
@click.option("--heartbeat/--no-heartbeat", default=True, help="Drive due moments and jobs in this process.")
@pass_door
@refusals
def serve(door: Door, port: int, host: str, demo: bool, heartbeat: bool) -> None:
    """Start the web server and the heartbeat."""
    house = door.house
    if demo:
        logins = city.load(house.runtime, door.say)
        door.say(f"\n  http://{host}:{port}/\n")
        for role, login in logins:
            door.say(f"  {role:<24} {login} / {city.PASSWORD}")
    beating = Heartbeat(house.runtime) if heartbeat else None
    if beating:
        beating.start()
    try:
        serve_wsgi(create_app(house, ROOMS), host=host, port=port, threads=12, ident="banjie")
    finally:
        if beating:
            beating.stop()


@main.command()
@pass_door
@refusals
def beat(door: Door) -> None:
    """Do once what is due: due moments and built-in jobs."""
    door.show({"done": Heartbeat(door.house.runtime).beat()})


# --- definitions -----------------------------------------------------------------------------------


@main.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--forms", type=click.Path(exists=True, path_type=Path), help="Folder of the package's forms.")
@click.option(
    "--effective-from", type=click.DateTime(["%Y-%m-%d"]), help="Day from which cases begin under it."
)
@acting
@pass_door
@refusals
def deploy(door: Door, path: Path, forms: Path | None, effective_from: Any, login: str | None) -> None:
    """Check and deploy a package: a folder, a ZIP file or a bare BPMN file."""
    actor = door.actor(login)
    made = founding.deploy_as(
        door.house.runtime, _bundle(path, forms), actor, effective_from.date() if effective_from else None
    )
    door.show({"package": made.name, "digest": made.digest}, f"{made.name} {made.digest[:12]} deployed")


@main.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--forms", type=click.Path(exists=True, path_type=Path))
@pass_door
@refusals
def lint(door: Door, path: Path, forms: Path | None) -> None:
    """Check a package or a bare BPMN file; status 1 where it would be refused."""
    if path.suffix == ".bpmn":
        findings = diagram_lint.check(path.read_bytes())
    else:
        packages.read(_bundle(path, forms))
        findings = []
    door.show([f.as_dict() for f in findings], "\n".join(_line(f) for f in findings) or "no findings")
    if any(finding.severity == "error" for finding in findings):
        sys.exit(1)


def _bundle(path: Path, forms: Path | None) -> bundles.Bundle:
    if path.is_dir():
        near = forms or path.parent.parent / "forms" / path.name
        return bundles.from_folder("package", path.name, ("", path), ("forms/", near))
    data = path.read_bytes()
    if path.suffix == ".zip":
        return bundles.from_zip("package", path.stem, data)
    return bundles.Bundle("package", path.stem, {path.name: data})


# --- casework --------------------------------------------------------------------------------------


def _variables(pairs: Sequence[str], file: Path | None) -> dict[str, Any]:
    found: dict[str, Any] = dict(canonical.loads(file.read_bytes())) if file else {}
    for pair in pairs:
        name, mark, text = pair.partition("=")
        if not mark:
            raise Malformed(f"Expected NAME=VALUE, but found {pair!r}")
        try:
            found[name] = canonical.loads(text)
        except Malformed:
            found[name] = text
    return found


setting = click.option(
    "--set", "pairs", multiple=True, metavar="NAME=VALUE", help="A variable; VALUE is JSON or text."
)
from_file = click.option(
    "--file", type=click.Path(exists=True, path_type=Path), help="Variables as a JSON file."
)


def _act(door: Door, command: commands.Command, actor: Actor) -> None:
    outcome = door.house.runtime.handle(command, actor)
    jobs.run_waiting(door.house.runtime, outcome.case_id)
    data: dict[str, Any] = {
        "case": outcome.case_id,
        "number": outcome.number,
        "version": outcome.version,
        "events": [event.type for event in outcome.events],
    }
    if outcome.query_code:
        data["query_code"] = outcome.query_code
    lines = [f"case {outcome.case_id}, number {outcome.number}"]
    lines += [f"query code {outcome.query_code}"] if outcome.query_code else []
    lines += [f"  offered {e.data['instance']}: {e.data['name']}" for e in outcome.of("WorkItemOffered")]
    door.show(data, "\n".join(lines))


@main.command()
@click.argument("item")
@click.option("--unit", required=True, help="The unit that receives the application.")
@setting
@from_file
@acting
@pass_door
@refusals
def start(
    door: Door, item: str, unit: str, pairs: Sequence[str], file: Path | None, login: str | None
) -> None:
    """Open a case for a service ITEM at the window of a unit."""
    command = commands.Receive(item=item, unit=unit, channel="window", variables=_variables(pairs, file))
    _act(door, command, door.actor(login))


@main.command(name="worklist")
@click.option("--mine", is_flag=True, help="Only what I have claimed.")
@acting
@pass_door
@refusals
def show_worklist(door: Door, mine: bool, login: str | None) -> None:
    """Work items waiting for a person, most urgent first."""
    actor = door.actor(login)
    with door.house.store.reading() as connection:
        rows = worklist.worklist(connection, actor, mine=mine)
    names = ("case_id", "key", "number", "name", "applicant", "status", "person", "due_at", "level")
    data = [{name: row.facts[name] for name in names} for row in rows]
    lines = [
        f"{r['case_id']:>6} {r['key']:>4}  {r['due_at'] or '':24} {r['name']}  {r['applicant']}" for r in data
    ]
    door.show(data, "\n".join(lines) or "nothing waits")


@main.command()
@click.argument("case_id", type=int)
@click.argument("key", type=int)
@acting
@pass_door
@refusals
def claim(door: Door, case_id: int, key: int, login: str | None) -> None:
    """Take an offered work item."""
    _act(door, commands.Claim(case_id=case_id, key=key), door.actor(login))


@main.command()
@click.argument("case_id", type=int)
@click.argument("key", type=int)
@setting
@from_file
@acting
@pass_door
@refusals
def complete(
    door: Door, case_id: int, key: int, pairs: Sequence[str], file: Path | None, login: str | None
) -> None:
    """Finish a work item with what its form holds; an offered one is claimed first."""
    actor = door.actor(login)
    with door.house.store.reading() as connection:
        row = door.house.runtime.load(connection, case_id)
    item = case_state.loads(row.state).items.get(key)
    if item is not None and item["status"] == "offered":
        door.house.runtime.handle(commands.Claim(case_id=case_id, key=key), actor)
    _act(door, commands.Complete(case_id=case_id, key=key, variables=_variables(pairs, file)), actor)


# --- proving ---------------------------------------------------------------------------------------


@main.command()
@click.argument("target", required=False)
@click.option(
    "--seal", "seal_file", type=click.Path(exists=True, path_type=Path), help="A seal kept outside."
)
@pass_door
@refusals
def verify(door: Door, target: str | None, seal_file: Path | None) -> None:
    """Verify a case (its number or id), an exported dossier FILE, or the whole database."""
    if target and Path(target).is_file():
        faults = offline.verify_file(Path(target), seal_file)
        door.show({"holds": not faults, "faults": faults}, "\n".join(faults) or "everything holds")
        sys.exit(1 if faults else 0)
    house = door.house
    kept = canonical.loads(seal_file.read_bytes()) if seal_file else None
    found: list[dict[str, Any]] = []
    with house.store.reading() as connection:
        rows = list(_cases(connection, target))
        for place, row in enumerate(rows, start=1):
            if place % 50 == 0:
                door.say(f"{place} of {len(rows)} cases")
            checks = audit.verify_case(connection, row.case_id, row._mapping)
            found += [{"case": row.number, **check.as_data()} for check in checks]
        if target is None:
            found += [check.as_data() for check in audit.verify_seals(connection, kept)]
    _verdict(door, found)


def _verdict(door: Door, found: list[dict[str, Any]]) -> None:
    broken = [check for check in found if not check["holds"]]
    lines = [f"✗ {c.get('case', '')} {c['number']} {c['question']}: {c['detail']}" for c in broken]
    door.show(
        {"holds": not broken, "checks": len(found), "broken": broken},
        "\n".join(lines) or f"{len(found)} checks hold",
    )
    sys.exit(1 if broken else 0)


@main.command()
@click.argument("target", required=False)
@pass_door
@refusals
def replay(door: Door, target: str | None) -> None:
    """Decide a case (or all cases) again from its journal and compare every event."""
    house = door.house
    verdicts = []
    with house.store.reading() as connection:
        rows = list(_cases(connection, target))
        for place, row in enumerate(rows, start=1):
            entries = journal.read(connection, journal.case_stream(row.case_id))
            verdict = audit.replay(connection, house.runtime.shelf, house.runtime.settings, entries)
            verdicts.append({"case": row.number, **verdict.as_data()})
            if place % 20 == 0:
                door.say(f"{place} of {len(rows)} cases")
    door.show(verdicts, "\n".join(f"{v['case']} {v['sentence']}" for v in verdicts))
    sys.exit(0 if all(verdict["conforms"] for verdict in verdicts) else 1)


def _cases(connection: Any, target: str | None) -> Iterable[Any]:
    query = select(case_table).where(case_table.c.number.is_not(None)).order_by(case_table.c.case_id)
    if target:
        by_id = [case_table.c.case_id == int(target)] if target.isdigit() and len(target) < 10 else []
        condition = case_table.c.number == target
        query = query.where(condition | by_id[0] if by_id else condition)
    rows = connection.execute(query).all()
    if target and not rows:
        raise NotFound(f"没有案件{target}")
    return rows


@main.command()
@click.argument("target")
@click.option("--format", "kind", type=click.Choice(["dossier", "xes"]), default="dossier", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
@pass_door
@refusals
def export(door: Door, target: str, kind: str, out: Path) -> None:
    """Export a case: a dossier (ZIP with its own verification program) or an XES event log."""
    house = door.house
    with house.store.reading() as connection:
        row = next(iter(_cases(connection, target)))
        house.runtime.shelf.refresh(connection)
        data = (
            dossier.make(connection, house.runtime, row.case_id)
            if kind == "dossier"
            else xes.log(connection, [row.case_id])
        )
    out.write_bytes(data)
    door.show({"file": str(out), "bytes": len(data)}, f"{out}: {len(data)} bytes")


@main.command()
@click.option("--out", type=click.Path(path_type=Path), help="Keep the seal outside the database.")
@pass_door
@refusals
def seal(door: Door, out: Path | None) -> None:
    """Seal everything recorded so far."""
    with door.house.store.writing() as connection:
        made = seals.make(connection, moment_text(door.house.clock.now()))
    if out:
        out.write_text(canonical.dumps(made.as_data()))
    door.show(made.as_data(), f"seal {made.number} {made.hash}")


# --- simulating ------------------------------------------------------------------------------------


@main.command()
@click.argument("item")
@click.option("--unit", required=True)
@click.option("--cases", type=int, default=20, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--from", "first_day", type=click.DateTime(["%Y-%m-%d"]), help="First day (default: today).")
@pass_door
@refusals
def simulate(door: Door, item: str, unit: str, cases: int, seed: int, first_day: Any) -> None:
    """Run generated cases of an ITEM through the real runtime with a virtual clock, in memory."""
    day: date = first_day.date() if first_day else door.house.directory.today()
    report = laboratory.simulate(item, unit, cases=cases, seed=seed, first_day=day, say=door.say)
    door.show(report.as_data(), report.text())


# --- people ----------------------------------------------------------------------------------------


@main.group()
def people() -> None:
    """Units, posts and persons."""


@people.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@acting
@pass_door
@refusals
def import_people(door: Door, files: Sequence[Path], login: str | None) -> None:
    """Import units.csv, posts.csv and persons.csv, or the folder that holds them; all or nothing."""
    given: Any = files[0] if len(files) == 1 and files[0].is_dir() else list(files)
    actor = door.actor(login) if login else Actor.system()
    report = founding.import_people(door.house.runtime, given, actor)
    data = report.as_data()
    door.show(data, f"added {data['added']}, changed {data['changed']}")


@people.command(name="password")
@click.argument("login")
@pass_door
@refusals
def set_password(door: Door, login: str) -> None:
    """Set a person's password (BANJIE_NEW_PASSWORD, else asked for)."""
    password = os.environ.get("BANJIE_NEW_PASSWORD") or click.prompt(
        "new password", hide_input=True, confirmation_prompt=True, err=True
    )
    record = founding.journalled(door.house.runtime, Actor.system(), "SetPassword")
    door.house.directory.set_password(login, password, record)
    door.show({"login": login}, f"password of {login} set")


@main.command()
@click.argument("login")
@click.option("--note", default="", help="What the token is for.")
@click.option("--days", type=int, default=90, show_default=True)
@pass_door
@refusals
def token(door: Door, login: str, note: str, days: int) -> None:
    """Make an access token for the interface; it is shown once."""
    record = founding.journalled(door.house.runtime, Actor.system(), "CreateToken")
    secret = door.house.directory.create_token(login, note or "command line", days, record)
    door.show({"token": secret}, secret)


if __name__ == "__main__":
    main()
