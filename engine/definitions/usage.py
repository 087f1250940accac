"""What a package names and does not have, or has and does not use: variables, forms, placeholders.

Called by `lawfulness.check`. All of it is told and nothing refused: a name that does not exist is null in
FEEL and a blank on paper, which is legal and hardly ever meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import xml
from engine.bpmn.expressions import HOST_NAMES
from engine.definitions.packages import Package
from engine.errors import Finding, said

_GIVEN = frozenset({*HOST_NAMES, "loopCounter", "item", "unit", "case"})
ON_PAPER = frozenset({"number", "issued_on", "code", "case", "item", "unit"})
# Attributes of the dialect that name a variable which is written: a dotted target writes its first part.
_WRITES = ("target", "resultVariable", "inputElement", "outputCollection", "outputElement")
_HEADERS = ("variable", "resultVariable", "result")


def check(package: Package) -> Iterator[Finding]:
    """The findings about names, in the order of the files."""
    if "casefile.schema.json" in package.bundle.files:
        known = known_names(package)
        yield from _unknown_variables(package, known)
        yield from _unknown_placeholders(package, known)
    yield from _unused_forms(package)


def known_names(package: Package) -> frozenset[str]:
    """Every variable that something may write: case file, forms, mappings, results, loops, data objects."""
    found = {*package.casefile}
    for form in package.forms.values():
        found |= {field.name for field in form.fields}
    for element in xml.read(package.definition.source).getroot().iter():
        found |= set(_written(element))
    return frozenset(found)


def _written(element: xml.Element) -> Iterator[str]:
    name = xml.local(element)
    if name == "header" and element.get("key") in _HEADERS:
        yield element.get("value") or ""
    if name in ("dataObject", "property", "dataInput") and not element.get("value"):
        yield element.get("name") or ""
    for attribute in _WRITES:
        value = element.get(attribute)
        if value and xml.namespace(element) == xml.ZEEBE:
            yield value.partition(".")[0]


def _unknown_variables(package: Package, known: frozenset[str]) -> Iterator[Finding]:
    told: set[tuple[str, str]] = set()
    for element, expression in package.definition.expressions():
        if expression.compiled is None or _speaks_of_another(package, element, expression.place):
            continue
        for name in sorted(expression.compiled.free_names - known - _GIVEN):
            if (element, name) in told:
                continue
            told.add((element, name))
            sentence = said(
                "Expected a variable of the case file in {place}, but nothing writes {name!r}",
                place=expression.place,
                name=name,
            )
            line = (
                package.definition.elements[element].line if element in package.definition.elements else None
            )
            yield Finding(element, sentence, "package.variable", line, "note")


def _speaks_of_another(package: Package, element: str, place: str) -> bool:
    """What a call gives back is said in the called procedure's variables."""
    owner = package.definition.elements.get(element)
    return owner is not None and owner.kind == "callActivity" and place.startswith("output")


def _unknown_placeholders(package: Package, known: frozenset[str]) -> Iterator[Finding]:
    for stem, template in sorted(package.templates.items()):
        path = f"templates/{stem}.{template.suffix}"
        for name in sorted(template.names - known - ON_PAPER):
            sentence = said(
                "Expected placeholders of the case file, but nothing writes {name!r}: it prints a blank",
                name=name,
            )
            yield Finding(path, sentence, "template.placeholder", severity="note")


def _unused_forms(package: Package) -> Iterator[Finding]:
    shown = {package.first_form}
    for element in package.definition.elements.values():
        shown |= {element.form, element.properties.get("banjie.form")}
    for form_id in sorted(package.forms):
        if form_id not in shown:
            stem = form_id.partition("/")[2]
            sentence = said(
                "Expected the form {form_id} to be shown somewhere, but no element names it", form_id=form_id
            )
            yield Finding(f"forms/{stem}.schema.json", sentence, "package.form.unused", severity="note")
