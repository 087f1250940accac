"""Who reads a document is drawn with it: the party too, or the authority alone."""

from __future__ import annotations

import pytest
from diagrams import diagram
from register_desk import task

from engine import bpmn
from engine.bpmn.definition import Definition
from engine.definitions import job_lint


def drawn(reader: str) -> Definition:
    """A procedure whose one task issues a document for a reader."""
    job = task("paper", "banjie.document", {"template": "approval", "reader": reader}, {})
    nodes = f'<startEvent id="begun"/>{job}<endEvent id="done"/>'
    return bpmn.read(diagram(f"{nodes}\nbegun -> paper\npaper -> done"))


@pytest.mark.parametrize("reader", ["party", "authority"])
def test_a_document_is_for_the_party_or_for_the_authority_alone(reader: str) -> None:
    assert job_lint.unknown_readers(drawn(reader)) == []


def test_a_document_for_nobody_known_is_refused() -> None:
    [found] = job_lint.unknown_readers(drawn("everybody"))

    assert (found.where, found.rule) == ("paper", "package.reader")
    assert "party, authority" in found.sentence
    assert "everybody" in found.sentence
