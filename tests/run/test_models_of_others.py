"""Models made for other tools: kept byte for byte; those meant to run begin, or are refused with findings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.bpmn.trial import Trial
from engine.definitions import packages
from engine.definitions.bundles import Bundle
from engine.errors import BanjieError

FOLDER = Path(os.environ.get("BANJIE_CONFORMANCE") or Path(__file__).parents[3] / "shared" / "conformance")
FILES = sorted(path for name in ("camunda8", "miwg") for path in (FOLDER / name).rglob("*.bpmn"))

pytestmark = pytest.mark.skipif(not FILES, reason=f"no models of others in {FOLDER}; set BANJIE_CONFORMANCE")


def outcome(path: Path) -> packages.Package | BanjieError:
    """The package of a bare file, or why it is refused."""
    try:
        return packages.read(Bundle("package", "bare", {"bare.bpmn": path.read_bytes()}))
    except BanjieError as refusal:
        return refusal


def test_every_model_that_deploys_comes_back_byte_for_byte_and_begins() -> None:
    begun = 0
    for path in FILES:
        package = outcome(path)
        if isinstance(package, BanjieError):
            continue
        assert package.definition.source == path.read_bytes()
        for process in package.definition.processes.values():
            if process.executable and not process.is_task:
                Trial(package.definition).start(process.id)
                begun += 1

    assert begun >= 100


def test_a_model_that_is_refused_is_told_every_fault_with_its_place() -> None:
    refused = {path.name: found for path in FILES if isinstance(found := outcome(path), BanjieError)}

    assert 5 <= len(refused) <= len(FILES) // 8
    for name, refusal in refused.items():
        assert refusal.findings, name
        assert any(finding.line for finding in refusal.findings), name
        assert all(finding.sentence.startswith("Expected") for finding in refusal.findings), name
