"""Deployment: a bundle is checked, stored byte for byte, versioned and journalled, or refused whole.

Called by the composition root at the first start, by `banjie deploy` and by the designer. Bundles that
are no packages (law, calendars, supervision tables, catalogue, units) take the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from importlib import resources
from typing import Any

from sqlalchemy import Connection, func, insert, select

from engine import bpmn, canonical, dmn
from engine.bpmn.definition import Definition
from engine.clock import Clock, moment_text
from engine.definitions import bundles, catalogue, hour_units, packages, register_fit, registers, withdrawals
from engine.definitions.bundles import Bundle
from engine.definitions.kept import READ
from engine.dmn.report import noted_findings, proven_findings
from engine.errors import BanjieError, Conflict, Finding, IllegalDefinition, said
from engine.periods import Calendar, RuleBook, demand_figures
from engine.records import blobs, journal
from engine.records.entries import Event
from engine.records.store import Store
from engine.records.tables import definition_version as versions

MANIFEST_TYPE = "application/vnd.banjie.manifest+json"
SHARED_FOLDERS = ("law", "calendars", "supervision", "penalties", "catalogue", "registers", "organisation")


def check(bundle: Bundle) -> None:
    """Refuse a faulty bundle with all findings (IllegalDefinition). What was found legal is so once and for
    all while this process runs: a page asks, then whoever deploys, then the deployment itself."""
    READ.once("legal", bundle.digest, lambda: _CHECKS[bundle.kind](bundle))


def deploy(
    store: Store,
    clock: Clock,
    bundle: Bundle,
    actor: Mapping[str, Any],
    *,
    salt: str,
    effective_from: date | None = None,
    reviewed_by: str = "",
) -> bool:
    """Check and store a bundle as its newest version; False where that version is the newest already.

    `reviewed_by` is the login of the second person who saw it, recorded beside whoever deploys.
    """
    check(bundle)
    with store.writing() as connection:
        return keep(
            store,
            connection,
            moment_text(clock.now()),
            bundle,
            actor,
            salt=salt,
            effective_from=effective_from,
            reviewed_by=reviewed_by,
        )


def keep(
    store: Store,
    connection: Connection,
    moment: str,
    bundle: Bundle,
    actor: Mapping[str, Any],
    *,
    salt: str,
    effective_from: date | None = None,
    reviewed_by: str = "",
) -> bool:
    """Store a checked bundle inside a transaction that is open already; see `deploy`.

    Raises Conflict for the withdrawal of a version that is not there or is withdrawn already, and
    IllegalDefinition where a package and the registers, or hours and the units, do not fit each other.
    """
    if is_newest(connection, bundle):
        return False
    _demand_fit(connection, bundle)
    if bundle.kind == "calendar":
        hour_units.demand_known(bundle, _stored(connection, "units"))
    _store_files(store, connection, bundle)
    row = {
        "kind": bundle.kind,
        "name": bundle.name,
        "version": _number(connection, bundle),
        "digest": bundle.digest,
        "effective_from": (effective_from or _effective(bundle)).isoformat(),
        "deployed_at": moment,
    }
    connection.execute(insert(versions).values(row))
    journal.record(
        connection,
        journal.DEFINITIONS,
        moment,
        actor,
        {"type": "Deploy", "kind": bundle.kind, "name": bundle.name}
        | ({"reviewed_by": reviewed_by} if reviewed_by else {}),
        events=[Event("DefinitionDeployed", row)],
        salt=salt,
    )
    return True


def shipped() -> list[Bundle]:
    """What ships in `processes/` and `forms/`: law, calendars, tables, catalogue, registers, packages."""
    processes, forms = resources.files("processes"), resources.files("forms")
    found = [
        bundles.from_folder("law", "law", ("", processes / "law")),
        bundles.from_folder("calendar", "calendar", ("", processes / "calendars")),
        bundles.from_folder("supervision", "supervision", ("", processes / "supervision")),
        bundles.from_folder("penalties", "penalties", ("", processes / "penalties")),
        bundles.from_folder("catalogue", "catalogue", ("", processes / "catalogue")),
        bundles.from_folder("registers", "registers", ("", processes / "registers")),
    ]
    for folder in sorted(processes.iterdir(), key=lambda child: child.name):
        if folder.is_dir() and folder.name not in SHARED_FOLDERS and not folder.name.startswith(("_", ".")):
            found.append(
                bundles.from_folder("package", folder.name, ("", folder), ("forms/", forms / folder.name))
            )
    return found


def shipped_organisation() -> dict[str, bytes]:
    """The demo city's units, posts and persons: CSV bytes by file name."""
    folder = resources.files("processes") / "organisation"
    return {name: (folder / name).read_bytes() for name in ("units.csv", "posts.csv", "persons.csv")}


