"""Lanes: which post an element's work goes to, by the innermost lane that holds it.

Called by the reader. A lane may name its role (`banjie.role`); one without takes that of the lane around it.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.bpmn import xml


@dataclass(frozen=True)
class Lane:
    """A lane's name (its id where it has none) and its role."""

    name: str
    role: str | None


def lanes_of(holder: xml.Element) -> dict[str, Lane]:
    """The innermost lane of every element of a process or sub-process, by the element's id."""
    found: dict[str, Lane] = {}
    stack: list[tuple[xml.Element, Lane | None]] = [(one, None) for one in xml.children(holder, "laneSet")]
    while stack:
        group, around = stack.pop(0)
        for element in xml.children(group, "lane"):
            role = xml.properties(element).get("banjie.role") or (None if around is None else around.role)
            lane = Lane(element.get("name") or element.get("id") or "", role)
            found.update(dict.fromkeys(xml.references(element, "flowNodeRef"), lane))
            stack += [(one, lane) for one in xml.children(element, "childLaneSet")]
    return found
