"""What every command is handed: the house, who acts, how to print; and how a refusal ends a command.

Used by the modules beside it, which hang their commands on `main`. It decides nothing about any case.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from engine import canonical
from engine.casework import founding
from engine.errors import BanjieError, Finding, Malformed, NotSignedIn
from engine.organisation.model import Actor
from web.house import House, open_house

Shown = Any


class Door:
    """The house (opened when first needed), who acts, and how to print."""

    def __init__(self, database: str | None = None, as_json: bool = False) -> None:
        self._database = database
        self.as_json = as_json
        self._house: House | None = None

    @property
    def house(self) -> House:
        """The house over the chosen database, founded. Raises Malformed for an address that is none."""
        if self._house is None:
            try:
                house = open_house(self._database)
            except (ArgumentError, NoSuchModuleError) as error:
                raise Malformed(f"Expected the address of a database, but {error}") from error
            founding.found(house.runtime, lambda text: self.say(f"deployed {text}"))
            self._house = house
        return self._house

    def close(self) -> None:
        """Give back the database's connections."""
        if self._house is not None:
            self._house.store.close()

    def say(self, text: str) -> None:
        """Progress, on standard error."""
        click.echo(text, err=True)

    def show(self, data: Shown, text: str | None = None) -> None:
        """The result: as JSON, or as text for people."""
        click.echo(canonical.dumps(data) if self.as_json or text is None else text)

    def actor(self, login: str | None) -> Actor:
        """Who acts: by token, else by login and password. Raises NotSignedIn."""
        token = os.environ.get("BANJIE_TOKEN")
        if token and not login:
            return self.house.directory.actor_of_token(token)
        login = login or os.environ.get("BANJIE_LOGIN") or click.prompt("login", err=True)
        return self._proven(login, "BANJIE_PASSWORD", "password")

    def reviewer(self, login: str) -> Actor:
        """The second person beside whoever acts, proven by a password of their own. Raises NotSignedIn."""
        return self._proven(login, "BANJIE_REVIEWER_PASSWORD", f"password of {login}")

    def _proven(self, login: str, variable: str, asked: str) -> Actor:
        password = os.environ.get(variable) or click.prompt(asked, hide_input=True, err=True)
        if self.house.directory.check_password(login, password) is None:
            raise NotSignedIn("登录名或密码不正确")
        return self.house.directory.actor(login)


class Told(click.Command):
    """A command that also takes --json after its name, and ends on a refusal with a sentence."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(
            click.Option(
                ["--json", "as_json"],
                is_flag=True,
                expose_value=False,
                callback=_choose_json,
                help="Machine-readable output.",
            )
        )

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what is refused becomes a sentence and status 1, never a traceback."""
        door = ctx.ensure_object(Door)
        try:
            result = super().invoke(ctx)
        except BanjieError as error:
            _tell(door, error.code, error.sentence, error.findings)
        except DBAPIError as error:
            _tell(door, "database", f"Expected a database that answers, but {_first_line(error.orig)}")
        except OSError as error:
            _tell(door, "system", f"Expected to read, write or listen, but {error}")
        else:
            return result
        finally:
            door.close()
        return ctx.exit(1)


class Commands(click.Group):
    """A group whose commands are `Told`."""

    command_class = Told
    group_class = type


def _choose_json(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(Door).as_json = True


def _tell(door: Door, code: str, sentence: str, findings: Sequence[Finding] = ()) -> None:
    if door.as_json:
        click.echo(
            canonical.dumps(
                {"error": code, "sentence": sentence, "findings": [one.as_dict() for one in findings]}
            )
        )
        return
    click.echo(sentence, err=True)
    for finding in findings:
        click.echo(f"  {line(finding)}", err=True)


def _first_line(error: object) -> str:
    return (str(error).strip().splitlines() or ["it does not"])[0]


def line(finding: Finding) -> str:
    """A finding on one line: its place, its sentence, its rule."""
    place = f"{finding.where}:{finding.line}" if finding.line else finding.where
    note = "note: " if finding.severity == "note" else ""
    return f"{place}: {note}{finding.sentence} [{finding.rule}]"


def variables(pairs: Sequence[str], file: Path | None) -> dict[str, Any]:
    """Variables from a JSON file and NAME=VALUE pairs over it; VALUE is JSON, or else text.

    Raises Malformed.
    """
    given = canonical.loads(file.read_bytes()) if file else {}
    if not isinstance(given, Mapping):
        raise Malformed(f"Expected an object of variables in {file}, but found something else")
    found: dict[str, Any] = dict(given)
    for pair in pairs:
        name, mark, text = pair.partition("=")
        if not mark or not name:
            raise Malformed(f"Expected NAME=VALUE, but found {pair!r}")
        try:
            found[name] = canonical.loads(text)
        except Malformed:
            found[name] = text
    canonical.demand_storable(found)
    return found


@click.group(cls=Commands, help="Banjie 办结: a workflow engine for public administration.")
@click.option(
    "--database", metavar="URL", help="Database URL; default BANJIE_DB, else sqlite:///var/banjie.db."
)
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.version_option(package_name="banjie", message="%(version)s")
@click.pass_context
def main(context: click.Context, database: str | None, as_json: bool) -> None:
    """The command group."""
    context.obj = Door(database, as_json)


existing = click.Path(exists=True, path_type=Path)
acting = click.option(
    "--as", "login", metavar="LOGIN", help="Who acts (else BANJIE_TOKEN, or BANJIE_LOGIN); asks a password."
)
setting = click.option(
    "--set", "pairs", multiple=True, metavar="NAME=VALUE", help="A variable; VALUE is JSON or text."
)
from_file = click.option("--file", type=existing, help="Variables as a JSON file.")
pass_door = click.pass_obj
