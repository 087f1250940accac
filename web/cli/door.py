"""What every command is handed: the house, who acts, how to print; and how a refusal ends a command.

Used by the modules beside it, which hang their commands on `main`. It decides nothing about any case.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from engine import canonical
from engine.casework import founding
from engine.errors import BanjieError, Finding, Malformed, NotSignedIn, said
from engine.organisation.model import Actor
from web.cli.helping import Spoken, choose, language_of_the_terminal, retelling
from web.house import House, open_house
from web.language import LANGUAGES
from web.sentences import told

Shown = Any


class Door:
    """The house (opened when first needed), who acts, and how and in which language to print."""

    def __init__(self, database: str | None = None, as_json: bool = False, language: str = "") -> None:
        self._database = database
        self.as_json = as_json
        self.language = language or language_of_the_terminal()
        self._house: House | None = None
        self._founded = False

    @property
    def house(self) -> House:
        """The house over the chosen database, founded. Raises Malformed for an address that is none."""
        if not self._founded:
            founding.found(self._opened().runtime, lambda text: self.say(said("deployed {text}", text=text)))
            self._founded = True
        return self._opened()

    @property
    def record(self) -> House:
        """The house over the chosen database as it stands: proving lays, deploys and mends nothing.

        Raises Malformed for an address that is none, Conflict for a database of another version.
        """
        house = self._opened()
        house.store.demand_laid()
        with house.store.reading() as connection:
            house.runtime.shelf.refresh(connection)
        return house

    def _opened(self) -> House:
        if self._house is None:
            try:
                self._house = open_house(self._database)
            except (ArgumentError, NoSuchModuleError) as error:
                raise Malformed(
                    said("Expected the address of a database, but {error}", error=error)
                ) from error
        return self._house

    def close(self) -> None:
        """Give back the database's connections."""
        if self._house is not None:
            self._house.store.close()

    def told(self, text: str) -> str:
        """A sentence in the language of this terminal."""
        return told(text, self.language)

    def say(self, text: str) -> None:
        """Progress, on standard error."""
        click.echo(self.told(text), err=True)

    def show(self, data: Shown, lines: Iterable[str] | None = None) -> None:
        """The result: as JSON, which is the same in every language, or as lines for people."""
        if self.as_json or lines is None:
            click.echo(canonical.dumps(data))
        else:
            click.echo("\n".join(map(self.told, lines)))

    def actor(self, login: str | None) -> Actor:
        """Who acts: by token, else by login and password. Raises NotSignedIn."""
        token = os.environ.get("BANJIE_TOKEN")
        if token and not login:
            return self.house.directory.actor_of_token(token)
        login = login or os.environ.get("BANJIE_LOGIN") or self.asked(said("login"))
        return self._proven(login, "BANJIE_PASSWORD", said("password"))

    def reviewer(self, login: str) -> Actor:
        """The second person beside whoever acts, proven by a password of their own. Raises NotSignedIn."""
        return self._proven(login, "BANJIE_REVIEWER_PASSWORD", said("password of {login}", login=login))

    def asked(self, question: str, **how: Any) -> str:
        """What the person at the terminal answers to a question."""
        return str(click.prompt(self.told(question), err=True, **how))

    def _proven(self, login: str, variable: str, question: str) -> Actor:
        password = os.environ.get(variable) or self.asked(question, hide_input=True)
        if self.house.directory.check_password(login, password) is None:
            raise NotSignedIn(said("Expected a login and its password, but one of them is wrong"))
        return self.house.directory.actor(login)


class Told(Spoken):
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
            told_here = said("Expected a database that answers, but {error}", error=_first_line(error.orig))
            _tell(door, "database", told_here)
        except OSError as error:
            _tell(door, "system", said("Expected to read, write or listen, but {error}", error=error))
        except KeyboardInterrupt:
            return ctx.exit(_interrupted(door))
        else:
            return result
        finally:
            door.close()
        return ctx.exit(1)


class Commands(Spoken, click.Group):
    """A group whose commands are `Told`."""

    command_class = Told
    group_class = type

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that the words name; a name that is none is told as everything is."""
        with retelling():
            return super().invoke(ctx)


def _interrupted(door: Door) -> int:
    """The status of a command that was interrupted, as shells count it (128 and the number of the signal)."""
    _tell(door, "interrupted", said("interrupted; what was finished before is kept"))
    return 128 + signal.SIGINT


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
    door.say(sentence)
    for finding in findings:
        door.say(said("  {line}", line=line(finding)))


def _first_line(error: object) -> str:
    return (str(error).strip().splitlines() or ["it does not"])[0]


def line(finding: Finding) -> str:
    """A finding on one line: its place, its sentence, its rule."""
    place = f"{finding.where}:{finding.line}" if finding.line else finding.where
    return said(
        "{place}: note: {sentence} [{rule}]"
        if finding.severity == "note"
        else "{place}: {sentence} [{rule}]",
        place=place,
        sentence=finding.sentence,
        rule=finding.rule,
    )


def variables(pairs: Sequence[str], file: Path | None) -> dict[str, Any]:
    """Variables from a JSON file and NAME=VALUE pairs over it; VALUE is JSON, or else text.

    Raises Malformed.
    """
    given = canonical.loads(file.read_bytes()) if file else {}
    if not isinstance(given, Mapping):
        raise Malformed(
            said("Expected an object of variables in {file}, but found something else", file=file)
        )
    found: dict[str, Any] = dict(given)
    for pair in pairs:
        name, mark, text = pair.partition("=")
        if not mark or not name:
            raise Malformed(said("Expected NAME=VALUE, but found {pair!r}", pair=pair))
        try:
            found[name] = canonical.loads(text)
        except Malformed:
            found[name] = text
    canonical.demand_storable(found)
    return found


@click.group(cls=Commands)
@click.option(
    "--database", metavar="URL", help="Database URL; default BANJIE_DB, else sqlite:///var/banjie.db."
)
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    envvar="BANJIE_LANGUAGE",
    is_eager=True,
    callback=choose,
    help="Of help, results and refusals; default: BANJIE_LANGUAGE, else as the terminal's locale has it.",
)
@click.version_option(package_name="banjie", message="%(version)s")
@click.pass_context
def main(context: click.Context, database: str | None, as_json: bool, language: str | None) -> None:
    """Banjie: a workflow engine for public administration."""
    context.obj = Door(database, as_json, language or "")


existing = click.Path(exists=True, path_type=Path)
acting = click.option(
    "--as", "login", metavar="LOGIN", help="Who acts (else BANJIE_TOKEN, or BANJIE_LOGIN); asks a password."
)
setting = click.option(
    "--set", "pairs", multiple=True, metavar="NAME=VALUE", help="A variable; VALUE is JSON or text."
)
from_file = click.option("--file", type=existing, help="Variables as a JSON file.")
pass_door = click.pass_obj
