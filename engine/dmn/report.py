"""The proof of many files as one report: read them, prove them, tell what was found in rows and in words.

Called by the command line, by deployment of penalty tables and by benchmarks. A file that cannot be read
is a finding like any other; one that imports another is read after it. It opens no file itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine import canonical
from engine.dmn.model import Model
from engine.dmn.proof import Proof, ProofFinding, prove_all
from engine.dmn.reader import read
from engine.errors import BanjieError, Finding, said

HEAD = ("file", "decision", "name", "kind", "severity", "rules", "line", "finding", "input", "other input")


@dataclass(frozen=True, slots=True)
class Found:
    """One finding of a report, with the file and the decision it is about (None: the file itself)."""

    file: str
    finding: Finding
    proof: Proof | None = None
    proven: ProofFinding | None = None

    def row(self) -> list[str]:
        """The finding as a row under HEAD; inputs as JSON."""
        shown, proven = self.finding, self.proven
        decision = self.proof.decision if self.proof else None
        inputs = [_json(proven.input), _json(proven.other)] if proven else ["", ""]
        return [
            self.file,
            decision.id if decision else "",
            decision.name if decision else "",
            proven.kind if proven else "illegal",
            shown.severity,
            ", ".join(map(str, proven.rules)) if proven else "",
            str(shown.line or ""),
            shown.sentence,
            *inputs,
        ]

    def as_data(self) -> dict[str, Any]:
        """The finding as JSON-ready data."""
        named = dict(zip(("file", "decision", "name", "kind"), self.row(), strict=False))
        proven = self.proven
        return {
            **self.finding.as_dict(),
            **named,
            "rules": list(proven.rules) if proven else [],
            "input": dict(proven.input) if proven else {},
            "other": dict(proven.other) if proven else {},
        }

    @property
    def sentence(self) -> str:
        """What was found, with an input that shows it."""
        shown, other = self.row()[-2:]
        if not shown:
            return self.finding.sentence
        if other:
            return said(
                "{sentence} e.g. {shown} and {other}",
                sentence=self.finding.sentence,
                shown=shown,
                other=other,
            )
        return said("{sentence} e.g. {shown}", sentence=self.finding.sentence, shown=shown)

    def line(self) -> str:
        """The finding on one line, with an input that shows it."""
        _, decision, _, kind, severity, _, line, *_rest = self.row()
        place = ":".join(filter(None, (self.file, line)))
        return f"{place}: {severity} {kind} [{decision}] {self.sentence}"


def _json(data: Mapping[str, Any]) -> str:
    return canonical.dumps(dict(data)) if data else ""


@dataclass(frozen=True, slots=True)
class Report:
    """What was proven: how many files and decisions, and every finding in the order of the files."""

    files: int
    decisions: int
    findings: tuple[Found, ...]

    def rows(self) -> list[list[str]]:
        """The findings as a sheet."""
        return [list(HEAD), *(found.row() for found in self.findings)]

    def text(self) -> str:
        """The findings in words, and their count by kind."""
        counts: dict[str, int] = {}
        for found in self.findings:
            counts[found.row()[3]] = counts.get(found.row()[3], 0) + 1
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "none"
        summary = f"{self.files} files, {self.decisions} decisions, {len(self.findings)} findings: {told}"
        return "\n".join([*(found.line() for found in self.findings), summary])

    def as_data(self) -> dict[str, Any]:
        """The report as JSON-ready data."""
        findings = [found.as_data() for found in self.findings]
        return {"files": self.files, "decisions": self.decisions, "findings": findings}


def prove_files(files: Mapping[str, bytes], on_file: Callable[[str], None] | None = None) -> Report:
    """The report on DMN files by name; `on_file` hears each file when it is done."""
    models, found = _models(files)
    decisions = 0
    for name in files:
        for proof in prove_all([models[name]] if name in models else []):
            decisions += 1
            found[name] += [Found(name, each.as_finding(), proof, each) for each in proof.findings]
        if on_file is not None:
            on_file(name)
    return Report(len(files), decisions, tuple(each for name in files for each in found[name]))


def _models(files: Mapping[str, bytes]) -> tuple[dict[str, Model], dict[str, list[Found]]]:
    """The models that can be read, and why the others cannot."""
    models: dict[str, Model] = {}
    found: dict[str, list[Found]] = {name: [] for name in files}
    waiting = list(files)
    while waiting:
        known = {model.namespace: model for model in models.values()}
        again: list[str] = []
        for name in waiting:
            try:
                models[name] = read(files[name], known)
            except BanjieError as error:
                found[name] = [Found(name, each) for each in _faults(error)]
                again += [name] if _lacks_import(error) else []
            else:
                found[name] = []
        waiting = again if len(again) < len(waiting) else []
    return models, found


def _lacks_import(error: BanjieError) -> bool:
    return any(finding.rule == "dmn.import" for finding in error.findings)


def _faults(error: BanjieError) -> Iterable[Finding]:
    return error.findings or [Finding("", error.sentence, error.code)]


def proven_findings(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """What keeps files from being deployed: the errors of their report, each with its file."""
    for found in prove_files(files).findings:
        if found.finding.severity == "error":
            yield _placed(found, "error")


def noted_findings(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """What is worth knowing of tables that may be deployed as they are: their proof, as notes."""
    for found in prove_files(files).findings:
        if found.proven is not None:
            yield _placed(found, "note")


def _placed(found: Found, severity: str) -> Finding:
    shown = found.finding
    return Finding(f"{found.file}:{shown.where}", shown.sentence, shown.rule, shown.line, severity)
