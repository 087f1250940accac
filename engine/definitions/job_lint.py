"""What the jobs of a diagram ask for, held against what the package declares.

Called by `packages` when a package is read and by the pages that say which registers a procedure uses. A
procedure reads and writes no register that its procedure.toml does not name (《个人信息保护法》第六条: for a
stated purpose, and no more than it needs). Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.definition import Definition
from engine.errors import Finding, said

READ, WRITE = "banjie.register.read", "banjie.register.write"
DOCUMENT = "banjie.document"
FOR_PARTY, FOR_AUTHORITY = "party", "authority"
READERS = (FOR_PARTY, FOR_AUTHORITY)
"""Who reads a document: the party too, or the authority alone (an approval, a legal review)."""
_DECLARED = {READ: "reads", WRITE: "writes"}


@dataclass(frozen=True)
class JobAsked:
    """A job an element asks for: its type and headers as written, the names of its mapped inputs."""

    element: str
    line: int | None
    type: str
    headers: Mapping[str, str]
    inputs: tuple[str, ...]


def jobs_of(definition: Definition) -> Iterator[JobAsked]:
    """Every job of a diagram whose type is written plainly, in the file's order."""
    for id_, node in definition.nodes.items():
        settings = node.settings
        if settings.job is not None and settings.job.compiled is None:
            inputs = tuple(path[0] for path, _ in settings.inputs)
            element = definition.elements.get(id_)
            line = element.line if element else None
            yield JobAsked(id_, line, settings.job.text, settings.headers, inputs)


def declared(facts: Mapping[str, Any], access: str) -> tuple[str, ...]:
    """The registers that procedure.toml names under `reads` or `writes`."""
    given = facts.get("registers", {})
    names = given.get(access, []) if isinstance(given, Mapping) else []
    return tuple(str(name) for name in names) if isinstance(names, list) else ()


def undeclared_registers(facts: Mapping[str, Any], definition: Definition) -> list[Finding]:
    """A finding for each register job whose register is not declared, and for each that nothing uses."""
    findings = []
    used: dict[str, set[str]] = {"reads": set(), "writes": set()}
    for job in jobs_of(definition):
        access = _DECLARED.get(job.type)
        if access is None:
            continue
        register = job.headers.get("register", "")
        used[access].add(register)
        if register not in declared(facts, access):
            sentence = said(
                "Expected procedure.toml to name {register} under [registers] {access}, but it does not",
                register=register or said("a register"),
                access=access,
            )
            findings.append(Finding(job.element, sentence, "package.registers", job.line))
    for access, registers in used.items():
        for register in declared(facts, access):
            if register not in registers:
                sentence = said(
                    "Expected a task that uses {register} as [registers] {access} says, but found none",
                    register=register,
                    access=access,
                )
                findings.append(Finding("procedure.toml", sentence, "package.registers"))
    return findings


def unknown_readers(definition: Definition) -> list[Finding]:
    """A finding for each document whose header `reader` names nobody."""
    return [
        Finding(
            job.element,
            said(
                "Expected a document for {readers}, but it is for {reader}",
                readers=", ".join(READERS),
                reader=reader,
            ),
            "package.reader",
            job.line,
        )
        for job in jobs_of(definition)
        if job.type == DOCUMENT and (reader := job.headers.get("reader", FOR_PARTY)) not in READERS
    ]
