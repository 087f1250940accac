"""Every refusal of the product, one family.

Called by every room; imports nothing. A refusal is written for the person who reads it:
"Expected to …, but …", with the field, the element or the line. `said` puts a sentence together so
that `web` can tell it in the reader's language. `web` maps a refusal to HTTP in one place by its
`status`; nothing here knows HTTP beyond that number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter


class Said(str):
    """A sentence that remembers how it was put together, so that a reader may be told it in another language.

    As text it is the English sentence: that is what journals, proofs and programs keep. `template` is
    the sentence with its places open ("Expected {flow} to …") and `places` maps what stands between
    the braces ("flow", "count!r") to the words there, which may be Said themselves. A list of words
    has the template "" and its pieces for places, in order; a sentence written in several languages has
    the template "" and a place for each.
    """

    template: str
    places: Mapping[str, str]

    def __new__(cls, text: str, template: str = "", places: Mapping[str, str] | None = None) -> Said:
        """The sentence `text`; `places` is not copied."""
        self = super().__new__(cls, text)
        self.template = template
        self.places = places or {}
        return self


def said(template: str, /, **places: object) -> Said:
    """The sentence of a template whose places, `{name}` or `{name!r}`, hold the given values.

    A value that is Said, or an error that says something Said, stays translatable; of every other the
    text alone is kept. Raises KeyError for a place without a value.
    """
    held: dict[str, str] = {}
    pieces: list[str] = []
    for literal, place, name, form in _parsed(template):
        pieces.append(literal)
        if name:
            words = _words(places[name], form, place.endswith("!r"))
            held[place] = words
            pieces.append(words)
    return Said("".join(pieces), template, held)


def filled(template: str, places: Mapping[str, str]) -> str:
    """The text of a template (a translated one, say) whose places hold words that are written already."""
    return "".join(literal + (places[place] if place else "") for literal, place in stretches(template))


def stretches(template: str) -> tuple[tuple[str, str], ...]:
    """A template as (text, place after it) from its start to its end; "" where no place follows."""
    return tuple((literal, place) for literal, place, _, _ in _parsed(template))


def places_of(template: str) -> frozenset[str]:
    """What stands between the braces of a template, forms of numbers left out. Raises ValueError."""
    return frozenset(place for _, place in stretches(template) if place)


def either(record: str, **languages: str) -> Said:
    """A sentence written in each language from the start; `record` is the one that is kept."""
    return Said(record, "", languages)


def listed(pieces: Iterable[str], between: str = ", ") -> Said:
    """Several words or sentences as one: "a, b, c". The separator is translated like a sentence."""
    row: list[str] = []
    for piece in pieces:
        row.extend([said(between), piece] if row else [piece])
    return Said("".join(row), "", {str(place): words for place, words in enumerate(row)})


def sayable(template: str) -> str:
    """A template that stands in a table until it is said; marked so that translators are asked for it."""
    return template


def sayable_words(words: str) -> frozenset[str]:
    """The words of a text, each sayable by itself: names that sentences call things by."""
    return frozenset(words.split())


def _words(value: object, form: str, quoted: bool) -> str:
    if isinstance(value, BaseException) and len(value.args) == 1:
        value = value.args[0]
    if isinstance(value, Said) and not form and not quoted:
        return value
    return format(repr(value) if quoted else value, form)


@lru_cache(maxsize=4096)
def _parsed(template: str) -> tuple[tuple[str, str, str, str], ...]:
    """(literal text, place, name, form) for each stretch of a template; the last may have no place."""
    return tuple(
        (literal, f"{name}!{conversion}" if name and conversion else name or "", name or "", form or "")
        for literal, name, form, conversion in Formatter().parse(template)
    )


@dataclass(frozen=True)
class Finding:
    """One fault in something a person handed in.

    `where` names the field, element, cell or line ("/applicant/phone", "Task_accept", "B7");
    `sentence` says what was expected and what was found; `rule` is a stable identifier
    ("form.type", "bpmn.flow.default"); `line` is 1-based or None; `severity` is "error" (refused)
    or "note" (reported only).
    """

    where: str
    sentence: str
    rule: str = ""
    line: int | None = None
    severity: str = "error"

    def as_dict(self) -> dict[str, object]:
        """The finding as JSON-ready data."""
        return {
            "where": self.where,
            "sentence": self.sentence,
            "rule": self.rule,
            "line": self.line,
            "severity": self.severity,
        }


class BanjieError(Exception):
    """A refusal. `sentence` is for the person, `findings` list the single faults."""

    status = 400
    code = "refused"

    def __init__(self, sentence: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.findings = tuple(findings)


class Malformed(BanjieError):
    """What was handed in is not what the form, the file or the interface asks for."""

    status = 422
    code = "malformed"


class TooLarge(BanjieError):
    """What was handed in is over a limit of size, depth or time."""

    status = 413
    code = "too-large"


class IllegalDefinition(Malformed):
    """A diagram, table, form, period or package that may not be deployed; all findings at once."""

    code = "illegal-definition"


class ExpressionError(Malformed):
    """A FEEL text that cannot be parsed; carries 1-based `line` and `column`."""

    code = "expression"

    def __init__(self, sentence: str, line: int = 1, column: int = 1) -> None:
        super().__init__(sentence, [Finding(f"{line}:{column}", sentence, "feel.syntax", line)])
        self.line = line
        self.column = column


class NotSignedIn(BanjieError):
    """The act needs a person and nobody is signed in."""

    status = 401
    code = "not-signed-in"


class TooManyAttempts(BanjieError):
    """Somebody guesses passwords; `retry_after` is the wait in whole seconds."""

    status = 429
    code = "too-many-attempts"

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class NotAuthorised(BanjieError):
    """Refused at the door: the case is not of the actor's unit, or the post lacks the right."""

    status = 403
    code = "not-authorised"


class NotFound(BanjieError):
    """No such case, work item, definition or document."""

    status = 404
    code = "not-found"


class Conflict(BanjieError):
    """Somebody was faster, or the thing is no longer in the state the act needs."""

    status = 409
    code = "conflict"


class ActBlocked(BanjieError):
    """The law forbids the act: it would be void. The breach has been recorded, the act has not."""

    status = 409
    code = "act-blocked"


class Broken(BanjieError):
    """Stored data is not what its digest says. Never continued from."""

    status = 500
    code = "broken"
