"""The registers that ship fit the procedures that ship: what is named exists, what is written is a field."""

from __future__ import annotations

import pytest

from engine import feel
from engine.definitions import deployment, job_lint, packages, registers
from engine.definitions.packages import Package

SHIPPED = deployment.shipped()
BOOK = registers.read(next(bundle for bundle in SHIPPED if bundle.kind == "registers").files)
PACKAGES = [packages.read(bundle) for bundle in SHIPPED if bundle.kind == "package"]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_a_procedure_names_registers_that_there_are_and_writes_none_of_others(package: Package) -> None:
    for job in job_lint.jobs_of(package.definition):
        if job.type in (job_lint.READ, job_lint.WRITE):
            register = BOOK.of(job.headers["register"])
            assert job.type == job_lint.READ or register.source == "procedures", job.element


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_a_row_written_out_in_a_task_has_the_fields_of_its_register(package: Package) -> None:
    for job in job_lint.jobs_of(package.definition):
        if job.type != job_lint.WRITE:
            continue
        register = BOOK.of(job.headers["register"])
        settings = package.definition.nodes[job.element].settings
        written = [one.text for path, one in settings.inputs if path[0] == "row"]
        for text in written:
            row = feel.evaluate(text.removeprefix("=")).value
            fields = set(row) if isinstance(row, dict) else set()
            assert fields <= set(register.schemas), (job.element, fields - set(register.schemas))


def test_every_register_of_the_domain_is_there_with_its_readers() -> None:
    demanded = {"licences", "subjects", "penalties", "officers", "credit", "projects", "documents", "grid"}

    assert demanded <= set(BOOK.registers)
    assert all(register.readers for register in BOOK.registers.values())
