"""What the register jobs of a diagram ask for, held against the registers that are deployed.

Called by `deployment`, in both directions: when a package is deployed and when the registers are. So a row
that no register could take is found before a case waits for it. Reads definitions only, never a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine import feel
from engine.bpmn.definition import Definition
from engine.definitions.job_lint import READ, WRITE, JobAsked, jobs_of
from engine.definitions.registers import Register, RegisterBook
from engine.errors import ExpressionError, Finding, Said, said
from engine.feel.tree import ContextLiteral

RULE = "package.registers"


def misfits(book: RegisterBook, definition: Definition) -> list[Finding]:
    """A finding for each register job that no register of the book answers, in the file's order.

    A row or a `where` that is not written out as a context is left to the job itself.
    """
    return [
        Finding(job.element, sentence, RULE, job.line)
        for job in jobs_of(definition)
        if job.type in (READ, WRITE)
        for sentence in _faults(book, definition, job)
    ]


def _faults(book: RegisterBook, definition: Definition, job: JobAsked) -> Iterator[Said]:
    name = job.headers.get("register", "")
    register = book.registers.get(name)
    if register is None:
        known = ", ".join(sorted(book.registers))
        yield said("Expected one of the registers {known}, but found {name!r}", known=known, name=name)
        return
    inputs = {path[0]: one.text for path, one in definition.nodes[job.element].settings.inputs}
    if job.type == READ:
        yield from _unindexed(register, inputs)
    else:
        yield from _unwritable(register, inputs, job.headers)


def _unindexed(register: Register, inputs: Mapping[str, str]) -> Iterator[Said]:
    for field in _entries(inputs.get("where")) or ():
        if field not in register.indexed:
            known = ", ".join(register.indexed)
            yield said(
                "Expected `where` of register {register} to name fields of {known}, but found {field}",
                register=register.id,
                known=known,
                field=field,
            )


def _unwritable(register: Register, inputs: Mapping[str, str], headers: Mapping[str, str]) -> Iterator[Said]:
    if register.source != "procedures":
        yield said(
            "Expected register {register} to be written by its adaptor, but a case writes it",
            register=register.id,
        )
    written = _entries(inputs.get("row"))
    if written is None:
        return
    for field in written:
        if field not in register.schemas:
            yield said(
                "Expected a field of register {register}, but found {field}",
                register=register.id,
                field=field,
            )
    whole = headers.get("mode", "put") == "put"
    for field in register.form.schema.get("required", ()) if whole else ():
        if field not in written:
            yield said(
                "Expected the row to name {field}, which register {register} demands, but it does not",
                register=register.id,
                field=field,
            )


def _entries(text: str | None) -> tuple[str, ...] | None:
    """The names of a context that is written out; None for every other expression."""
    if not text or not text.startswith("="):
        return None
    try:
        tree = feel.parse(text[1:])
    except ExpressionError:  # names with spaces are known to the lint of the diagram, not here
        return None
    return tuple(name for name, _ in tree.entries) if isinstance(tree, ContextLiteral) else None
