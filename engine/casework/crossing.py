"""What one case does to another: open it, tell it something, take its cards back.

The work of built-in jobs, and of the outbox row that every card from yellow up leaves behind: such a card
opens a supervision case (督办), or joins the one that is open for its case. Called by `jobs`, inside the
job's own transaction. It decides nothing: what it does to the other case is a command like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from engine import canonical
from engine.casework import case_row, commands, rows, state
from engine.casework.case_row import Outcome
from engine.casework.runtime import Runtime
from engine.casework.state import CaseState
from engine.casework.tasks import Result, Task
from engine.definitions.catalogue import ServiceItem
from engine.errors import Conflict, Malformed, NotFound, said
from engine.organisation.model import Actor, Organisation
from engine.records.tables import card as card_table
from engine.records.tables import case as case_table
from engine.records.tables import job_receipt

# A service item that says `opened_by = "cards"` is the one supervision cases are opened under.
OPENED_BY_CARDS = "cards"
JOINING_ACT = "supervise"  # the act of the message by which a further hit joins an open supervision case


# --- jobs a diagram asks for ---------------------------------------------------------------------------


def open_case(task: Task) -> Result:
    """Open a case of another item. Input: item, unit, variables; the variable `opened` is {case_id, number}.

    What the other procedure's first form does not ask for is left out. Raises what `Receive` raises.
    """
    item, unit = str(task.input.get("item") or ""), str(task.input.get("unit") or task.unit)
    given = task.input.get("variables") or {}
    outcome = _open(task.runtime, task.connection, item, unit, given)
    return {"opened": {"case_id": outcome.case_id, "number": outcome.number}}


def tell(task: Task) -> Result:
    """Send a message to another case. Input: case (its number), message (a name), variables.

    The variable `told` says whether the case was open and waited for it: if not, nobody was told, and the
    diagram says what follows.
    """
    number, name = str(task.input.get("case") or ""), task.input.get("message")
    other = _by_number(task.connection, number) if number else None
    if not name or other is None or not other.open:
        return {"told": False}
    for key, row in sorted(other.subscriptions.items()):
        if row["kind"] == "message" and row["name"] == name:
            sent = commands.Send(case_id=other.case_id, key=key, variables=_given(task.input))
            task.runtime.within(task.connection, sent, Actor.system())
            return {"told": True}
    return {"told": False}


def revoke_cards(task: Task) -> Result:
    """Take back cards of another case. Input: case (its number), cards, reason; header `by`: an element.

    The person who last completed that element does it and answers for it. Raises NotAuthorised where that
    person may not, NotFound for a case or card there is none of; a card already revoked stays as it is.
    """
    numbers = [int(number) for number in task.input.get("cards") or [] if number is not None]
    if not numbers:  # a complaint or an inspection has no card behind it
        return {"revoked": []}
    other = _by_number(task.connection, str(task.input.get("case") or ""))
    if other is None:
        raise NotFound(said("Expected a case {case}, but there is none", case=task.input.get("case")))
    actor = task.runtime.directory.actor(_who_did(task))
    revoked = []
    for number in numbers:
        command = commands.RevokeCard(
            case_id=other.case_id, card=number, reason=str(task.input.get("reason") or "")
        )
        try:
            task.runtime.within(task.connection, command, actor)
        except Conflict:
            continue
        revoked.append(number)
    return {"revoked": revoked}


def _given(asked: Mapping[str, Any]) -> dict[str, Any]:
    given = asked.get("variables") or {}
    if not isinstance(given, Mapping):
        raise Malformed(said("Expected `variables` to be a context, but it is not"))
    return dict(given)


def _who_did(task: Task) -> str:
    element = task.header("by")
    for act in reversed(task.case.acts):
        if act["element"] == element and act["person"]:
            return str(act["person"])
    raise NotFound(said("Expected somebody to have completed {element}, but nobody has", element=element))


def _by_number(connection: Connection, number: str) -> CaseState | None:
    text = connection.execute(select(case_table.c.state).where(case_table.c.number == number)).scalar()
    return state.loads(text) if text else None


def _open(
    runtime: Runtime, connection: Connection, item: str, unit: str, given: Mapping[str, Any]
) -> Outcome:
    package = runtime.package_for(connection, item)
    form = package.form(package.first_form) if package.first_form else None
    known = {field.name for field in form.fields} if form else set(given)
    variables = {name: value for name, value in given.items() if name in known and value is not None}
    command = commands.Receive(item=item, unit=unit, channel="system", variables=variables)
    return runtime.within(connection, command, Actor.system())


# --- the outbox of cards -------------------------------------------------------------------------------


def supervise(runtime: Runtime, connection: Connection, case_id: int, number: int) -> Result:
    """A card from yellow up: a supervision case is opened, or told of one more hit. Once for each card."""
    row = case_row.load(connection, case_id)
    runtime.shelf.refresh(connection, row.generation)
    case = state.loads(row.state)
    organisation = runtime.organisation(connection)
    item = _supervision_item(runtime, connection)
    unit = _supervising_unit(item, case.unit, organisation) if item else None
    if item is None or unit is None:
        return {}
    hit = _hit(connection, case, number)
    joined = _join(runtime, connection, case_id, hit)
    if joined is not None:
        return {"joined": joined}
    supervised = {
        "source": "rule",
        "supervised_unit": case.unit,
        "applicant_name": organisation.unit(case.unit).name_zh,
        "case_number": case.number,
        "case_title": case.title,
        "hits": [hit],
        **{name: hit[name] for name in ("rule", "level", "basis", "sentence", "person", "values")},
    }
    outcome = _open(runtime, connection, item.code, unit, supervised)
    return {"opened": {"case_id": outcome.case_id, "number": outcome.number}}


def supervision_of(connection: Connection, case_id: int) -> dict[int, Mapping[str, Any]]:
    """For the cards of a case, by number: the supervision case {case_id, number} each belongs to."""
    query = select(job_receipt.c.key, job_receipt.c.result).where(
        job_receipt.c.case_id == case_id, job_receipt.c.key < 0
    )
    found: dict[int, Mapping[str, Any]] = {}
    for key, text in connection.execute(query.order_by(job_receipt.c.key.desc())):
        result = canonical.loads(text)
        belongs = result.get("opened") or result.get("joined")
        if belongs:
            found[rows.card_of(key)] = belongs
    return found


def receive_card(runtime: Runtime, connection: Connection, case_id: int, key: int) -> Result:
    """The effect of a card's outbox row, once: a receipt is kept under the row's key."""
    t = job_receipt.c
    receipt = connection.execute(select(t.result).where(t.case_id == case_id, t.key == key)).scalar()
    if receipt is not None:
        return dict(canonical.loads(receipt))
    result = supervise(runtime, connection, case_id, rows.card_of(key))
    connection.execute(insert(job_receipt).values(case_id=case_id, key=key, result=canonical.dumps(result)))
    return result


def _supervision_item(runtime: Runtime, connection: Connection) -> ServiceItem | None:
    items = runtime.items(connection).values()
    return next((item for item in items if item.facts.get("opened_by") == OPENED_BY_CARDS), None)


def _supervising_unit(item: ServiceItem, unit: str, organisation: Organisation) -> str | None:
    """The nearest body that watches over the unit: in its own district before the city's."""
    for above in (unit, *organisation.parents(unit)):
        for code in item.units:
            if organisation.reach(code) == above:
                return code
    return None


def _hit(connection: Connection, case: CaseState, number: int) -> dict[str, Any]:
    t = card_table.c
    row = connection.execute(select(card_table).where(t.case_id == case.case_id, t.key == number)).one()
    return {
        "card": number,
        "rule": row.rule,
        "level": row.level,
        "basis": row.basis or None,
        "sentence": canonical.loads(row.sentence).get("zh") or None,
        "person": row.person,
        "hit_at": row.issued_at,
        "values": canonical.loads(row.data),
    }


def _join(
    runtime: Runtime, connection: Connection, case_id: int, hit: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """Tell the supervision case that is open for this case, if there is one and it still takes hits."""
    numbers = {one["number"]: one for one in supervision_of(connection, case_id).values()}
    for number, belongs in sorted(numbers.items(), reverse=True):
        other = _by_number(connection, number)
        if other is None or not other.open:
            continue
        for key, row in sorted(other.subscriptions.items()):
            if row["kind"] == "message" and row["act"] == JOINING_ACT:
                sent = commands.Send(case_id=other.case_id, key=key, variables={"hit": dict(hit)})
                runtime.within(connection, sent, Actor.system())
                return belongs
    return None
