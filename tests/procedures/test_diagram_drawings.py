"""The diagrams that ship can be opened and read: everything is drawn, nothing lies on top of another."""

from __future__ import annotations

from itertools import combinations

import pytest
from shipped_packages import NAMES, diagram, elements, kind

from engine.bpmn.vocabulary import ROLES

FLOW_NODES = (
    "startEvent", "endEvent", "intermediateCatchEvent", "boundaryEvent", "userTask", "serviceTask",
    "businessRuleTask", "scriptTask", "callActivity", "subProcess", "exclusiveGateway", "inclusiveGateway",
    "parallelGateway", "eventBasedGateway",
)  # fmt: skip


def _shapes(name: str) -> dict[str, tuple[float, float, float, float]]:
    found = {}
    for shape in diagram(name).iter("{*}BPMNShape"):
        bounds = shape.find("{*}Bounds")
        x, y, width, height = (float(bounds.get(key)) for key in ("x", "y", "width", "height"))
        found[shape.get("bpmnElement")] = (x, y, x + width, y + height)
    return found


def _edges(name: str) -> dict[str, list[tuple[float, float]]]:
    return {
        edge.get("bpmnElement"): [(float(p.get("x")), float(p.get("y"))) for p in edge.iter("{*}waypoint")]
        for edge in diagram(name).iter("{*}BPMNEdge")
    }


def _around(element) -> set[str]:
    return {above.get("id") for above in element.iterancestors("{*}subProcess")}


@pytest.mark.parametrize("name", NAMES)
def test_every_element_and_every_flow_is_drawn(name):
    drawn, lines = _shapes(name), _edges(name)
    wanted = elements(name, *FLOW_NODES, "lane", "participant")
    assert {one.get("id") for one in wanted} == set(drawn)
    assert {one.get("id") for one in elements(name, "sequenceFlow", "messageFlow")} == set(lines)
    assert all(len(points) >= 2 for points in lines.values())


@pytest.mark.parametrize("name", NAMES)
def test_no_two_elements_overlap(name):
    drawn = _shapes(name)
    for one, other in combinations(elements(name, *FLOW_NODES), 2):
        inside = one.get("id") in _around(other) or other.get("id") in _around(one)
        attached = one.get("id") == other.get("attachedToRef") or other.get("id") == one.get("attachedToRef")
        if not inside and not attached:
            assert not _overlap(drawn[one.get("id")], drawn[other.get("id")]), (
                one.get("id"),
                other.get("id"),
            )


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("name", NAMES)
def test_flows_begin_and_end_at_the_elements_they_join(name):
    drawn, lines = _shapes(name), _edges(name)
    for flow in elements(name, "sequenceFlow", "messageFlow"):
        points = lines[flow.get("id")]
        assert _touches(drawn[flow.get("sourceRef")], points[0]), flow.get("id")
        assert _touches(drawn[flow.get("targetRef")], points[-1]), flow.get("id")


def _touches(box: tuple[float, ...], point: tuple[float, float]) -> bool:
    slack = 2
    across = box[0] - slack <= point[0] <= box[2] + slack
    return across and box[1] - slack <= point[1] <= box[3] + slack


@pytest.mark.parametrize("name", NAMES)
def test_elements_are_drawn_in_the_lane_they_belong_to(name):
    drawn = _shapes(name)
    for lane in elements(name, "lane"):
        _, top, _, bottom = drawn[lane.get("id")]
        for reference in lane.iter("{*}flowNodeRef"):
            box = drawn[reference.text]
            if not _is_sub_process(name, reference.text) and not _is_boundary(name, reference.text):
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