def is_newest(connection: Connection, bundle: Bundle) -> bool:
    """Whether exactly these bytes are the newest version already, and not withdrawn."""
    newest = _newest(connection, bundle)
    return bool(
        newest
        and bundle.kind != withdrawals.KIND
        and newest.digest == bundle.digest
        and not (bundle.kind == "package" and _row(connection, withdrawals.KIND, bundle.name, newest.version))
    )


def _demand_fit(connection: Connection, bundle: Bundle) -> None:
    """Refuse a package that asks registers for what they do not hold, and registers that packages miss."""
    if bundle.kind == "package" and _register_diagrams(bundle):
        books, deployed = _stored(connection, "registers"), [bundle]
    elif bundle.kind == "registers":
        books, deployed = [bundle], _stored(connection, "package")
    else:
        return
    findings = [
        Finding(f"{one.name}:{found.where}", found.sentence, found.rule, found.line)
        for known in map(_registers, books)
        for one in deployed
        for diagram in _register_diagrams(one)
        for found in register_fit.misfits(known, _definition(diagram))
    ]
    if findings:
        first = findings[0].sentence
        sentence = said("Expected registers and procedures that fit each other, but {first}", first=first)
        raise IllegalDefinition(sentence, findings)


def _registers(book: Bundle) -> registers.RegisterBook:
    return READ.once("registers", book.digest, lambda: registers.read_deployed(book.files))


def _definition(diagram: bytes) -> Definition:
    return READ.once("definition", canonical.digest_bytes(diagram), lambda: bpmn.read(diagram))


def _register_diagrams(bundle: Bundle) -> list[bytes]:
    """The diagrams with a register job: reading every diagram twice would cost a start its time."""
    found = sorted(bundle.files.items())
    return [data for path, data in found if path.endswith(".bpmn") and b"banjie.register." in data]


def _stored(connection: Connection, kind: str) -> list[Bundle]:
    """The newest version of every bundle of a kind."""
    query = select(versions).where(versions.c.kind == kind).order_by(versions.c.version)
    newest = {row.name: row.digest for row in connection.execute(query)}
    return [_loaded(connection, digest) for _, digest in sorted(newest.items())]


def _loaded(connection: Connection, digest: str) -> Bundle:
    manifest = canonical.loads(blobs.get(connection, digest))
    files = {path: blobs.get(connection, sha) for path, sha in manifest["files"].items()}
    return Bundle(manifest["kind"], manifest["name"], files)


def _number(connection: Connection, bundle: Bundle) -> int:
    """The number under which a bundle is kept: the next one; for a withdrawal, that of what it withdraws."""
    if bundle.kind != withdrawals.KIND:
        newest = _newest(connection, bundle)
        return (newest.version if newest else 0) + 1
    number = withdrawals.version_of(bundle)
    if _row(connection, "package", bundle.name, number) is None:
        raise Conflict(
            said("Expected version {number} of {name}, but there is none", number=number, name=bundle.name)
        )
    if _row(connection, withdrawals.KIND, bundle.name, number) is not None:
        raise Conflict(
            said(
                "Expected version {number} of {name} to be in use, but it is withdrawn already",
                number=number,
                name=bundle.name,
            )
        )
    return number


