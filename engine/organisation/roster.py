"""An organisation as three CSV files: units.csv, posts.csv, persons.csv → rows, with all faults at once.

Called by `directory.import_csv`. It reads text and checks it against what is already known; it writes
nothing. The format is described for people in processes/organisation/README.md.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

from engine.errors import Finding, Malformed, listed, said
from engine.organisation.model import UNIT_KINDS, Holding, Organisation, Person, Post, Unit, faults
from engine.organisation.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD
from engine.organisation.roles import NOT_OF_A_POST, ROLES
from engine.organisation.roster_row import Row

# file: (columns that must be there, columns that may be there)
FILES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "units.csv": (("code", "parent", "kind", "name_zh", "name_en", "short_zh"), ()),
    "posts.csv": (("code", "unit", "name_zh", "name_en", "roles"), ()),
    "persons.csv": (("login", "name", "posts", "valid_from", "valid_to"), ("password", "active")),
}
LARGEST_FILE = 32 * 1024 * 1024
MOST_FINDINGS = 500

_LOGIN = re.compile(r"[a-z0-9][a-z0-9.\-_@]{0,79}")
_ACTIVE = {"": True, "yes": True, "true": True, "1": True, "是": True,
           "no": False, "false": False, "0": False, "否": False}  # fmt: skip

Files = Path | Traversable | Sequence[Path] | Mapping[str, bytes]


@dataclass
class Roster:
    """What the files say, in their order; `passwords` by login, for those that have one in the file."""

    units: list[Unit] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    persons: dict[str, Person] = field(default_factory=dict)
    holdings: list[Holding] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)


def is_login(text: str) -> bool:
    """Whether the text can be somebody's login at all."""
    return _LOGIN.fullmatch(text) is not None


def contents(files: Files) -> dict[str, bytes]:
    """The bytes of the files by name, from a folder, from paths, or as they are.

    Raises Malformed where a file is none of units.csv, posts.csv, persons.csv, or none is there.
    """
    if isinstance(files, Mapping):
        found = dict(files)
    elif isinstance(files, Sequence):
        found = {path.name: _bytes_of(path) for each in files for path in _csv_in(each)}
    else:
        found = {path.name: _bytes_of(path) for path in _csv_in(files)}
    strange = sorted(set(found) - set(FILES))
    if strange or not found:
        raise Malformed(
            said(
                "Expected {files}, but found {strange}",
                files=listed(FILES),
                strange=listed(strange) if strange else said("none of them"),
            )
        )
    return found


def _csv_in(place: Path | Traversable) -> Iterator[Path | Traversable]:
    if place.is_dir():
        yield from (place / name for name in FILES if (place / name).is_file())
    else:
        yield place


def _bytes_of(path: Path | Traversable) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Malformed(
            said("Expected to read {name}, but {strerror}", name=path.name, strerror=error.strerror)
        ) from error


def read(files: Mapping[str, bytes], known: Organisation) -> Roster:
    """The roster of the files, checked together with the `known` organisation.

    Raises Malformed that lists every fault with file, row and column.
    """
    reader = _Reader()
    for name in FILES:
        if name in files:
            reader.read_file(name, files[name])
    reader.check_references(known)
    if reader.findings:
        raise Malformed(
            said(
                "Expected files without faults, but found {count}; nothing was imported",
                count=len(reader.findings),
            ),
            reader.findings[:MOST_FINDINGS],
        )
    return reader.roster


