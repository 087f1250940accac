"""Drafts: what a designer works on before it binds anyone, kept through restarts and never overwritten.

Called by the designer's pages. A draft is a bundle of files; every save is a new digest in the blobs and
an entry in the stream `designs`, so that nothing is lost and the table can be rebuilt. Beside the package
a draft may carry files of the law and of the catalogue (`law/…`, `catalogue/…`), which are deployed with
it. The calendar, the whole catalogue and the withdrawal of a version are drafted the same way. Who may
design is asked at the door by the caller; that two persons saw it is demanded here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine.clock import Clock, moment_text
from engine.definitions import deployment, withdrawals
from engine.definitions.bundles import MAX_BYTES, MAX_FILES, NAME, Bundle
from engine.definitions.draft_rows import (
    APPROVED,
    DEPLOYED,
    DROPPED,
    KINDS,
    LIVE,
    OPEN,
    SUBMITTED,
    Draft,
    bundle_of,
    load,
    of_row,
)
from engine.errors import ActBlocked, Conflict, Malformed, TooLarge, listed, said
from engine.records import blobs, journal
from engine.records.entries import Event, fresh_salt
from engine.records.store import Store
from engine.records.tables import definition_version as versions
from engine.records.tables import design

__all__ = ["APPROVED", "BESIDE", "DEPLOYED", "DROPPED", "KINDS", "LIVE", "OPEN", "STREAM", "SUBMITTED",
           "Draft", "Drafts", "Who", "own_part", "parts_of"]  # fmt: skip

STREAM = "designs"
BESIDE = {"law/": "law", "catalogue/": "catalogue"}
"""Folders of a draft that belong to a bundle of their own: prefix → kind and name of that bundle."""

Who = Mapping[str, Any]
"""The actor as the journal has it (`Actor.as_data`); `person` is a login."""

_PATH = re.compile(r"[^/\\\x00-\x1f][^\\\x00-\x1f]{0,199}")


class Drafts:
    """The drafts of an installation, over its store and clock. Raises what its methods say."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    # -- reading ------------------------------------------------------------------------------------

    def get(self, number: int) -> Draft:
        """A draft by its number. Raises NotFound."""
        with self._store.reading() as connection:
            return load(connection, number)

    def live(self) -> list[Draft]:
        """Every draft that is not deployed or given up, newest first."""
        query = select(design).where(design.c.status.in_(LIVE)).order_by(design.c.number.desc())
        with self._store.reading() as connection:
            return [of_row(connection, row) for row in connection.execute(query).all()]

    def bundle(self, draft: Draft) -> Bundle:
        """The files of a draft, those beside the package included."""
        with self._store.reading() as connection:
            return bundle_of(connection, draft.digest)

    def history(self, number: int) -> list[Mapping[str, Any]]:
        """What happened to a draft, oldest first: the events of its entries, each with its moment."""
        with self._store.reading() as connection:
            return [
                {**event.data, "type": event.type, "moment": entry.moment}
                for entry in journal.read(connection, STREAM)
                for event in entry.events
                if event.data.get("number") == number
            ]

    # -- writing ------------------------------------------------------------------------------------

    def begin(self, actor: Who, bundle: Bundle, title: str, base: int | None = None) -> Draft:
        """A new draft. Raises Malformed for a name that no package can have, TooLarge."""
        if not NAME.fullmatch(bundle.name):
            raise Malformed(
                said(
                    "Expected a number of lower-case letters, digits, - and _ that begins with a "
                    "letter, but found {name!r}",
                    name=bundle.name[:60],
                )
            )
        with self._store.writing() as connection:
            now = moment_text(self._clock.now())
            digest = self._keep(connection, bundle)
            made = Draft(
                0, bundle.kind, bundle.name, title[:200] or bundle.name, OPEN, 1, digest, base,
                (str(actor["person"]),), None, None, "", now, str(actor["person"]),
            )  # fmt: skip
            number = connection.execute(
                insert(design).values(made.as_row()).returning(design.c.number)
            ).scalar_one()
            made = replace(made, number=number)
            self._journal(connection, actor, "BeginDraft", "DraftBegun", made)
        return made

    def save(
        self, actor: Who, number: int, version: int, files: Mapping[str, bytes | None], title: str = ""
    ) -> Draft:
        """Put files into a draft (None takes one out); what was approved is to be reviewed again.

        Raises Conflict where somebody has saved since `version`, or where the draft is closed; Malformed
        for a path that leaves the package; TooLarge.
        """

        def saved(connection: Connection, found: Draft) -> Draft:
            before = bundle_of(connection, found.digest)
            merged = {path: data for path, data in {**before.files, **files}.items() if data is not None}
            digest = self._keep(connection, Bundle(found.kind, found.name, MappingProxyType(merged)))
            authors = tuple(dict.fromkeys((*found.authors, str(actor["person"]))))
            return replace(
                found, digest=digest, authors=authors, status=OPEN, approved_by=None, effective_from=None,
                title=title[:200] or found.title,
            )  # fmt: skip

        return self._change(actor, number, version, LIVE, ("SaveDraft", "DraftSaved"), saved)

    def submit(self, actor: Who, number: int, version: int, note: str, effective_from: date) -> Draft:
        """Hand a draft over for review. Raises Conflict."""

        def submitted(_connection: Connection, found: Draft) -> Draft:
            return replace(found, status=SUBMITTED, note=note[:2000], effective_from=effective_from)

        return self._change(actor, number, version, (OPEN,), ("SubmitDraft", "DraftSubmitted"), submitted)

    def approve(self, actor: Who, number: int, version: int, note: str) -> Draft:
        """Approve what was submitted. Raises ActBlocked for whoever has worked on it, and Conflict."""

        def approved(_connection: Connection, found: Draft) -> Draft:
            if actor["person"] in found.authors:
                raise ActBlocked(
                    said("Expected a second person to approve the draft, but whoever asks has worked on it")
                )
            return replace(found, status=APPROVED, approved_by=str(actor["person"]), note=note[:2000])

        return self._change(actor, number, version, (SUBMITTED,), ("ApproveDraft", "DraftApproved"), approved)

    def send_back(self, actor: Who, number: int, version: int, note: str) -> Draft:
        """Give a submitted or approved draft back to its authors with a note. Raises Conflict."""

        def returned(_connection: Connection, found: Draft) -> Draft:
            return replace(found, status=OPEN, approved_by=None, effective_from=None, note=note[:2000])

        names = ("SendBackDraft", "DraftSentBack")
        return self._change(actor, number, version, (SUBMITTED, APPROVED), names, returned)

    def drop(self, actor: Who, number: int, version: int) -> Draft:
        """Give a draft up; its files and its history stay in the record. Raises Conflict."""
        return self._change(
            actor, number, version, LIVE, ("DropDraft", "DraftDropped"),
            lambda _connection, found: replace(found, status=DROPPED),
        )  # fmt: skip

    def deploy(self, actor: Who, number: int, version: int, parts: Sequence[Bundle]) -> Draft:
        """Deploy an approved draft, all its parts in one transaction. `parts` are those of `parts_of`.

        Raises IllegalDefinition with every finding; Conflict where it is not approved as it stands, or
        where another version of the package has been deployed since it was begun.
        """
        for part in parts:
            deployment.check(part)

        def deployed(connection: Connection, found: Draft) -> Draft:
            _refuse_overtaken(connection, found)
            for part in parts:
                self._deploy_part(connection, actor, part, found)
            return replace(found, status=DEPLOYED)

        return self._change(actor, number, version, (APPROVED,), ("DeployDraft", "DraftDeployed"), deployed)

    def _deploy_part(self, connection: Connection, actor: Who, part: Bundle, draft: Draft) -> None:
        day = draft.effective_from if part.kind in ("package", withdrawals.KIND) else None
        deployment.keep(
            self._store, connection, moment_text(self._clock.now()), part, actor,
            salt=fresh_salt(), effective_from=day, reviewed_by=draft.approved_by or "",
        )  # fmt: skip

    # -- one change ---------------------------------------------------------------------------------

    def _change(
        self,
        actor: Who,
        number: int,
        version: int,
        allowed: Sequence[str],
        names: tuple[str, str],
        make: Callable[[Connection, Draft], Draft],
    ) -> Draft:
        with self._store.writing() as connection:
            found = load(connection, number)
            _refuse_stale(found, version, allowed)
            changed = replace(
                make(connection, found),
                version=found.version + 1,
                saved_at=moment_text(self._clock.now()),
                saved_by=str(actor["person"]),
            )
            done = connection.execute(
                update(design)
                .where(design.c.number == number, design.c.version == version)
                .values(changed.as_row())
            )
            if done.rowcount != 1:  # two at the same moment, where the database does not lock the row
                raise Conflict(
                    said(
                        "Expected version {version} of draft {number}, but somebody was faster",
                        version=version,
                        number=number,
                    )
                )
            self._journal(connection, actor, names[0], names[1], changed)
        return changed

    def _keep(self, connection: Connection, bundle: Bundle) -> str:
        if len(bundle.files) > MAX_FILES or sum(map(len, bundle.files.values())) > MAX_BYTES:
            raise TooLarge(
                said(
                    "Expected at most {max_files} files of {max_bytes} bytes, but there is more",
                    max_files=MAX_FILES,
                    max_bytes=MAX_BYTES,
                )
            )
        for path, data in bundle.files.items():
            if not _PATH.fullmatch(path) or ".." in path.split("/"):
                raise Malformed(
                    said("Expected a path inside the package, but found {path!r}", path=path[:80])
                )
            blobs.put(self._store, connection, data, "application/octet-stream")
        return blobs.put(self._store, connection, bundle.manifest.encode(), deployment.MANIFEST_TYPE)

    def _journal(self, connection: Connection, actor: Who, command: str, event: str, draft: Draft) -> None:
        data = {**draft.as_row(), "number": draft.number, "kind": draft.kind}
        journal.record(
            connection,
            STREAM,
            moment_text(self._clock.now()),
            actor,
            {"type": command, "number": draft.number},
            events=[Event(event, data)],
            salt=fresh_salt(),
        )


