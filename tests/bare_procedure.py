"""A small procedure of one bare file, for every test that needs one deployed."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from diagrams import diagram

PHOTO = diagram(
    """
    <startEvent id="start"/>
    <userTask id="enter" name="登记"/>
    <serviceTask id="look" name="比对照片">
      <extensionElements>
        <zeebe:taskDefinition type="inspect.photo" retries="2"/>
        <zeebe:taskHeaders><zeebe:header key="quality" value="high"/></zeebe:taskHeaders>
      </extensionElements>
    </serviceTask>
    <boundaryEvent id="bad" attachedToRef="look"><errorEventDefinition errorRef="unreadable"/></boundaryEvent>
    <userTask id="confirm" name="确认结果"/>
    <userTask id="again" name="重新拍照"/>
    <endEvent id="done" name="已确认"/>
    <endEvent id="failed" name="照片不可用"/>
    start -> enter
    enter -> look
    look -> confirm
    confirm -> done
    bad -> again
    again -> failed
    """,
    roots='<error id="unreadable" name="unreadable" errorCode="UNREADABLE"/>',
    process="photo",
)

CATALOGUE = """
[[item]]
code = "PHOTO-1"
procedure = "photo"
units = ["shinan.cg"]
status = "active"
[item.name]
zh = "照片比对"
en = "Photo check"
"""


def deployed(machine: Any) -> None:
    """Deploy the bare file by the interface, and an item of the catalogue that leads to it."""
    status, answer = machine.send("POST", "/definitions?name=photo", PHOTO, by="shenlan")
    assert status == 200, answer
    status, answer = machine.send("POST", "/definitions?kind=catalogue", zipped(CATALOGUE), by="shenlan")
    assert status == 200, answer


def zipped(text: str, name: str = "items.toml") -> bytes:
    """A ZIP file with one text."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, text)
    return out.getvalue()


def opened(machine: Any, **variables: Any) -> int:
    """A case of it."""
    body = {"item": "PHOTO-1", "unit": "shinan.cg", "variables": variables}
    status, answer = machine.post("/cases", body, by="wangli")
    assert status == 200, answer
    return int(answer["case"])


def only_item(machine: Any, case: int) -> dict[str, Any]:
    """The one open work item of a case."""
    status, answer = machine.get(f"/cases/{case}", by="zhangwei")
    assert status == 200, answer
    (item,) = answer["items"]
    return dict(item)


def do(machine: Any, case: int, by: str = "zhangwei", **variables: Any) -> dict[str, Any]:
    """Claim and complete the one open work item."""
    key = only_item(machine, case)["key"]
    assert machine.post(f"/items/{case}/{key}/claim", by=by)[0] == 200
    status, answer = machine.post(f"/items/{case}/{key}/complete", {"variables": variables}, by=by)
    assert status == 200, answer
    return dict(answer)
