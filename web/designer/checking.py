"""Everything there is to say of a draft, as one list: diagram, forms, tables, templates, law, service item.

Called by every page of a draft and by the editors after each save. It asks the engine's own checks and
adds nothing to them but the place of the page on which a finding can be mended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for

from engine.bpmn.lint import check as lint_diagram
from engine.definitions import deployment, drafts, lawfulness, packages
from engine.definitions.bundles import Bundle
from engine.definitions.packages import Package
from engine.dmn.report import Found, prove_files
from engine.errors import BanjieError, Finding
from engine.periods import RuleBook
from web.designer import whole_notes
from web.designer.reading import newest
from web.signin.who import house


@dataclass(frozen=True)
class Judged:
    """What was read of a draft (None where it is faulty), what keeps it from being deployed, what does not.

    `proofs` are the findings about its decision tables, with the input that shows each.
    """

    package: Package | None
    faults: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    proofs: tuple[Found, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Faults first, then notes."""
        return (*self.faults, *self.notes)


def judged(bundle: Bundle) -> Judged:
    """The findings of a draft; asked once for each state of its files and of the definitions around it."""
    runtime = house().runtime
    with house().store.reading() as connection:
        runtime.shelf.refresh(connection)
    around = [newest(kind).digest for kind in ("law", "catalogue", "calendar")]
    place = f"draft:{':'.join(around)}:{house().directory.today()}"
    return runtime.shelf.once(place, bundle.digest, lambda: judge(bundle))


def parts(bundle: Bundle) -> list[Bundle]:
    """What a draft deploys, in order: law and catalogue where it adds to them, then the package."""
    return drafts.parts_of(bundle, newest)


def law_with(bundle: Bundle) -> RuleBook:
    """The law's periods as they would be with a draft's own; as they are, where its own are faulty."""
    own = [part for part in parts(bundle) if part.kind == "law"]
    for law in (*own, newest("law")):
        try:
            return RuleBook.read(law.texts(".toml"))
        except BanjieError:
            continue
    return RuleBook([])


def judge(bundle: Bundle) -> Judged:
    """The findings of files that are only looked at."""
    if bundle.kind != "package":
        faults = _refused(bundle, "")
        return Judged(None, tuple(faults), () if faults else tuple(whole_notes.notes(bundle)), ())
    faults = []
    *beside, own = parts(bundle)
    for part in beside:
        faults += _refused(part, f"{part.kind}/")
    package: Package | None = None
    try:
        package = packages.read(own)
    except BanjieError as refusal:
        faults += refusal.findings or (Finding("package", refusal.sentence, refusal.code),)
    proofs = prove_files({path: data for path, data in own.files.items() if path.endswith(".dmn")}).findings
    notes = [*_diagram_notes(own), *_table_notes(proofs)]
    if package is not None:
        faults += _refused(own, "")  # what deployment demands beyond being legible: proven penalty tables
        law = law_with(bundle)
        notes += lawfulness.check(package, law, house().directory.today())
    return Judged(package, tuple(faults), tuple(notes), proofs)


def _refused(part: Bundle, prefix: str) -> list[Finding]:
    try:
        deployment.check(part)
    except BanjieError as refusal:
        found = refusal.findings or (Finding(part.kind, refusal.sentence, refusal.code),)
        return [Finding(f"{prefix}{one.where}", one.sentence, one.rule, one.line) for one in found]
    return []


def _diagram_notes(bundle: Bundle) -> Iterator[Finding]:
    for path, data in sorted(bundle.files.items()):
        if path.endswith(".bpmn"):
            try:
                notes = [note for note in lint_diagram(data) if note.severity != "error"]
            except BanjieError:
                continue  # no diagram at all: the faults say so
            for note in notes:
                yield Finding(f"{path}:{note.where}", note.sentence, note.rule, note.line, note.severity)


def _table_notes(proofs: tuple[Found, ...]) -> Iterator[Finding]:
    for found in proofs:
        if found.proven is not None:
            _file, _decision, _name, kind, *_rest = found.row()
            where = f"{found.file}:{found.finding.where}"
            yield Finding(where, found.sentence, f"dmn.{kind}", found.finding.line, "note")


def element_of(finding: Finding) -> str:
    """The element a finding is about: the last part of its place."""
    return finding.where.rpartition(":")[2].partition("/")[0]


def page_of(finding: Finding, number: int) -> str:
    """The page on which a finding can be mended."""
    path = finding.where.partition(":")[0]
    if path.endswith(".dmn"):
        return url_for("designer.edit_table", number=number, path=path)
    if path.startswith("forms/"):
        stem = path.removeprefix("forms/").removesuffix(".schema.json")
        return url_for("designer.edit_form", number=number, stem=stem)
    place = next((place for start, place in _PAGES.items() if path.startswith(start)), None)
    if place is not None:
        return url_for(f"designer.{place}", number=number)
    return url_for("designer.edit_diagram", number=number) + f"#{element_of(finding)}"


_PAGES = {
    "casefile": "edit_casefile",
    "law/": "edit_periods",
    "templates/": "edit_papers",
    "procedure.toml": "edit_facts",
    "catalogue/": "edit_facts",
}
