"""Two small procedures that meet in the registers, and a desk to run them at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from diagrams import diagram

from engine.casework import founding, jobs
from engine.casework.commands import Receive
from engine.definitions.bundles import Bundle
from engine.organisation.model import Actor
from engine.records import registers
from timers.laboratory import Laboratory


def task(
    id_: str, type_: str, headers: Mapping[str, str], inputs: Mapping[str, str], output: str = ""
) -> str:
    """A service task with its headers and mappings."""
    heads = "".join(f'<zeebe:header key="{key}" value="{value}"/>' for key, value in headers.items())
    ins = "".join(f"<zeebe:input source='={source}' target='{name}'/>" for name, source in inputs.items())
    outs = f"<zeebe:output source='={output}' target='{output}'/>" if output else ""
    return (
        f'<serviceTask id="{id_}"><extensionElements><zeebe:taskDefinition type="{type_}" retries="1"/>'
        f"<zeebe:taskHeaders>{heads}</zeebe:taskHeaders><zeebe:ioMapping>{ins}{outs}</zeebe:ioMapping>"
        "</extensionElements></serviceTask>"
    )


_WRITTEN_LICENCE = (
    '{kind: "占道许可证", holder: holder, holder_id: holder_id, state: "valid", '
    'valid_from: "2026-01-01", valid_to: valid_to, case_number: case.number}'
)
_WRITTEN_PENALTY = (
    '{party: licence.holder, party_id: licence.holder_id, item: "占道经营", amount: amount, '
    'decided_on: today(), state: "standing", licence_number: licence_number}'
)
_REVOKED = '{state: "revoked", reason: "吊销", changed_on: today()}'
_PAST = {"register": "penalties", "variable": "past"}
_LICENCES = {"register": "licences", "variable": "licence"}
_CHANGE = {"register": "licences", "mode": "change", "variable": "revoked"}
_READ, _WRITE = "banjie.register.read", "banjie.register.write"

LICENCE = diagram(
    '<startEvent id="begun"/>'
    + task("look", _READ, _PAST, {"where": "{party_id: holder_id}"}, "past")
    + '<userTask id="examine" name="审查"/>'
    + task("write", _WRITE, _LICENCES, {"key": "licence_number", "row": _WRITTEN_LICENCE}, "licence")
    + """
    <userTask id="keep"/><endEvent id="done"/>
    begun -> look
    look -> examine
    examine -> write
    write -> keep
    keep -> done
    """,
    process="give",
)
PENALTY = diagram(
    '<startEvent id="begun"/>'
    + task("whose", _READ, _LICENCES, {"key": "licence_number"}, "licence")
    + task("record", _WRITE, {"register": "penalties"}, {"key": "decision_number", "row": _WRITTEN_PENALTY})
    + task("revoke", _WRITE, _CHANGE, {"key": "revoked_number", "row": _REVOKED}, "revoked")
    + """
    <boundaryEvent id="no_such" attachedToRef="revoke">
      <errorEventDefinition errorRef="absent"/>
    </boundaryEvent>
    <userTask id="by_hand"/><userTask id="keep"/><endEvent id="done"/><endEvent id="other"/>
    begun -> whose
    whose -> record
    record -> revoke
    revoke -> keep
    keep -> done
    no_such -> by_hand
    by_hand -> other
    """,
    roots='<error id="absent" name="absent" errorCode="REGISTER_ABSENT"/>',
    process="punish",
)
_FACTS = {
    "give": b'id = "give"\n[registers]\nreads = ["penalties"]\nwrites = ["licences"]\n',
    "punish": b'id = "punish"\n[registers]\nreads = ["licences"]\nwrites = ["penalties", "licences"]\n',
}
_ITEMS = """
[[item]]
code = "GIVE"
procedure = "give"
name = "占道许可"
units = ["shinan.cg"]
[[item]]
code = "PUNISH"
procedure = "punish"
name = "占道处罚"
units = ["shinan.cg"]
""".encode()


class Desk:
    """A laboratory with the two procedures deployed."""

    def __init__(self, laboratory: Laboratory) -> None:
        self.laboratory = laboratory
        self.runtime = laboratory.runtime
        for name, drawn in (("give", LICENCE), ("punish", PENALTY)):
            files = {f"{name}.bpmn": drawn, "procedure.toml": _FACTS[name]}
            founding.deploy(self.runtime, Bundle("package", name, files), Actor.system())
        with self.runtime.store.reading() as connection:
            self.runtime.shelf.refresh(connection)
            shelf = self.runtime.shelf
            shipped = shelf.bundle(connection, shelf.newest("catalogue", "catalogue"))
        bundle = Bundle("catalogue", "catalogue", {**shipped.files, "desk.toml": _ITEMS})
        founding.deploy(self.runtime, bundle, Actor.system())

    def receive(self, item: str, **variables: Any) -> int:
        """A case whose first jobs have been done."""
        command = Receive(item=item, unit="shinan.cg", channel="window", variables=variables)
        case_id = self.runtime.handle(command, self.runtime.directory.actor("wangli")).case_id
        jobs.run_waiting(self.runtime, case_id)
        return case_id

    def variables(self, case_id: int) -> dict[str, Any]:
        """The case file."""
        from_state = self.laboratory.case(case_id)
        with self.runtime.store.reading() as connection:
            row = self.runtime.load(connection, case_id)
        return dict(jobs.Marking.load(row.marking.encode()).variables(from_state.root))

    def row(self, register: str, key: str) -> registers.Row | None:
        """A row as it is kept."""
        with self.runtime.store.reading() as connection:
            return registers.get(connection, register, key)


def licensed(desk: Desk, number: str, *, valid_to: str = "2026-12-31") -> int:
    """A case that ends with a licence in the register."""
    given = {"holder": "周婷", "holder_id": ID, "licence_number": number, "valid_to": valid_to}
    case_id = desk.receive("GIVE", **given)
    desk.laboratory.complete(case_id, "examine")
    return case_id


def punished(desk: Desk, licence: str, decision: str, *, revoked: str | None = None) -> int:
    """A case that fines the holder of a licence and revokes one, the same where no other is named."""
    given = {"licence_number": licence, "decision_number": decision, "amount": 300}
    return desk.receive("PUNISH", **given, revoked_number=revoked or licence)


DAY = date(2026, 3, 2)
ID = "11010519491231002X"
