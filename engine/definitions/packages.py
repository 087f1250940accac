"""One procedure as its designer packed it: diagram, forms, tables, templates, facts.

Called by deployment (which refuses a faulty package whole, with all findings) and by the shelf (which
caches what was read). Reading is pure; nothing here touches the database.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from engine import bpmn, dmn
from engine.bpmn.definition import Definition
from engine.bpmn.lint import check as lint_diagram
from engine.definitions import forms as form_reader
from engine.definitions import job_lint
from engine.definitions.bundles import Bundle
from engine.definitions.forms import Form, FormReader
from engine.definitions.templates import HtmlTemplate
from engine.definitions.word_templates import WordTemplate
from engine.errors import BanjieError, Finding, IllegalDefinition, NotFound, said

Template = HtmlTemplate | WordTemplate
_TEMPLATES = "templates/"
_CASEFILE = "casefile.schema.json"
_OPEN_CASEFILE = b'{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object"}'


@dataclass(frozen=True)
class Package:
    """A package that has been read. Raises IllegalDefinition, with all findings, where it cannot be."""

    bundle: Bundle
    definition: Definition
    forms: Mapping[str, Form]
    models: tuple[dmn.Model, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The package id, such as xk_general."""
        return self.bundle.name

    @property
    def digest(self) -> str:
        """The digest of the whole package."""
        return self.bundle.digest

    @property
    def kind(self) -> str:
        """The kind of procedure as procedure.toml says (licence, registration, shared, …)."""
        return str(self.facts.get("kind", "procedure"))

    @property
    def effective_from(self) -> date:
        """The day from which cases begin under this version."""
        return _effective(self.facts)

    @property
    def first_form(self) -> str | None:
        """The form an application is entered with."""
        return self.facts.get("first_form")

    @property
    def party(self) -> Mapping[str, str]:
        """The variables that say whom a case is about ({name, phone}), where [party] of procedure.toml names
        them; they may be written at any time of the case. Without it who applied stays the applicant."""
        named = self.facts.get("party", {})
        return {key: str(named[key]) for key in ("name", "phone") if key in named}

    @property
    def process(self) -> str:
        """The id of the process that a case of this package starts."""
        named = self.facts.get("process")
        if named:
            return str(named)
        runnable = [process.id for process in self.definition.processes.values() if process.executable]
        return runnable[0] if runnable else next(iter(self.definition.processes))

    def title(self, language: str = "zh") -> str:
        """The procedure's name."""
        names = self.facts.get("name", {})
        return str(names.get(language) or names.get("zh") or self.name)

    def form(self, form_id: str) -> Form:
        """A form by its id `<package>/<task>`. Raises NotFound."""
        found = self.forms.get(form_id)
        if found is None:
            raise NotFound(
                said(
                    "Expected a form {form_id} in package {name}, but there is none",
                    form_id=form_id,
                    name=self.name,
                )
            )
        return found

    @cached_property
    def templates(self) -> Mapping[str, Template]:
        """The document templates by stem; of a stem that is both, the .docx is issued."""
        found: dict[str, Template] = {}
        for path in sorted(self.bundle.files, reverse=True):
            stem, _, suffix = path.removeprefix(_TEMPLATES).rpartition(".")
            if path.startswith(_TEMPLATES) and suffix in ("html", "docx"):
                found[stem] = _template(path, self.bundle.files[path])
        return found

    def template(self, stem: str) -> Template:
        """A document template. Raises NotFound."""
        found = self.templates.get(stem)
        if found is None:
            raise NotFound(
                said(
                    "Expected a template {stem} in package {name}, but there is none",
                    stem=stem,
                    name=self.name,
                )
            )
        return found

    @cached_property
    def casefile(self) -> Mapping[str, Any]:
        """The case-file schema's properties: variable name → its JSON Schema."""
        return form_reader.casefile_properties(_casefile(self.bundle))


def read(bundle: Bundle) -> Package:
    """Read a package that wants to be deployed; every fault of every file is found before it is refused."""
    findings = _diagram_faults(bundle)
    package = _assembled(bundle, findings, drawn=not findings)
    for path, data in sorted(bundle.files.items()):
        if path.startswith(_TEMPLATES) and path.endswith((".html", ".docx")):
            findings += _template_faults(path, data)
    if not any(path.startswith("forms/") for path in bundle.files):
        findings += (
            _collect(findings, _CASEFILE, lambda: form_reader.casefile_faults(_casefile(bundle))) or ()
        )
    if package is not None:
        findings += _missing_forms(bundle.name, package.definition, package.forms)
        findings += _unknown_facts(package.facts, package.definition, package.forms)
        findings += job_lint.undeclared_registers(package.facts, package.definition)
        findings += job_lint.unknown_readers(package.definition)
    return _demand_whole(package, bundle, findings)


def described(packages: Iterable[Package], variable: str) -> Mapping[str, Any]:
    """What case files say of a variable: the first that knows it, with the choices that any of them names,
    as a called procedure does for what it alone asks. Empty where none knows it."""
    known = [one.casefile[variable] for one in packages if variable in one.casefile]
    named = next(({"oneOf": one["oneOf"]} for one in known if "oneOf" in one), {})
    return {**known[0], **named} if known else {}


def read_deployed(bundle: Bundle) -> Package:
    """A package that was deployed: nothing of it is judged again.

    Rules grow stricter with the years; a case keeps running, and replays, under what was legal on its day.
    """
    findings: list[Finding] = []
    return _demand_whole(_assembled(bundle, findings, form=Form.read_deployed), bundle, findings)


