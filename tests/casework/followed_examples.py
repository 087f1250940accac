"""The example cases of the procedures, lived on paper: beginnings from which lives by chance go on.

Used by `guided_lives.py` and the mining tests. An example says who did what on which day; here the same is
decided on paper. Whether the example holds is asked elsewhere (`test_example_cases.py`): where a step cannot
be done on paper, its life ends before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from further_items import placed, told
from paper_lives import Life, Paper

from engine.casework import commands
from engine.casework.state import CaseState
from engine.errors import BanjieError, Malformed
from engine.organisation.model import Actor
from timers import examples
from timers.examples import Example

Row = Mapping[str, Any]
MORE_DRAWS = 4


@cache
def shipped() -> tuple[Example, ...]:
    """The examples of all procedures that ship, in order."""
    return tuple(map(placed, told()))


def followed(paper: Paper, number: int, example: Example) -> Iterator[Life]:
    """One life, as it stands after each step of an example; nothing where nobody received the case."""
    shared = paper.registers
    paper.registers = shared.alone(_plain(example.given.get("registers", {})))
    try:
        life = _begun(paper, number, example)
        if life.entries:
            yield life
        for step in example.when if life.entries else ():
            if not _done(paper, life, step):
                return
            yield life
    finally:
        paper.registers = shared


def _begun(paper: Paper, number: int, example: Example) -> Life:
    given = example.given
    life = Life([], CaseState(case_id=number), moment=_moment(paper, examples._day(given["today"]), 10))
    item = next(item for item in paper.items if item.code == given["item"])
    package = paper.package(item.procedure)
    application = _plain(given.get("application", {}))
    try:
        life.given = _answers(paper, life, package, package.first_form, application, given["unit"])
    except BanjieError:
        return life  # the form did not take it
    actor = Actor.party(str(life.given.get("applicant_name") or "某人"))
    command = commands.Receive(
        item=item.code, unit=given["unit"], channel=given.get("channel", "window"), variables=life.given
    )
    answers = {"case_id": number, "number": f"{life.moment:%Y}{number:07d}", "query_hash": "", "called": {}}
    if paper._do(life, command, actor, answers, item.code, package):
        paper._jobs(life, by_chance=False)
    life.given = application
    return life


def _done(paper: Paper, life: Life, step: Row) -> bool:
    """Do one step of an example; False where it cannot be done."""
    moment = _moment(paper, examples._day(step["on"]), 17.5 if "due" in step else 10)
    while (due := paper.next_due(life)) is not None and due[0] <= moment:
        if not paper.wait(life, due, by_chance=False):
            return False
    life.moment = max(moment, life.moment)
    given = {**life.given, **_plain(step.get("with", {}))}
    try:
        if "complete" in step:
            done = _completed(paper, life, step, given)
        else:
            done = "message" not in step or _sent(paper, life, step["message"], given)
    except BanjieError:
        return "refused" in step  # the form did not take it
    paper._jobs(life, by_chance=False)
    return done


def _completed(paper: Paper, life: Life, step: Row, given: Row) -> bool:
    unit = step.get("unit")
    for key, item in sorted(life.state.items.items()):
        if item["element"] == step["complete"] and unit in (None, item["unit"]):
            owner = paper._form_owner(life, item["form"])
            variables = _answers(paper, life, owner, item["form"], given, life.state.unit)
            return paper.completed(life, key, variables.copy, by_chance=False)
    return False


def _sent(paper: Paper, life: Life, name: str, given: Row) -> bool:
    for key, row in sorted(life.state.subscriptions.items()):
        if row["kind"] == "message" and name in (row["name"], row["element"]):
            owner = paper._form_owner(life, row["form"])
            variables = _answers(paper, life, owner, row["form"], given, life.state.unit)
            return paper.sent(life, key, variables.copy)
    return False


def _answers(
    paper: Paper, life: Life, package: Any, form: str | None, given: Row, unit: str
) -> dict[str, Any]:
    """A form filled in on the day of the life with what is given, and made up for the rest."""
    if not form:
        return dict(given)
    today = paper.lab.clock.now()
    paper.lab.clock.set(life.moment)
    try:
        for _ in range(MORE_DRAWS):  # what is made up for the rest may not fit what is given
            with suppress(Malformed):
                return paper.lab._answers(package.form(form), package.casefile, given, unit)
        return paper.lab._answers(package.form(form), package.casefile, given, unit)
    finally:
        paper.lab.clock.set(today)


def _plain(value: Any) -> Any:
    return examples._plain(value)


def _moment(paper: Paper, day: date, hour: float) -> datetime:
    local = datetime.combine(day, time(int(hour)), paper.lab.runtime.settings.zone)
    return (local + timedelta(hours=hour % 1)).astimezone(UTC)