def _row(connection: Connection, kind: str, name: str, number: int) -> Any:
    query = select(versions).where(
        versions.c.kind == kind, versions.c.name == name, versions.c.version == number
    )
    return connection.execute(query).first()


def _newest(connection: Connection, bundle: Bundle) -> Any:
    query = (
        select(versions)
        .where(versions.c.kind == bundle.kind, versions.c.name == bundle.name)
        .order_by(versions.c.version.desc())
        .limit(1)
    )
    return connection.execute(query).first()


def _effective(bundle: Bundle) -> date:
    return packages.effective_from(bundle) if bundle.kind == "package" else date.min


def _store_files(store: Store, connection: Connection, bundle: Bundle) -> None:
    for data in bundle.files.values():
        blobs.put(store, connection, data, "application/octet-stream")
    blobs.put(store, connection, bundle.manifest.encode(), MANIFEST_TYPE)


def _check_models(bundle: Bundle) -> None:
    findings: list[Finding] = []
    for path, data in _tables(bundle):
        try:
            dmn.read(data)
        except IllegalDefinition as error:
            findings += [Finding(f"{path}:{f.where}", f.sentence, f.rule, f.line) for f in error.findings]
    if findings:
        raise IllegalDefinition(said("Expected legal decision tables, but found faults"), findings)


def _check_penalties(bundle: Bundle) -> None:
    """Tables that fix a penalty bind nobody before they are proven (domain rule: nothing is left open)."""
    _check_models(bundle)
    _demand_proof(dict(_tables(bundle)))


def _check_package(bundle: Bundle) -> None:
    packages.read(bundle)
    _demand_proof({path: data for path, data in _tables(bundle) if _fixes_penalty(dmn.read(data))})


def _fixes_penalty(model: dmn.Model) -> bool:
    return any(
        name in decision.extensions
        for decision in model.decisions.values()
        for name in ("banjie.item", "banjie.band", "banjie.gravity")
    )


def table_notes(bundle: Bundle) -> list[Finding]:
    """What the proof finds in the tables of a package that fix no penalty: notes, none of them refuses.

    A gap or an overlap there may be meant: a model made elsewhere deploys unchanged, and its designer is
    told. Files that cannot be read, and penalty tables, are for `check`.
    """
    if bundle.kind != "package":
        return []
    return list(noted_findings({path: data for path, data in _tables(bundle) if not _binds(data)}))


def _tables(bundle: Bundle) -> list[tuple[str, bytes]]:
    return [(path, data) for path, data in sorted(bundle.files.items()) if path.endswith(".dmn")]


def _binds(data: bytes) -> bool:
    """Whether `check` has judged a file: it holds a penalty table, or nothing that can be read."""
    try:
        return _fixes_penalty(dmn.read(data))
    except BanjieError:
        return True


def _demand_proof(tables: Mapping[str, bytes]) -> None:
    findings = list(proven_findings(tables))
    if findings:
        raise IllegalDefinition(said("Expected penalty tables that are proven, but found faults"), findings)


_CHECKS: dict[str, Callable[[Bundle], object]] = {
    "package": _check_package,
    "law": lambda bundle: demand_figures(RuleBook.read(bundle.texts(".toml"))),
    "calendar": lambda bundle: Calendar.read(bundle.texts(".toml")),
    "supervision": _check_models,
    "penalties": _check_penalties,
    "catalogue": lambda bundle: catalogue.read(bundle.texts(".toml")),
    "registers": lambda bundle: registers.read(bundle.files),
    "units": lambda bundle: None,
    withdrawals.KIND: withdrawals.check,
}


def count(connection: Connection) -> int:
    """How many versions are deployed."""
    return int(connection.execute(select(func.count()).select_from(versions)).scalar_one())
