"""Models made for other tools: kept byte for byte; those meant to run begin, or are refused with findings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.bpmn.trial import Trial
from engine.definitions import packages
from engine.definitions.bundles import Bundle
from engine.errors import BanjieError, IllegalDefinition

FOLDER = Path(os.environ.get("BANJIE_CONFORMANCE") or Path(__file__).parents[3] / "shared" / "conformance")
FILES = sorted(path for name in ("camunda8", "miwg") for path in (FOLDER / name).rglob("*.bpmn"))

pytestmark = pytest.mark.skipif(not FILES, reason=f"no models of others in {FOLDER}; set BANJIE_CONFORMANCE")


def deployed() -> dict[str, packages.Package]:
    found = {}
    for path in FILES:
        try:
            found[path.name] = packages.read(Bundle("package", "bare", {"bare.bpmn": path.read_bytes()}))
        except IllegalDefinition as refusal:
            assert refusal.findings, path.name
            assert all(finding.sentence.startswith("Expected") for finding in refusal.findings), path.name
    return found


def test_every_model_that_deploys_comes_back_byte_for_byte_and_begins() -> None:
    found = deployed()
    sources = {path.name: path.read_bytes() for path in FILES}

    begun = 0
    for name, package in found.items():
        assert package.definition.source == sources[name]
        for process in package.definition.processes.values():
            if process.executable and not process.is_task:
                Trial(package.definition).start(process.id)
                begun += 1

    assert begun >= 100
    assert len(FILES) - len(found) <= len(FILES) // 8


def test_a_model_refused_is_refused_whole_and_with_a_line() -> None:
    refused = 0
    for path in FILES:
        try:
            packages.read(Bundle("package", "bare", {"bare.bpmn": path.read_bytes()}))
        except BanjieError as refusal:
            refused += 1
            assert any(finding.line for finding in refusal.findings), path.name

    assert refused >= 5
