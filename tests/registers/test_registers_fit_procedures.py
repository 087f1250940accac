"""A package is held against the registers that are deployed, and new registers against the packages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from diagrams import diagram
from founded import runtime_over
from register_desk import DAY, task

from engine.casework import founding
from engine.casework.runtime import Runtime
from engine.definitions import deployment
from engine.definitions.bundles import Bundle
from engine.errors import IllegalDefinition
from engine.organisation.model import Actor

READ, WRITE = "banjie.register.read", "banjie.register.write"


@pytest.fixture
def runtime(founded_sqlite: Path, tmp_path: Path) -> Iterator[Runtime]:
    made, _clock = runtime_over(f"sqlite:///{shutil.copyfile(founded_sqlite, tmp_path / 'fit.db')}", DAY)
    yield made
    made.store.close()


def package(type_: str, headers: dict[str, str], inputs: dict[str, str]) -> Bundle:
    """A package of one register job, declared as it should be."""
    drawn = diagram(
        '<startEvent id="begun"/>' + task("job", type_, headers, inputs) + '<endEvent id="done"/>\n'
        "begun -> job\njob -> done",
        process="fits",
    )
    access = "reads" if type_ == READ else "writes"
    facts = f'id = "fits"\n[registers]\n{access} = ["{headers["register"]}"]\n'
    return Bundle("package", "fits", {"fits.bpmn": drawn, "procedure.toml": facts.encode()})


@pytest.mark.parametrize(
    ("type_", "headers", "inputs", "told"),
    [
        (READ, {"register": "licenses"}, {"key": "holder_id"}, "'licenses'"),
        (READ, {"register": "penalties"}, {"where": "{amount: 3}"}, "found amount"),
        (WRITE, {"register": "tax"}, {"key": "id", "row": "{state: 1}"}, "by its adaptor"),
        (WRITE, {"register": "credit"}, {"key": "id", "row": "{subjct_id: 1}"}, "found subjct_id"),
        (WRITE, {"register": "licences"}, {"key": "id", "row": '{kind: "a", state: "valid"}'}, "name holder"),
    ],
)
def test_a_package_that_asks_for_what_no_register_holds_is_refused(
    runtime: Runtime, type_: str, headers: dict[str, str], inputs: dict[str, str], told: str
) -> None:
    with pytest.raises(IllegalDefinition) as refused:
        founding.deploy(runtime, package(type_, headers, inputs), Actor.system())
    assert any(
        told in found.sentence and found.where == "fits:job" and found.rule == "package.registers"
        for found in refused.value.findings
    )


def test_a_change_of_some_fields_and_a_row_that_is_computed_are_left_to_the_job(runtime: Runtime) -> None:
    some = package(
        WRITE, {"register": "licences", "mode": "change"}, {"key": "id", "row": '{state: "valid"}'}
    )
    assert founding.deploy(runtime, some, Actor.system())
    made = package(WRITE, {"register": "licences"}, {"key": "id", "row": "row_made_before"})
    assert founding.deploy(runtime, made, Actor.system())


def test_registers_that_a_deployed_procedure_needs_cannot_lose_a_field_or_go(runtime: Runtime) -> None:
    shipped = next(one for one in deployment.shipped() if one.kind == "registers")
    schema = shipped.files["licences.schema.json"].replace(b'"decision_number"', b'"decision_no"')
    renamed = Bundle("registers", "registers", {**shipped.files, "licences.schema.json": schema})
    with pytest.raises(IllegalDefinition) as refused:
        founding.deploy(runtime, renamed, Actor.system())
    assert any(found.where.startswith("xk_") for found in refused.value.findings)
    assert all("decision_number" in found.sentence for found in refused.value.findings)
