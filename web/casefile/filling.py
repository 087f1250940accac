"""Filling in a form of a definition: shown, read, kept as a draft, checked, shown again with what is wrong.

Called by every page with such a form. It knows the controls and the draft; whether the values are right
is judged by the engine's form, and what follows from them by the engine alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage, MultiDict

from engine.canonical import dumps
from engine.definitions.form_fields import Field
from engine.definitions.forms import Form
from engine.errors import BanjieError, Finding, Malformed
from web import forms
from web.casefile import drafts, uploads
from web.house import House
from web.language import _, current, words
from web.sentences import told_findings
from web.signin.who import organisation

SAVE = "save"
"""The name of the button that keeps a draft instead of handing in."""


@dataclass(frozen=True)
class Filling:
    """A form in somebody's hands. `place` names it among the person's drafts.

    `values` are what stands in it now, `findings` what is wrong, `saved_at` when the draft was kept.
    `again` is true when the page is to be shown again rather than handed in. `file` is what the case file
    holds around the act, for the rules that read it.
    """

    house: House
    form: Form
    fields: tuple[Field, ...]
    person: str
    place: str
    roles: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    saved_at: str | None = None
    again: bool = False
    file: Mapping[str, Any] | None = None

    @property
    def controls(self) -> tuple[forms.Control, ...]:
        """The controls, marked with what is wrong."""
        return forms.controls(self.fields, self.values, self.findings, self.rows, self._options())

    def _options(self) -> dict[str, list[tuple[str, str]]]:
        """The choices of fields that offer the organisation's units (`x-options`), by field."""
        units = [
            (unit.code, words({"zh": unit.name_zh, "en": unit.name_en})) for unit in organisation().units
        ]
        return {one.name: units for one in self.fields if one.options == "units"}

    @property
    def reader(self) -> str:
        """Who fills it in, as the page may say it: a stranger's secret stays with the session."""
        return "" if self.person.startswith(drafts.STRANGER) else self.person

    @property
    def names(self) -> dict[str, str]:
        """Pointer → label of every control, for the summary of what is wrong."""
        return forms.labels(self.controls)

    def wrong(self, error: BanjieError) -> Filling:
        """The same with a refusal: its findings, or its sentence where it has none."""
        findings = told_findings(error.findings or (Finding("/", error.sentence, error.code),))
        names = self.names
        told = tuple(replace(one, sentence=_unnamed(one.sentence, names.get(one.where))) for one in findings)
        return replace(self, findings=told, again=True)

    def checked(self) -> dict[str, Any]:
        """The values as they may enter a case, judged in the reader's language. Raises Malformed."""
        zone = self.house.runtime.settings.zone
        now = self.house.clock.now().astimezone(zone)
        return self.form.check(self.values, language=current(), now=now, roles=self.roles, file=self.file)

    def keep(self) -> Filling:
        """Keep what stands in the form as a draft."""
        drafts.save(self.house, self.person, self.place, self.values)
        return self

    def done(self) -> None:
        """The form was handed in: the draft goes."""
        drafts.drop(self.house, self.person, self.place)


def _unnamed(sentence: str, label: str | None) -> str:
    """A finding's sentence without the name of the field it stands beside."""
    return sentence.removeprefix(f"“{label}”") or sentence


def begin(
    house: House,
    form: Form,
    person: str,
    place: str,
    roles: Collection[str],
    known: Mapping[str, Any] | None = None,
    file: Mapping[str, Any] | None = None,
) -> Filling:
    """A form to be filled in: from the draft if there is one, else from what is known already."""
    fields = form.visible(roles)
    values, saved_at = drafts.load(house, person, place)
    if saved_at is None:
        names = {one.name for one in fields}
        values = {name: value for name, value in (known or {}).items() if name in names}
    return Filling(house, form, fields, person, place, tuple(roles), values, saved_at=saved_at, file=file)


def read(filling: Filling) -> Filling:
    """What this request hands in, uploads kept, instead of what stood in the form before.

    An upload that is refused becomes a finding beside its field; the others are kept all the same.
    `again` is set for a button of a group, for "save for later" and for a refused upload. Raises
    Malformed for text that no store can keep.
    """
    accepted, facts, findings = _uploads(filling.house)
    reading = forms.read(filling.form, request.form, accepted, lambda upload: facts[id(upload)])
    return replace(
        filling,
        values=_storable(reading.values),
        rows=reading.rows,
        findings=tuple(findings),
        again=reading.again or bool(findings) or SAVE in request.form,
    )


def _uploads(house: House) -> tuple[MultiDict[str, FileStorage], dict[int, Mapping[str, Any]], list[Finding]]:
    """The request's files that are accepted, their facts by identity, and what is wrong with the others."""
    accepted: MultiDict[str, FileStorage] = MultiDict()
    facts: dict[int, Mapping[str, Any]] = {}
    findings = []
    for pointer, upload in request.files.items(multi=True):
        if not upload.filename:
            continue
        try:
            facts[id(upload)] = uploads.keep(house.store, upload)
            accepted.add(pointer, upload)
        except BanjieError as error:
            findings.append(Finding(pointer, error.sentence, "form.file"))
    return accepted, facts, findings


def _storable(values: dict[str, Any]) -> dict[str, Any]:
    """The values, if they can be kept at all."""
    try:
        dumps(values)
    except (ValueError, TypeError, BanjieError) as error:
        raise Malformed(_("提交的内容含有无法保存的字符，未作任何更改。")) from error
    return values