def _demand_whole(package: Package | None, bundle: Bundle, findings: list[Finding]) -> Package:
    if findings or package is None:
        raise IllegalDefinition(
            said(
                "Expected package {name} to be legal, but found {count} fault(s)",
                name=bundle.name,
                count=len(findings),
            ),
            findings,
        )
    return package


def _assembled(
    bundle: Bundle, findings: list[Finding], *, drawn: bool = True, form: FormReader = Form.read
) -> Package | None:
    """The package of what can be read of each file; what cannot is a finding. None without its diagram."""
    facts = _collect(findings, "procedure.toml", lambda: _facts(bundle))
    path = _diagram(bundle, findings) if drawn else None
    definition = _collect(findings, path, lambda: bpmn.read(bundle.files[path])) if path else None
    forms = _forms(bundle, findings, form)
    models = [
        _collect(findings, path, lambda data=data: dmn.read(data))
        for path, data in sorted(bundle.files.items())
        if path.endswith(".dmn")
    ]
    if definition is None:
        return None
    return Package(
        bundle, definition, forms, tuple(model for model in models if model is not None), facts or {}
    )


def _template_faults(path: str, data: bytes) -> Sequence[Finding]:
    try:
        _template(path, data)
    except IllegalDefinition as error:
        return error.findings or (Finding(path, error.sentence, error.code),)
    return ()


def _template(path: str, data: bytes) -> Template:
    if path.endswith(".docx"):
        return WordTemplate.read(data, path)
    try:
        return HtmlTemplate.read(data.decode(), path)
    except UnicodeDecodeError as error:
        raise IllegalDefinition(
            said("Expected {path} to be UTF-8 text, but {error}", path=path, error=error)
        ) from error


def effective_from(bundle: Bundle) -> date:
    """The day from which cases begin under a package, without reading more of it than its facts."""
    return _effective(_facts(bundle))


def _effective(facts: Mapping[str, Any]) -> date:
    value = facts.get("effective_from", date.min)
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise IllegalDefinition(
            said("Expected effective_from of procedure.toml to be a day, but found {value!r}", value=value)
        ) from error


def _collect(findings: list[Finding], path: str, reader: Any) -> Any:
    try:
        return reader()
    except BanjieError as error:
        findings += [
            Finding(f"{path}:{f.where}", f.sentence, f.rule, f.line, f.severity) for f in error.findings
        ] or [Finding(path, error.sentence, error.code)]
        return None


def _facts(bundle: Bundle) -> Mapping[str, Any]:
    data = bundle.files.get("procedure.toml")
    if data is None:
        return {}
    try:
        facts = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise IllegalDefinition(
            said("Expected procedure.toml to be TOML, but {error}", error=error)
        ) from error
    if not isinstance(facts.get("name", {}), Mapping):
        raise IllegalDefinition(
            said("Expected a table [name] with zh and en in procedure.toml, but name is none")
        )
    _effective(facts)
    return facts


def _diagram(bundle: Bundle, findings: list[Finding]) -> str | None:
    """The path of the one diagram of a bundle; None, and a finding, where there is not exactly one."""
    diagrams = [path for path in sorted(bundle.files) if path.endswith(".bpmn")]
    if len(diagrams) == 1:
        return diagrams[0]
    sentence = said(
        "Expected exactly one diagram in package {name}, but found {count}",
        name=bundle.name,
        count=len(diagrams),
    )
    findings.append(Finding("package", sentence, "package.diagram"))
    return None


def _diagram_faults(bundle: Bundle) -> list[Finding]:
    """What the lint has against the one diagram of a bundle."""
    findings: list[Finding] = []
    path = _diagram(bundle, findings)
    if path is not None:
        for fault in _collect(findings, path, lambda: _errors_of(bundle.files[path])) or ():
            findings.append(Finding(f"{path}:{fault.where}", fault.sentence, fault.rule, fault.line))
    return findings


def _errors_of(data: bytes) -> list[Finding]:
    return [finding for finding in lint_diagram(data) if finding.severity == "error"]


def _casefile(bundle: Bundle) -> bytes:
    """The schema of the case file; one that allows everything where the package has none."""
    return bundle.files.get(_CASEFILE, _OPEN_CASEFILE)


def _forms(bundle: Bundle, findings: list[Finding], read: FormReader) -> dict[str, Form]:
    casefile = _casefile(bundle)
    forms = {}
    for path, data in sorted(bundle.files.items()):
        if path.startswith("forms/") and path.endswith(".schema.json"):
            form = _collect(findings, path, lambda data=data: read(data, casefile))
            if form is not None:
                stem = path.removeprefix("forms/").removesuffix(".schema.json")
                forms[f"{bundle.name}/{stem}"] = form
    return forms


def _unknown_facts(
    facts: Mapping[str, Any], definition: Definition, forms: Mapping[str, Form]
) -> list[Finding]:
    """The process and the first form that procedure.toml names must be there."""
    known = (("process", definition.processes), ("first_form", forms))
    return [
        Finding(
            "procedure.toml",
            said("Expected {name} {facts!r} in the package, but there is none", name=name, facts=facts[name]),
            "package.facts",
        )
        for name, there in known
        if facts.get(name) and str(facts[name]) not in there
    ]


def _missing_forms(name: str, definition: Definition, forms: Mapping[str, Form]) -> list[Finding]:
    findings = []
    for element in definition.elements.values():
        form = element.form or element.properties.get("banjie.form")
        if form and form.startswith(f"{name}/") and form not in forms:
            sentence = said("Expected the form {form} in the package, but there is none", form=form)
            findings.append(Finding(element.id, sentence, "package.form", element.line))
    return findings
