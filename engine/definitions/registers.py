"""Registers: what the authority keeps beyond single cases, and how registers are held against each other.

Read from the bundle `registers` (`processes/registers/`): `registers.toml` names each register, its key, who
may look things up, what is indexed; `<id>.schema.json` is the schema of its rows, read like a form; what is
counted of them stands in `reports.toml` (`reports`). Called by deployment, by casework (jobs, imports,
checks) and by the pages. Holds no row and opens no database.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine import feel
from engine.definitions import reports as counted
from engine.definitions.formats import to_number
from engine.definitions.forms import Form, FormReader
from engine.definitions.reports import Report
from engine.errors import BanjieError, Finding, IllegalDefinition, Malformed, NotFound, listed, said

FACTS = "registers.toml"
SOURCES = ("procedures", "outside")
CHECK_LEVELS = ("T", "Y", "R")
_DEMANDED = ("id", "source", "name", "key", "readers")


@dataclass(frozen=True)
class Register:
    """One register; `facts` is its table of registers.toml, `form` checks and describes a row."""

    id: str
    facts: Mapping[str, Any]
    form: Form

    def title(self, language: str = "zh") -> str:
        """The register's name."""
        return _worded(self.facts["name"], language)

    def key_label(self, language: str = "zh") -> str:
        """What the key of a row is called."""
        return _worded(self.facts["key"], language)

    @property
    def source(self) -> str:
        """procedures: written by cases; outside: a mirror of another system, filled by its adaptor."""
        return str(self.facts["source"])

    @property
    def readers(self) -> tuple[str, ...]:
        """The roles that may look rows up on the register's page."""
        return tuple(self.facts["readers"])

    @property
    def indexed(self) -> tuple[str, ...]:
        """The fields a lookup may ask for."""
        return tuple(self.facts.get("index", ()))

    @property
    def schemas(self) -> Mapping[str, Any]:
        """Field → its JSON Schema, with titles and masks."""
        found: Mapping[str, Any] = self.form.schema.get("properties", {})
        return found

    def checked(self, row: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The row as it may be kept after `before`. Raises Malformed, a finding for each faulty field."""
        made = self.form.check(row)
        moves = self.facts.get("moves")
        old, new = (before or {}).get("state"), made.get("state")
        if moves and old and new != old and new not in moves.get(old, ()):
            raise Malformed(
                said(
                    "Expected {id} to go from {old} to one of {get}, but found {new}",
                    id=self.id,
                    old=old,
                    get=moves.get(old, []),
                    new=new,
                )
            )
        return made

    def typed(self, texts: Mapping[str, str]) -> dict[str, Any]:
        """A row of a sheet, typed by the schema: several values are divided by ; and nothing is left out."""
        return {
            name: _typed(self.schemas.get(name, {}), text) for name, text in texts.items() if text.strip()
        }

    def on(self, row: Mapping[str, Any], day: date) -> dict[str, Any]:
        """The row as it stands on a day: what was valid until an earlier day has expired."""
        until = row.get(str(self.facts.get("expires")))
        if row.get("state") == "valid" and isinstance(until, str) and until < day.isoformat():
            return {**row, "state": "expired"}
        return dict(row)


@dataclass(frozen=True)
class CrossCheck:
    """A comparison of registers: each row of `over` is held against rows of others that belong to it.

    `finds` is FEEL over `key`, `row`, `today()` and one list for each join; true is a finding.
    """

    id: str
    facts: Mapping[str, Any]
    finds: feel.Compiled

    @property
    def over(self) -> str:
        """The register whose rows are gone through."""
        return str(self.facts["over"])

    @property
    def level(self) -> str:
        """T, Y or R, as supervision has them."""
        return str(self.facts.get("level", "T"))

    @property
    def joins(self) -> Mapping[str, Mapping[str, str]]:
        """Name in FEEL → {register, by}; `by` is "key" or an indexed field that equals the row's key."""
        found: Mapping[str, Mapping[str, str]] = self.facts.get("join", {})
        return found

    def title(self, language: str = "zh") -> str:
        """What is wrong where it finds something."""
        return _worded(self.facts["name"], language)

    @property
    def basis(self) -> str:
        """The article or practice it rests on."""
        return str(self.facts.get("basis", ""))


@dataclass(frozen=True)
class RegisterBook:
    """Every register and every comparison of a bundle."""

    registers: Mapping[str, Register]
    checks: tuple[CrossCheck, ...] = ()
    reports: tuple[Report, ...] = ()

    def of(self, id_: str) -> Register:
        """The register of that id. Raises NotFound."""
        found = self.registers.get(id_)
        if found is None:
            raise NotFound(
                said(
                    "Expected one of the registers {registers}, but found {id!r}",
                    registers=listed(sorted(self.registers)),
                    id=id_,
                )
            )
        return found


def read(files: Mapping[str, bytes]) -> RegisterBook:
    """The registers of a bundle. Raises IllegalDefinition with every finding."""
    return _read(files, Form.read)


def read_deployed(files: Mapping[str, bytes]) -> RegisterBook:
    """The registers of a bundle that was deployed: its forms are not judged again."""
    return _read(files, Form.read_deployed)


def _read(files: Mapping[str, bytes], form: FormReader) -> RegisterBook:
    try:
        facts = tomllib.loads(files.get(FACTS, b"").decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise IllegalDefinition(
            said("Expected {facts} to be TOML, but {error}", facts=FACTS, error=error)
        ) from error
    findings: list[Finding] = []
    registers: dict[str, Register] = {}
    for row in _tables(facts, "register", findings):
        made = _register(row, files, findings, form)
        if made is not None and made.id in registers:
            findings.append(_fault(made.id, said("Expected each register once, but it stands twice")))
        elif made is not None:
            registers[made.id] = made
    checks = [_check(row, registers, findings) for row in _tables(facts, "check", findings)]
    fields = {name: tuple(register.schemas) for name, register in registers.items()}
    reports, faults = counted.read(files.get(counted.FACTS, b""), fields)
    findings += faults
    if findings:
        raise IllegalDefinition(
            said("Expected legal registers, but {sentence}", sentence=findings[0].sentence), findings
        )
    return RegisterBook(registers, tuple(check for check in checks if check is not None), reports)


def _tables(facts: Mapping[str, Any], name: str, findings: list[Finding]) -> Iterator[Mapping[str, Any]]:
    rows = facts.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        findings.append(_fault(name, said("Expected tables [[{name}]], but found something else", name=name)))
        return
    yield from rows


def _register(
    row: Mapping[str, Any], files: Mapping[str, bytes], findings: list[Finding], read_form: FormReader
) -> Register | None:
    missing = [name for name in _DEMANDED if not row.get(name)]
    where = str(row.get("id", "register"))
    if missing or row["source"] not in SOURCES:
        expected = said(
            "{demanded} of each register, source one of {sources}",
            demanded=listed(_DEMANDED),
            sources=listed(SOURCES),
        )
        findings.append(
            _fault(
                where,
                said(
                    "Expected {expected}, but {missing} is not so",
                    expected=expected,
                    missing=missing or row["source"],
                ),
            )
        )
        return None
    path = f"{where}.schema.json"
    if path not in files:
        findings.append(
            _fault(
                where,
                said("Expected the schema {path} beside {facts}, but there is none", path=path, facts=FACTS),
            )
        )
        return None
    try:
        form = read_form(files[path])
    except BanjieError as error:
        findings += [Finding(f"{path}:{f.where}", f.sentence, f.rule, f.line) for f in error.findings]
        return None
    named = [*row.get("index", ()), *(row[name] for name in ("subject", "expires") if name in row)]
    for name in named:
        if name not in form.schema.get("properties", {}):
            findings.append(
                _fault(
                    where,
                    said("Expected the field {name} in {path}, but there is none", name=name, path=path),
                )
            )
    return Register(where, row, form)


def _check(
    row: Mapping[str, Any], registers: Mapping[str, Register], findings: list[Finding]
) -> CrossCheck | None:
    where = str(row.get("id", "check"))
    joins = row.get("join", {})
    if not row.get("name") or row.get("level", "T") not in CHECK_LEVELS or not isinstance(joins, Mapping):
        findings.append(
            _fault(where, said("Expected id, name, level T, Y or R and [check.join], but one is missing"))
        )
        return None
    for name in (row.get("over"), *(join.get("register") for join in joins.values())):
        if name not in registers:
            findings.append(_fault(where, said("Expected a register, but found {name!r}", name=name)))
    for join in joins.values():
        there = registers.get(join.get("register"))
        if there and join.get("by") not in ("key", *there.indexed):
            findings.append(
                _fault(where, said("Expected key or an indexed field, but found {by!r}", by=join.get("by")))
            )
    try:
        text = str(row.get("finds", "")).removeprefix("=")
        return CrossCheck(where, row, feel.compile(text, names=("key", "row", *joins)))
    except BanjieError as error:
        findings.append(Finding(where, error.sentence, error.code))
        return None


def _fault(where: str, sentence: str) -> Finding:
    return Finding(f"{FACTS}:{where}", sentence, "register.facts")


def _typed(schema: Mapping[str, Any], text: str) -> Any:
    kind = schema.get("type")
    if kind == "array":
        return [part.strip() for part in text.split(";") if part.strip()]
    if kind == "boolean":
        return {"true": True, "是": True, "false": False, "否": False}.get(text.strip().lower(), text)
    return to_number(text) if kind in ("number", "integer") else text.strip()


def _worded(given: Any, language: str) -> str:
    if isinstance(given, Mapping):
        return str(given.get(language) or given.get("zh") or "")
    return str(given)
