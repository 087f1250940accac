"""Help and wrongly typed commands, in the language of the terminal; lines are measured in columns.

Used by `web.cli.door`, whose commands and groups are `Spoken`. What a command says of itself stands in
English beside it (docstring, `help=`) and is told from the catalogue `said.cli`, a paragraph at a time. It
runs no command and decides nothing.
"""

from __future__ import annotations

import inspect
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import zip_longest
from typing import IO, Any

import click

from engine.errors import Said, said, sayable
from web.language import LANGUAGES
from web.sentences import recognised, told

CHOSEN = "banjie.language"
"""Where the context keeps what --language says."""
_CLICK = (
    sayable("Usage: "),
    sayable("Options"),
    sayable("Commands"),
    sayable("[OPTIONS]"),
    sayable("COMMAND [ARGS]..."),
    sayable("required"),
    sayable("Show the version and exit."),
    sayable("Show this message and exit."),
    sayable("Missing command."),
    sayable("No such command {name!r}."),
    sayable("No such command {name!r}. Did you mean {other!r}?"),
    sayable("No such command {name!r}. (Did you mean one of: {others}?)"),
    sayable("No such option {name!r}."),
    sayable("No such option {name!r}. Did you mean {other!r}?"),
    sayable("No such option {name!r}. (Did you mean one of: {others}?)"),
    sayable("Missing argument {name!r}."),
    sayable("Missing option {name!r}."),
    sayable("Option {name!r} requires an argument."),
    sayable("Option {name!r} does not take a value."),
    sayable("Got unexpected extra argument ({words})"),
    sayable("Got unexpected extra arguments ({words})"),
    sayable("Invalid value for {name!r}: {message}"),
    sayable("Invalid value for {name!r}: {value!r} is not a valid {kind}."),
    sayable("Invalid value for {name!r}: {value} is not in the range {range}."),
    sayable("Invalid value for {name!r}: {value!r} is not one of {choices}."),
    sayable("Invalid value for {name!r}: {value!r} does not match the format {form}."),
    sayable("Invalid value for {name!r}: Path {path!r} does not exist."),
)
"""What the library of the command line says itself, so that it can be told like our own sentences."""
_PIECES = re.compile(
    r"\s*(?:[\u2e80-\uffff][、，。；：？！）》”]*|[^\s\u2e80-\uffff]+[、，。；：？！）》”]*)"
)


_EXTRA = re.compile(r"(?:(?P<words>.*)  )?\[(?P<facts>[^\]]*)\]")
"""An option's meaning as the library writes it: in words, and its default and bounds behind them."""


def language_of(context: click.Context | None) -> str:
    """The language chosen by --language, else the terminal's."""
    chosen = context.meta.get(CHOSEN) if context else None
    return str(chosen or language_of_the_terminal())


def language_of_the_terminal() -> str:
    """LC_ALL before LC_MESSAGES before LANG, as POSIX has it; English where none names a language of ours."""
    set_ = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((value for value in set_ if value), "")
    return next((language for language in LANGUAGES if locale.startswith(language)), "en")


def choose(context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """Keep what --language says, before help is written."""
    if value:
        context.meta[CHOSEN] = value
    return value


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a help text, each on one line."""
    return [" ".join(part.split()) for part in inspect.cleandoc(text).split("\n\n") if part.strip()]


class Formatter(click.HelpFormatter):
    """Writes help in one language."""

    def __init__(self, language: str, **how: Any) -> None:
        super().__init__(**how)
        self.language = language

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line of usage."""
        for words in ("[OPTIONS]", "COMMAND [ARGS]..."):
            args = args.replace(words, self.tell(words))
        super().write_usage(prog, args, prefix or self.tell("Usage: "))

    def write_heading(self, heading: str) -> None:
        """A heading over a list."""
        indent = " " * self.current_indent
        self.write(f"{indent}{told(said('{heading}:', heading=said_as(heading)), self.language)}\n")

    def write_text(self, text: str) -> None:
        """Paragraphs."""
        indent = " " * self.current_indent
        for number, part in enumerate(paragraphs(text)):
            self.write("\n" if number else "")
            for line in wrapped(self.tell(part), self.width - self.current_indent):
                self.write(f"{indent}{line}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """A list of names with what they mean."""
        given = list(rows)
        first = min(max(map(len, dict(given)), default=0), col_max) + col_spacing
        indent = " " * self.current_indent
        for name, meaning in given:
            lines = wrapped(self.meaning(meaning), max(self.width - first - self.current_indent, 10))
            alone = len(name) > first - col_spacing
            for left, right in zip_longest([name], ["", *lines] if alone else lines, fillvalue=""):
                self.write(f"{indent}{left:<{first}}{right}".rstrip() + "\n")

    def meaning(self, text: str) -> str:
        """What an option means, with its default and bounds behind it."""
        found = _EXTRA.fullmatch(text)
        if not found:
            return self.tell(text)
        facts = "; ".join(told(self._fact(one), self.language) for one in found["facts"].split("; "))
        return f"{self.tell(found['words'] or '')}  [{facts}]".strip()

    def _fact(self, fact: str) -> str:
        name, mark, value = fact.partition(": ")
        return said("default: {value}", value=value) if mark and name == "default" else said_as(fact)

    def tell(self, text: str) -> str:
        """A text of ours or of the library's in this language."""
        return told(said_as(text), self.language)


def said_as(text: str) -> Said:
    """A whole text that stands in the catalogue as it is."""
    return Said(text, text)


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns; Chinese signs take two, and no line begins with a closing one."""
    lines = [""]
    for piece in _PIECES.findall(text):
        if lines[-1] and columns(lines[-1] + piece) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line for line in lines if line]


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


class Speaking(click.Context):
    """The context of a command whose help speaks the terminal's language."""

    def make_formatter(self) -> click.HelpFormatter:
        """The formatter of that language."""
        return Formatter(language_of(self), width=self.terminal_width, max_width=self.max_content_width)


class Spoken(click.Command):
    """A command, or a group, that explains itself and its refusals in the terminal's language."""

    context_class = Speaking

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first paragraph, whole: a list wraps it."""
        return next(iter(paragraphs(self.help or "")), "")

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the words after the command; what is wrong with them is told in the terminal's language."""
        with retelling():
            return super().make_context(*args, **kwargs)


class Wrong(click.UsageError):
    """A command typed wrongly, told in a language; the status stays the library's."""

    def __init__(self, error: click.UsageError) -> None:
        super().__init__(error.format_message(), error.ctx)

    def show(self, file: IO[Any] | None = None) -> None:
        """Usage, where help is to be had, and what is wrong; on standard error."""
        language = language_of(self.ctx)
        if self.ctx is not None:
            hint = said("Try '{command} --help' for help.", command=self.ctx.command_path)
            click.echo(f"{self.ctx.get_usage()}\n{told(hint, language)}\n", file=file, err=True)
        error = said("Error: {message}", message=recognised(self.message))
        click.echo(told(error, language), file=file, err=True)


@contextmanager
def retelling() -> Iterator[None]:
    """What the library refuses within the block is told as `Wrong`; help that was asked for stays help."""
    try:
        yield
    except (Wrong, click.exceptions.NoArgsIsHelpError):
        raise
    except click.UsageError as error:
        raise Wrong(error) from error
