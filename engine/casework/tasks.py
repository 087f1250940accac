"""One job being done: what its work is given, and the two ways it may end without a result.

Built by `jobs` and handed to the work of each built-in type (documents, registers, publications). Holds no
work itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from engine.casework.runtime import Runtime
from engine.casework.state import CaseState
from engine.clock import moment_text
from engine.errors import BanjieError, Malformed, said
from engine.organisation.model import Actor
from engine.records.entries import fresh_salt
from engine.records.registers import Origin

Result = dict[str, Any]


class ThrownError(BanjieError):
    """The job ends in an error the diagram may catch: `error_code` is the code of a boundary event."""

    code = "thrown"

    def __init__(self, error_code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.error_code = error_code


@dataclass(frozen=True)
class Task:
    """One job being done: its row's facts, the case, and the variables its element sees."""

    runtime: Runtime
    connection: Connection
    key: int
    type: str
    headers: Mapping[str, str]
    input: Mapping[str, Any]
    unit: str
    case: CaseState
    variables: Mapping[str, Any]
    today: date

    def header(self, name: str, default: str | None = None) -> str:
        """A header of the job. Raises Malformed where a demanded one is missing."""
        value = self.headers.get(name, default)
        if value is None:
            raise Malformed(
                said("Expected the header {name} on job {type}, but it is missing", name=name, type=self.type)
            )
        return value

    @property
    def moment(self) -> str:
        """The present moment as rows keep it."""
        return moment_text(self.runtime.clock.now())

    def origin(self) -> Origin:
        """Whose write this is, for the stream of a register."""
        return Origin(
            moment=self.moment,
            actor=Actor.system().as_data(),
            salt=fresh_salt(),
            case_id=self.case.case_id,
            job=self.key,
        )
