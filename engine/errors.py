"""Every refusal of the product, one family.

Called by every room; imports nothing. A refusal is written for the person who reads it:
"Expected to …, but …", with the field, the element or the line. `web` maps a refusal to HTTP in
one place by its `status`; nothing here knows HTTP beyond that number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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
