"""Keeps the catalogues of the other languages in step: `python -m web.translations extract [ROOM] | check`.

Called by people who write pages, and by `make check`. It collects the Chinese source texts of templates
and code into `web/i18n/<language>/<room>.po` (one per room, and `common` for what all rooms share), and
the templates of what the engine says into `said.<room>.po`, and says which still lack a translation.
Nothing is compiled: `web.language` reads the catalogues as they stand.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from engine.errors import places_of
from web.language import CATALOGUES, LANGUAGES, SOURCE
from web.sentence_templates import gathered, is_chinese

ROOT = Path(__file__).resolve().parent
COMMON = "common"
METHODS = [("**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
OPTIONS = {"**.html": {"newstyle_gettext": "true", "trimmed": "true"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}


def collected() -> dict[str, Catalog]:
    """Room → every message its pages and code say, with the files it stands in.

    What the common parts say is in `common` alone.
    """
    rooms = {COMMON: Catalog()}
    found = extract_from_dir(ROOT, METHODS, OPTIONS, keywords=KEYWORDS)
    for name, _line, message, _comments, _context in sorted(found, key=lambda one: (one[0], one[1])):
        rooms.setdefault(room_of(name), Catalog()).add(message, locations=[(name, 0)])
    for room in rooms.keys() - {COMMON}:
        for known in [one.id for one in rooms[room] if one.id and one.id in rooms[COMMON]]:
            rooms[room].delete(known)
    return rooms


def room_of(name: str) -> str:
    """The room a file belongs to: its folder below web/ or web/templates/, else `common`."""
    folders = Path(name).parts[:-1]
    if folders[:1] == ("templates",):
        folders = folders[1:]
    return COMMON if not folders or folders[0] == "components" else folders[0]


def stored(language: str, room: str) -> Catalog:
    """A room's catalogue as it stands; empty when there is none yet."""
    path = CATALOGUES / language / f"{room}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as lines:
        return read_po(lines, locale=language, charset="utf-8")


def sentences() -> dict[tuple[str, str], Catalog]:
    """(language, room) → the templates the engine says that want a text in that language."""
    found: dict[tuple[str, str], Catalog] = {}
    for room, templates in gathered().items():
        for template, files in templates.items():
            language = "en" if is_chinese(template) else SOURCE
            catalog = found.setdefault((language, f"said.{room}"), Catalog())
            catalog.add(template, locations=[(file, 0) for file in sorted(files)]).flags.clear()
    return found


def extract(only: str = "") -> None:
    """Bring the catalogues up to date: new messages come in empty, those no longer said go.

    `only` names the one room to write; the others' files stay as they are.
    """
    for room, wanted in collected().items():
        for language in others():
            if only in {"", room}:
                write(language, room, wanted)
    for (language, room), wanted in sentences().items():
        if only in {"", room}:
            write(language, room, wanted)


def write(language: str, room: str, wanted: Catalog) -> None:
    """Write a room's catalogue with what is wanted now and the translations it has."""
    catalog = stored(language, room)
    catalog.update(wanted, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    path = CATALOGUES / language / f"{room}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as lines:
        write_po(lines, catalog, width=110, omit_header=True, sort_output=True, include_lineno=False)


def missing(language: str, room: str, wanted: Catalog) -> list[str]:
    """The messages a room does not say yet in a language, and those whose places differ from the source's."""
    catalog = stored(language, room)
    lacking = [str(message.id) for message in wanted if message.id and not said(catalog, message.id)]
    return lacking + [f"{message.id}: {fault}" for message, faults in catalog.check() for fault in faults]


def untold(language: str, room: str, wanted: Catalog) -> list[str]:
    """The templates that have no text in a language, or one whose places are others."""
    catalog = stored(language, room)
    lacking = [str(message.id) for message in wanted if message.id and not said(catalog, message.id)]
    texts = [(str(message.id), str(message.string)) for message in catalog if message.id and message.string]
    return lacking + [
        f"{template}: {text} has other places" for template, text in texts if not same_places(template, text)
    ]


def same_places(template: str, text: str) -> bool:
    """Whether a translated template has the places of the source, no more and no fewer."""
    try:
        return places_of(template) == places_of(text)
    except ValueError:
        return False


def said(catalog: Catalog, text: str | Sequence[str]) -> bool:
    """Whether the catalogue has words for a message, in every plural form."""
    message = catalog.get(text if isinstance(text, str) else text[0])
    if message is None or message.fuzzy:
        return False
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def others() -> list[str]:
    """Every language but the source's."""
    return [language for language in LANGUAGES if language != SOURCE]


def report() -> int:
    """Say what is missing on the error stream; how many messages that are."""
    lacking = [
        f"{language}/{room}.po lacks a translation of: {text}"
        for room, wanted in collected().items()
        for language in others()
        for text in missing(language, room, wanted)
    ]
    lacking += [
        f"{language}/{room}.po lacks a translation of: {text}"
        for (language, room), wanted in sentences().items()
        for text in untold(language, room, wanted)
    ]
    sys.stderr.writelines(f"{line}\n" for line in lacking)
    return len(lacking)


def main(arguments: list[str]) -> int:
    """The exit status: 0 when all is well, 1 when `check` finds something missing, 2 for anything else."""
    if arguments[:1] == ["extract"] and len(arguments) <= 2:
        extract(*arguments[1:])
        report()
        return 0
    if arguments == ["check"]:
        return 1 if report() else 0
    sys.stderr.write("Expected `python -m web.translations extract [ROOM]` or `check`.\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