class _Reader:
    def __init__(self) -> None:
        self.roster = Roster()
        self.findings: list[Finding] = []
        self._places: dict[tuple[str, str], tuple[str, int]] = {}
        self._held: list[tuple[Row, str]] = []

    def fault(self, file: str, row: int, column: str, sentence: str) -> None:
        where = f"{file} row {row}, column {column}" if column else f"{file} row {row}"
        self.findings.append(Finding(where, sentence, f"roster.{column or 'row'}", row))

    def read_file(self, name: str, data: bytes) -> None:
        take = {"units.csv": self._unit, "posts.csv": self._post, "persons.csv": self._person}[name]
        for row in self._rows(name, data):
            take(row)

    def _rows(self, name: str, data: bytes) -> Iterator[Row]:
        text = self._decode(name, data)
        if text is None:
            return
        table = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            columns = [cell.strip() for cell in next(table, [])]
            if not self._columns_fit(name, columns):
                return
            for cells in table:
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) != len(columns):
                    sentence = said(
                        "Expected {count} cells, but found {other_count}",
                        count=len(columns),
                        other_count=len(cells),
                    )
                    self.fault(name, table.line_num, "", sentence)
                    continue
                values = {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
                yield Row(name, table.line_num, values, self.fault)
        except csv.Error as error:
            self.fault(name, table.line_num, "", said("Expected a CSV row, but {error}", error=error))

    def _decode(self, name: str, data: bytes) -> str | None:
        if len(data) > LARGEST_FILE:
            self.fault(
                name,
                1,
                "",
                said(
                    "Expected at most {largest_file} bytes, but found {count}",
                    largest_file=LARGEST_FILE,
                    count=len(data),
                ),
            )
            return None
        # A Chinese Excel saves CSV in GB18030, everything else in UTF-8, with or without a byte order mark.
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            if "\0" not in text:
                return text
        self.fault(name, 1, "", said("Expected text in UTF-8 or GB18030, but found other bytes"))
        return None

    def _columns_fit(self, name: str, columns: list[str]) -> bool:
        needed, optional = FILES[name]
        for column in needed:
            if column not in columns:
                self.fault(
                    name, 1, column, said("Expected the column {column}, but it is missing", column=column)
                )
        for column in columns:
            if column not in needed + optional:
                wanted = ", ".join(needed + optional)
                self.fault(
                    name,
                    1,
                    column,
                    said("Expected one of {wanted}, but found “{column}”", wanted=wanted, column=column),
                )
            elif columns.count(column) > 1:
                self.fault(
                    name,
                    1,
                    column,
                    said("Expected each column once, but {column} stands twice", column=column),
                )
                return False
        return set(needed) <= set(columns) <= set(needed + optional)

    def _unit(self, row: Row) -> None:
        kind = row.text("kind")
        if kind and kind not in UNIT_KINDS:
            row.refuse(
                "kind",
                said("one of {unit_kinds}, but found “{kind}”", unit_kinds=listed(UNIT_KINDS), kind=kind),
            )
        unit = Unit(
            self._unique(row, "unit", row.code("code")),
            row.code("parent", needed=False),
            kind,
            row.text("name_zh"),
            row.text("name_en"),
            row.text("short_zh"),
        )
        self.roster.units.append(unit)

    def _post(self, row: Row) -> None:
        roles = row.several("roles")
        if not roles:
            row.refuse("roles", said("at least one role, but the cell is empty"))
        for role in roles:
            if role not in ROLES or role in NOT_OF_A_POST:
                row.refuse("roles", said("roles that a post can give, but found “{role}”", role=role))
        code = self._unique(row, "post", row.code("code"))
        self.roster.posts.append(
            Post(code, row.code("unit"), row.text("name_zh"), row.text("name_en"), roles)
        )

    def _unique(self, row: Row, what: str, code: str) -> str:
        first = self._places.setdefault((what, code), (row.file, row.number))
        if code and first != (row.file, row.number):
            row.refuse(
                "code",
                said("each code once, but “{code}” stands in row {first} already", code=code, first=first[1]),
            )
        return code

    def _person(self, row: Row) -> None:
        login, name = row.code("login", _LOGIN), row.text("name")
        self._add_person(row, Person(login, name, self._active(row)))
        self._password(row, login)
        begin, end = row.day("valid_from"), row.day("valid_to")
        if begin and end and end < begin:
            row.refuse(
                "valid_to",
                said(
                    "a day not before {begin}, but found {end}", begin=begin.isoformat(), end=end.isoformat()
                ),
            )
        posts = row.several("posts")
        if posts and not row.cells["valid_from"]:
            row.refuse("valid_from", said("the first day of the posts, but the cell is empty"))
        for post in posts:
            self._held.append((row, post))
            self._hold(row, Holding(login, post, begin or date.min, end))

    def _add_person(self, row: Row, person: Person) -> None:
        earlier = self.roster.persons.setdefault(person.login, person)
        if earlier != person:
            row.refuse(
                "name",
                said("the same name and state in all rows of “{login}”, but they differ", login=person.login),
            )

    def _hold(self, row: Row, holding: Holding) -> None:
        key = (
            said("holding of {post} from {valid_from}", post=holding.post, valid_from=holding.valid_from),
            holding.login,
        )
        first = self._places.setdefault(key, (row.file, row.number))
        if first != (row.file, row.number):
            row.refuse(
                "posts",
                said(
                    "“{post}” once from that day, but row {first} has it already",
                    post=holding.post,
                    first=first[1],
                ),
            )
        else:
            self.roster.holdings.append(holding)

    def _active(self, row: Row) -> bool:
        value = row.cells.get("active", "").lower()
        if value not in _ACTIVE:
            row.refuse("active", said("yes or no, but found “{value}”", value=value))
        return _ACTIVE.get(value, True)

    def _password(self, row: Row, login: str) -> None:
        password = row.cells.get("password", "")
        if not password:
            return
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            row.refuse(
                "password",
                said(
                    "at least {shortest_password} characters, but found {count}",
                    shortest_password=SHORTEST_PASSWORD,
                    count=len(password),
                ),
            )
        if self.roster.passwords.setdefault(login, password) != password:
            row.refuse("password", said("one password for “{login}”, but two are given", login=login))

    def check_references(self, known: Organisation) -> None:
        """Check that the files and what is known already make one organisation together."""
        units = {unit.code: unit for unit in (*known.units, *self.roster.units)}
        posts = {post.code: post for post in (*known.posts, *self.roster.posts)}
        for each in faults(list(units.values()), list(posts.values())):
            code, column = each.where.rsplit("/", 1)
            kind = "post" if column == "unit" else "unit"
            file, row = self._places.get((kind, code), (f"{kind}s.csv", 1))
            self.fault(file, row, column, each.sentence)
        for place, post in self._held:
            if post not in posts:
                place.refuse("posts", said("known posts, but there is no “{post}”", post=post))


def sizes(roster: Roster) -> dict[str, int]:
    """How many units, posts, persons and holdings the files name."""
    return {name: len(getattr(roster, name)) for name in ("units", "posts", "persons", "holdings")}
