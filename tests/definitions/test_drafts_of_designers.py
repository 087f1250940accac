"""Drafts: kept through restarts, never overwritten by a second designer, seen by two before they bind."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine.audit import verify
from engine.clock import VirtualClock
from engine.definitions import drafts
from engine.definitions.bundles import Bundle
from engine.definitions.drafts import Drafts
from engine.errors import ActBlocked, Conflict, IllegalDefinition, Malformed, NotFound
from engine.records import journal
from engine.records.store import Store

LAN: dict[str, Any] = {"kind": "officer", "person": "lan"}
XI: dict[str, Any] = {"kind": "officer", "person": "xi"}
DAY = date(2026, 4, 1)
DIAGRAM = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:x">
<process id="photo" isExecutable="true"><startEvent id="s"/><endEvent id="e"/>
<sequenceFlow id="f" sourceRef="s" targetRef="e"/></process></definitions>"""


@pytest.fixture
def book(store: Store) -> Drafts:
    return Drafts(store, VirtualClock(datetime(2026, 3, 2, 1, 30, tzinfo=UTC)))


def bundle(**files: bytes) -> Bundle:
    return Bundle("package", "photo", {"photo.bpmn": DIAGRAM, **files})


def approved(book: Drafts, base: int | None = None) -> drafts.Draft:
    made = book.begin(LAN, bundle(), "拍照", base)
    sent = book.submit(LAN, made.number, made.version, "请审核", DAY)
    return book.approve(XI, sent.number, sent.version, "同意")


def test_a_draft_is_there_after_a_restart_with_every_byte(store: Store, book: Drafts) -> None:
    made = book.begin(LAN, bundle(**{"forms/apply.schema.json": b"{}"}), "拍照")

    again = Drafts(store, VirtualClock(datetime(2027, 1, 1, tzinfo=UTC)))
    assert again.live() == [made]
    assert dict(again.bundle(again.get(made.number)).files) == {
        "photo.bpmn": DIAGRAM,
        "forms/apply.schema.json": b"{}",
    }


def test_two_designers_never_overwrite_each_other(book: Drafts) -> None:
    made = book.begin(LAN, bundle(), "拍照")
    book.save(LAN, made.number, made.version, {"LAW.md": b"first"})

    with pytest.raises(Conflict, match="lan has saved version 2 since; nothing was overwritten"):
        book.save(XI, made.number, made.version, {"LAW.md": b"second"})
    assert book.bundle(book.get(made.number)).files["LAW.md"] == b"first"


def test_a_file_is_put_in_and_taken_out(book: Drafts) -> None:
    made = book.begin(LAN, bundle(), "拍照")
    saved = book.save(LAN, made.number, 1, {"LAW.md": b"x"})
    saved = book.save(LAN, made.number, 2, {"LAW.md": None, "none.txt": None})

    assert set(book.bundle(saved).files) == {"photo.bpmn"}


def test_whoever_worked_on_a_draft_may_not_approve_it(book: Drafts) -> None:
    made = book.begin(LAN, bundle(), "拍照")
    book.save(XI, made.number, 1, {"LAW.md": b"x"})
    sent = book.submit(LAN, made.number, 2, "", DAY)

    for author in (LAN, XI):
        with pytest.raises(ActBlocked, match="second person"):
            book.approve(author, sent.number, sent.version, "")


def test_nothing_is_deployed_that_was_not_approved_as_it_stands(book: Drafts) -> None:
    made = approved(book)
    changed = book.save(LAN, made.number, made.version, {"LAW.md": b"x"})

    assert (changed.status, changed.approved_by) == ("open", None)
    with pytest.raises(Conflict, match="approved"):
        book.deploy(LAN, changed.number, changed.version, [bundle()])


def test_an_approved_draft_is_deployed_from_its_day_on(store: Store, book: Drafts) -> None:
    made = approved(book)
    done = book.deploy(
        LAN, made.number, made.version, drafts.parts_of(book.bundle(made), lambda kind: bundle())
    )

    assert done.status == "deployed"
    assert book.live() == []
    with store.reading() as connection:
        (entry,) = journal.read(connection, journal.DEFINITIONS)
    assert entry.events[0].data["effective_from"] == "2026-04-01"
    with pytest.raises(Conflict, match="deployed"):
        book.save(LAN, done.number, done.version, {"LAW.md": b"x"})


def test_a_draft_that_was_overtaken_is_not_deployed_over_the_newer_version(book: Drafts) -> None:
    first, second = approved(book), approved(book)
    book.deploy(LAN, first.number, first.version, [bundle()])

    with pytest.raises(Conflict, match="version 1 has been deployed since"):
        book.deploy(LAN, second.number, second.version, [bundle(**{"LAW.md": b"y"})])
    with pytest.raises(NotFound):
        book.get(99)


def test_a_faulty_part_keeps_the_whole_draft_from_being_deployed(store: Store, book: Drafts) -> None:
    made = approved(book)
    faulty = Bundle("law", "law", {"x.toml": b"[[period]]\nid = 1"})

    with pytest.raises(IllegalDefinition):
        book.deploy(LAN, made.number, made.version, [bundle(), faulty])
    assert book.get(made.number).status == "approved"
    with store.reading() as connection:
        assert list(journal.read(connection, journal.DEFINITIONS)) == []


def test_files_beside_the_package_are_put_over_the_newest_bundle_of_their_kind(book: Drafts) -> None:
    shipped = {"law": Bundle("law", "law", {"xk.toml": b"old"})}
    draft = bundle(**{"law/photo.toml": b"own", "LAW.md": b"x"})

    law, package = drafts.parts_of(draft, lambda kind: shipped[kind])
    assert dict(law.files) == {"xk.toml": b"old", "photo.toml": b"own"}
    assert set(package.files) == {"photo.bpmn", "LAW.md"}


@pytest.mark.parametrize("path", ["../x", "a/../b", "/etc/x", "a\\b", ""])
def test_a_path_that_leaves_the_package_is_refused(book: Drafts, path: str) -> None:
    made = book.begin(LAN, bundle(), "拍照")
    with pytest.raises(Malformed, match="path inside the package"):
        book.save(LAN, made.number, 1, {path: b"x"})


def test_a_name_no_package_can_have_is_refused(book: Drafts) -> None:
    with pytest.raises(Malformed, match="lower-case letters"):
        book.begin(LAN, Bundle("package", "Größe", {}), "x")


def test_what_happened_to_a_draft_is_journalled_and_verifies(store: Store, book: Drafts) -> None:
    made = approved(book)
    back = book.send_back(XI, made.number, made.version, "缺少表单")
    book.drop(LAN, back.number, back.version)

    assert [one["type"] for one in book.history(made.number)] == [
        "DraftBegun", "DraftSubmitted", "DraftApproved", "DraftSentBack", "DraftDropped",
    ]  # fmt: skip
    with store.reading() as connection:
        assert [check for check in verify.verify_stream(connection, drafts.STREAM) if not check.holds] == []
