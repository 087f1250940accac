"""A package that was deployed stays readable when the rules for deploying grow stricter."""

from __future__ import annotations

import pytest

from engine.definitions import deployment, packages
from engine.errors import Finding, IllegalDefinition


def stricter(data: bytes) -> list[Finding]:
    return [Finding("task", "Expected what nobody asked for yesterday, but it is not there", "new.rule")]


def test_a_stricter_rule_refuses_new_packages_and_leaves_deployed_ones_readable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bundle = next(one for one in deployment.shipped() if one.name == "sp_special")
    before = packages.read(bundle)
    monkeypatch.setattr(packages, "lint_diagram", stricter)

    with pytest.raises(IllegalDefinition, match="1 fault"):
        packages.read(bundle)

    assert packages.read_deployed(bundle).definition.digest == before.definition.digest


def test_a_deployed_package_without_its_diagram_is_broken_and_says_so() -> None:
    bundle = next(one for one in deployment.shipped() if one.name == "sp_special")
    files = {path: data for path, data in bundle.files.items() if not path.endswith(".bpmn")}

    with pytest.raises(IllegalDefinition, match="sp_special to be legal"):
        packages.read_deployed(type(bundle)(bundle.kind, bundle.name, files))


def test_a_faulty_case_file_is_refused_even_where_no_form_reads_it() -> None:
    bundle = next(one for one in deployment.shipped() if one.name == "sp_special")
    files = {path: data for path, data in bundle.files.items() if not path.startswith("forms/")}
    faulty = type(bundle)(bundle.kind, bundle.name, {**files, "casefile.schema.json": b'{"type":"array"}'})

    with pytest.raises(IllegalDefinition) as refused:
        packages.read(faulty)

    assert "object at the root" in " ".join(one.sentence for one in refused.value.findings)
