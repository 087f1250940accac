"""Models of others: no file crashes the lint, and what is known of them holds.

Reads the folders `camunda8` and `miwg` under BANJIE_CONFORMANCE (by default `../shared/conformance`
beside the repository); skipped where they are absent.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.bpmn import lint
from engine.errors import BanjieError, Finding

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("BANJIE_CONFORMANCE") or ROOT.parent / "shared" / "conformance")
FILES = sorted(CORPUS.glob("camunda8/*.bpmn")) + sorted(CORPUS.glob("miwg/*.bpmn"))
NEEDED = pytest.mark.skipif(not FILES, reason=f"there are no models of others under {CORPUS}")

# Camunda 8 models that are wrong on purpose, and a rule that says why.
WRONG = {
    "LinkEventTest.testCatchLinkEventAfterEventBasedGatewayNotAllowed": "bpmn.gateway.event.target",
    "LinkEventTest.testInvalidEventLinkMultipleTarget": "bpmn.link.catch-once",
    "compensation-boundary-event-no-association": "bpmn.compensation.association",
    "compensation-task-with-outgoing": "bpmn.flow.compensation-handler",
    "compensation-task-with-boundary": "bpmn.event.timer.one",
    "invalid_process": "bpmn.process.empty",
    "f42e82-invalid_process": "bpmn.process.empty",
}
# Fixtures of a viewer that were never deployed anywhere: gateways with one way, timers without moment, …
UNFINISHED = {
    "DataObjectTest",
    "DefinitionsTest.shouldNotAffectCommentsResult",
    "MoveModificationProcess",
    "diagramForModifications",
    "exclusive-gateway",
}


def found(path: Path) -> list[Finding]:
    try:
        return lint.check(path.read_bytes())
    except BanjieError as refusal:
        return list(refusal.findings)


@NEEDED
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_model_of_others_crashes_the_lint_and_every_finding_is_complete(path: Path) -> None:
    for one in found(path):
        assert one.where
        assert one.sentence
        assert one.rule
        assert one.severity in ("error", "note")


@NEEDED
@pytest.mark.parametrize("name", sorted(WRONG))
def test_a_camunda_8_model_that_is_wrong_on_purpose_is_refused_for_its_fault(name: str) -> None:
    faults = found(CORPUS / "camunda8" / f"{name}.bpmn")
    assert WRONG[name] in {one.rule for one in faults if one.severity == "error"}


@NEEDED
def test_every_other_camunda_8_model_passes() -> None:
    refused = {
        path.stem
        for path in FILES
        if path.parent.name == "camunda8" and any(one.severity == "error" for one in found(path))
    }
    assert refused - set(WRONG) - UNFINISHED == set()


@NEEDED
def test_the_reference_models_of_interchange_follow_the_schema_and_the_flow_rules() -> None:
    for path in CORPUS.glob("miwg/*.bpmn"):
        broken = {one.rule for one in found(path) if one.severity == "error"}
        assert not {
            one for one in broken if one.startswith(("bpmn.metamodel", "bpmn.flow.", "bpmn.lane."))
        }, path.name