def parts_of(bundle: Bundle, newest: Callable[[str], Bundle]) -> list[Bundle]:
    """What a draft deploys: the bundles it adds files to (law, catalogue), as `newest` has them and with
    these files put over, then the package itself. What is no package is deployed as it is."""
    if bundle.kind != "package":
        return [bundle]
    found = []
    for prefix, kind in BESIDE.items():
        added = {
            path.removeprefix(prefix): data for path, data in bundle.files.items() if path.startswith(prefix)
        }
        if added:
            before = newest(kind)
            found.append(Bundle(kind, before.name, MappingProxyType({**before.files, **added})))
    return [*found, own_part(bundle)]


def own_part(bundle: Bundle) -> Bundle:
    """A draft's bundle without the files that belong to the law and the catalogue."""
    if bundle.kind != "package":
        return bundle
    own = {path: data for path, data in bundle.files.items() if not path.startswith(tuple(BESIDE))}
    return Bundle("package", bundle.name, MappingProxyType(own))


def _refuse_stale(found: Draft, version: int, allowed: Sequence[str]) -> None:
    if found.version != version:
        raise Conflict(
            said(
                "Expected version {version} of draft {number}, but {saved_by} has saved version "
                "{found_version} since; nothing was overwritten",
                version=version,
                number=found.number,
                saved_by=found.saved_by,
                found_version=found.version,
            )
        )
    if found.status not in allowed:
        raise Conflict(
            said(
                "Expected draft {number} to be {allowed}, but it is {status}",
                number=found.number,
                allowed=listed(allowed, " or "),
                status=found.status,
            )
        )


def _refuse_overtaken(connection: Connection, found: Draft) -> None:
    if found.kind == withdrawals.KIND:
        return  # it speaks of one version by its number, whatever has been deployed since
    query = (
        select(versions.c.version)
        .where(versions.c.kind == found.kind, versions.c.name == found.name)
        .order_by(versions.c.version.desc())
        .limit(1)
    )
    newest = connection.execute(query).scalar()
    if newest != found.base:
        raise Conflict(
            said(
                "Expected version {base} of {name} to be the newest, but version {newest} has been "
                "deployed since this draft was begun",
                base=found.base or said("none"),
                name=found.name,
                newest=newest,
            )
        )
