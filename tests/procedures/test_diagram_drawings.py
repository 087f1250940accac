"""The diagrams that ship can be opened and read: everything is drawn, nothing lies on top of another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations

import pytest
from shipped_packages import NAMES, diagram, elements, kind

from engine.bpmn.vocabulary import ROLES

FLOW_NODES = (
    "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "userTask",
    "serviceTask", "businessRuleTask", "scriptTask", "callActivity", "subProcess", "exclusiveGateway",
    "inclusiveGateway", "parallelGateway", "eventBasedGateway",
)  # fmt: skip


Box = tuple[float, float, float, float]
Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Drawing:
    """One plane of a file: the pool's, or that of a sub-process drawn closed, which opens by a click."""

    of: str
    boxes: dict[str, Box]
    lines: dict[str, Points]
    closed: frozenset[str]


@cache
def _drawings(name: str) -> tuple[Drawing, ...]:
    return tuple(_drawing(plane) for plane in diagram(name).iter("{*}BPMNPlane"))


def _drawing(plane) -> Drawing:
    boxes, closed = {}, set()
    for shape in plane.iter("{*}BPMNShape"):
        bounds = shape.find("{*}Bounds")
        x, y, width, height = (float(bounds.get(key)) for key in ("x", "y", "width", "height"))
        boxes[shape.get("bpmnElement")] = (x, y, x + width, y + height)
        if shape.get("isExpanded") == "false":
            closed.add(shape.get("bpmnElement"))
    lines = {
        edge.get("bpmnElement"): [(float(p.get("x")), float(p.get("y"))) for p in edge.iter("{*}waypoint")]
        for edge in plane.iter("{*}BPMNEdge")
    }
    return Drawing(plane.get("bpmnElement"), boxes, lines, frozenset(closed))


def _around(element) -> set[str]:
    return {above.get("id") for above in element.iterancestors("{*}subProcess")}


@pytest.mark.parametrize("name", NAMES)
def test_every_element_and_every_flow_is_drawn_once(name):
    shapes = [drawn for each in _drawings(name) for drawn in each.boxes]
    edges = [drawn for each in _drawings(name) for drawn in each.lines]
    wanted = [one.get("id") for one in elements(name, *FLOW_NODES, "lane", "participant")]
    assert sorted(wanted) == sorted(shapes)
    assert sorted(one.get("id") for one in elements(name, "sequenceFlow", "messageFlow")) == sorted(edges)
    assert all(len(points) >= 2 for each in _drawings(name) for points in each.lines.values())


@pytest.mark.parametrize("name", NAMES)
def test_what_lies_in_a_closed_sub_process_is_drawn_in_a_drawing_of_its_own(name):
    closed = {one for each in _drawings(name) for one in each.closed}
    first, *others = _drawings(name)
    assert {each.of for each in others} == closed
    for one in elements(name, *FLOW_NODES):
        nearest = next((above for above in _ancestors(one) if above in closed), first.of)
        place = next(each.of for each in _drawings(name) if one.get("id") in each.boxes)
        assert place == nearest, one.get("id")


def _ancestors(element) -> list[str]:
    return [above.get("id") for above in element.iterancestors("{*}subProcess")]


@pytest.mark.parametrize("name", NAMES)
def test_no_two_elements_overlap(name):
    for each in _drawings(name):
        here = [one for one in elements(name, *FLOW_NODES) if one.get("id") in each.boxes]
        for one, other in combinations(here, 2):
            inside = one.get("id") in _around(other) or other.get("id") in _around(one)
            attached = one.get("id") == other.get("attachedToRef") or other.get("id") == one.get(
                "attachedToRef"
            )
            if not inside and not attached:
                assert not _overlap(each.boxes[one.get("id")], each.boxes[other.get("id")]), (
                    one.get("id"),
                    other.get("id"),
                )


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("name", NAMES)
def test_flows_begin_and_end_at_the_elements_they_join(name):
    flows = {flow.get("id"): flow for flow in elements(name, "sequenceFlow", "messageFlow")}
    for each in _drawings(name):
        for line, points in each.lines.items():
            assert _touches(each.boxes[flows[line].get("sourceRef")], points[0]), line
            assert _touches(each.boxes[flows[line].get("targetRef")], points[-1]), line


def _touches(box: Box, point: tuple[float, float]) -> bool:
    slack = 2
    across = box[0] - slack <= point[0] <= box[2] + slack
    return across and box[1] - slack <= point[1] <= box[3] + slack


@pytest.mark.parametrize("name", NAMES)
def test_elements_are_drawn_in_the_lane_they_belong_to(name):
    for lane in elements(name, "lane"):
        drawn = next(each.boxes for each in _drawings(name) if lane.get("id") in each.boxes)
        _, top, _, bottom = drawn[lane.get("id")]
        for reference in lane.iter("{*}flowNodeRef"):
            if reference.text not in drawn or _is_boundary(name, reference.text):
                continue
            if not _is_sub_process(name, reference.text):
                box = drawn[reference.text]
                assert top <= (box[1] + box[3]) / 2 <= bottom, reference.text


def _is_sub_process(name: str, element: str) -> bool:
    return element in {one.get("id") for one in elements(name, "subProcess")}


def _is_boundary(name: str, element: str) -> bool:
    return element in {one.get("id") for one in elements(name, "boundaryEvent")}


@pytest.mark.parametrize("name", NAMES)
def test_each_element_stands_in_one_lane_and_lanes_name_known_roles(name):
    named = [reference.text for reference in diagram(name).iter("{*}flowNodeRef")]
    assert sorted(named) == sorted(one.get("id") for one in elements(name, *FLOW_NODES))
    for lane in elements(name, "lane"):
        roles = [one.get("value") for one in lane.iter("{*}property") if one.get("name") == "banjie.role"]
        assert len(roles) == 1
        assert roles[0] in ROLES


@pytest.mark.parametrize("name", NAMES)
def test_people_read_chinese_names_and_programs_english_ids(name):
    for one in elements(name, "userTask", "serviceTask", "scriptTask", "callActivity", "lane"):
        assert one.get("id").isascii()
        assert not one.get("name").isascii(), (kind(one), one.get("id"))
