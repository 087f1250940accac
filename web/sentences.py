"""What the engine says, told in the reader's language.

Called by the templates for whatever they write out, by views that answer JSON, and by the refusals. The
engine's sentence stays the record; here it is put together again from its template's translation in
`web/i18n/<language>/said.<room>.po`. A text that was never said with open places is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

from flask import Flask

from engine.errors import BanjieError, Finding, Said, filled, places_of, stretches
from web.language import SOURCE, catalogue, current, templates_of

RECORD = "record"
"""In place of a language: the sentence as it is kept."""


def told(sentence: str, language: str = "") -> str:
    """A sentence in a language (this request's): its template's translation, filled, its parts told too."""
    if not isinstance(sentence, Said) or language == RECORD:
        return str(sentence)
    language = language or current()
    if language in sentence.places and not sentence.template:
        return sentence.places[language]
    places = {place: told(words, language) for place, words in sentence.places.items()}
    if not sentence.template:
        return "".join(places.values())
    if language == SOURCE:
        places = {place: _quoted(words) if place.endswith("!r") else words for place, words in places.items()}
    return filled(str(catalogue(language, engine=True).gettext(sentence.template)), places)


def told_finding(finding: Finding, language: str = "") -> Finding:
    """A finding with its sentence told."""
    return replace(finding, sentence=told(finding.sentence, language))


def told_findings(findings: Iterable[Finding], language: str = "") -> tuple[Finding, ...]:
    """Findings with their sentences told."""
    return tuple(told_finding(finding, language) for finding in findings)


def told_refusal(refusal: BanjieError, between: str = "；") -> str:
    """What a refusal has to say in one line: its findings, or its sentence where it has none."""
    return between.join(told(one.sentence) for one in refusal.findings) or told(refusal.sentence)


def retold(record: str) -> str:
    """A sentence that was stored as text, told in this request's language where its template is found again.

    The template with the most words of its own wins; a text that none fits is shown as it is.
    """
    return told(recognised(record)) if isinstance(record, str) else record


def recognised(record: str) -> str:
    """A sentence that came as text, as it was said where its template is found again; else the text."""
    return _recognised(record)


def speak(app: Flask) -> None:
    """Let the templates tell whatever is said wherever they write it out."""
    app.jinja_env.finalize = _finalized
    app.jinja_env.filters["told"] = told
    app.jinja_env.filters["retold"] = retold


def _finalized(value: Any) -> Any:
    return told(value) if isinstance(value, Said) else value


def _quoted(words: str) -> str:
    """Words in Chinese quotation marks instead of a program's."""
    plain = len(words) > 1 and words[0] == words[-1] and words[0] in "'\"" and "\\" not in words
    return f"“{words[1:-1]}”" if plain else words


# Sentences that were stored as text

_LONGEST = 500
"""Signs of a stored sentence that is looked at; a longer one is shown as it is."""
_TELLING = 12
"""Signs of its own a template must have to be found again."""


@lru_cache(maxsize=2048)
def _recognised(record: str, telling: int = _TELLING) -> str:
    if len(record) > _LONGEST:
        return record
    if catalogue(SOURCE, engine=True).gettext(record) != record:
        return record if places_of(record) else Said(record, record)
    for own, pattern, template, places in _patterns():
        match = pattern.fullmatch(record) if own >= telling else None
        if match:
            return Said(
                record, template, {place: _recognised(match[group], 2) for group, place in places.items()}
            )
    return record


Pattern = tuple[int, re.Pattern[str], str, Mapping[str, str]]


@cache
def _patterns() -> list[Pattern]:
    """Every template that begins with signs of its own, the most telling first."""
    found = [_pattern(template) for template in templates_of(SOURCE)]
    return sorted((one for one in found if one[0] and one[3]), key=_weight)


def _weight(one: Pattern) -> tuple[int, str]:
    return -one[0], one[2]


def _pattern(template: str) -> Pattern:
    """How many signs of its own a template has, and how it is found in a text: group → place."""
    text, own, groups = "", 0, dict[str, str]()
    for literal, place in stretches(template):
        text += re.escape(literal)
        own += len(literal)
        if place:
            known = next((group for group, one in groups.items() if one == place), "")
            group = known or f"p{len(groups)}"
            text += f"(?P={group})" if known else f"(?P<{group}>.*?)"
            groups[group] = place
    begins = not text.startswith("(?P")
    return own if begins else 0, re.compile(text, re.DOTALL), template, groups
