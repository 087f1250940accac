"""What is handed to tools of process mining: XES by level, OCEL 2.0, and the Petri net of a procedure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from forging import received
from founded import runtime_over
from lxml import etree

from engine import bpmn
from engine.audit import ocel, petri, pnml, xes
from engine.audit.reduction import Net
from engine.errors import IllegalDefinition
from timers.laboratory import Laboratory

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"


@pytest.fixture(scope="module")
def lab(founded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A case that is closed and one that is under way."""
    path = tmp_path_factory.mktemp("logs") / "banjie.db"
    path.write_bytes(founded_sqlite.read_bytes())
    with Laboratory(*runtime_over(f"sqlite:///{path}"), 21) as made:
        for item, unit, steps in (("HJ-LH-0004", "shinan.ga.zs", 60), ("XK-SR-0035", "shinan.cg", 2)):
            case_id = received(made, item, unit)
            for _ in range(steps):
                made.advance(case_id)
        yield made


def xes_at(lab: Laboratory, level: str) -> Any:
    with lab.runtime.store.reading() as connection:
        lab.runtime.shelf.refresh(connection)
        return etree.fromstring(xes.log(connection, lab.runtime.shelf, [1, 2], level))


KEYS = {
    "A": {"concept:name"},
    "B": {"concept:name", "lifecycle:transition", "time:timestamp"},
    "C": {"concept:name", "lifecycle:transition", "time:timestamp", "org:resource"},
}


@pytest.mark.parametrize("level", "ABC")
def test_an_event_log_tells_as_much_as_its_level_says(lab: Laboratory, level: str) -> None:
    log = xes_at(lab, level)

    keys = [{attribute.get("key") for attribute in event} for event in log.iter("event")]
    assert keys
    assert all(found == KEYS[level] for found in keys)
    declared = {node.get("key") for node in log.findall("global[@scope='event']/*")}
    assert declared == KEYS[level]


def test_the_fullest_event_log_adds_roles_units_and_instances(lab: Laboratory) -> None:
    events = [{one.get("key"): one.get("value") for one in event} for event in xes_at(lab, "D").iter("event")]

    review = next(event for event in events if event["concept:name"] == "review")
    assert review["banjie:process"] == "huji"
    assert review["banjie:name"]
    assert {event["lifecycle:transition"] for event in events} <= {"start", "complete", "ate_abort"}
    assert any(event.get("org:group") for event in events)
    assert not any(event["concept:name"] == "huji" for event in events), "a process is no activity"


def test_the_object_centric_log_has_the_shape_of_the_standard(lab: Laboratory) -> None:
    with lab.runtime.store.reading() as connection:
        log = json.loads(ocel.log(connection, [1, 2]))

    assert set(log) == {"objectTypes", "eventTypes", "objects", "events"}
    types = {
        kind: {one["name"]: {a["name"]: a["type"] for a in one["attributes"]} for one in log[kind]}
        for kind in ("objectTypes", "eventTypes")
    }
    objects = {one["id"]: one for one in log["objects"]}
    assert len(objects) == len(log["objects"])
    assert len({one["id"] for one in log["events"]}) == len(log["events"])
    for one, kind in [(o, "objectTypes") for o in log["objects"]] + [
        (e, "eventTypes") for e in log["events"]
    ]:
        declared = types[kind][one["type"]]
        for attribute in one["attributes"]:
            assert declared[attribute["name"]] == "string"
            assert isinstance(attribute["value"], str)
            assert ("time" in attribute) == (kind == "objectTypes")
        for relation in one["relationships"]:
            assert set(relation) == {"objectId", "qualifier"}
            assert relation["objectId"] in objects
    assert {"case", "officer", "period"} <= {one["type"] for one in log["objects"]}
    assert all(event["time"].endswith("Z") for event in log["events"])


def test_the_object_centric_log_names_no_applicant(lab: Laboratory) -> None:
    with lab.runtime.store.reading() as connection:
        text = ocel.log(connection, [1, 2]).decode()
    for case_id in (1, 2):
        assert lab.case(case_id).applicant not in text


def fires(net: Net, trace: list[str]) -> bool:
    """Whether a net allows a trace from beginning to end, found by trying: small nets only."""
    seen: set[tuple[int, tuple[str, ...]]] = set()
    todo = [(0, (net.start,))]
    while todo:
        place, marking = todo.pop()
        if place == len(trace) and marking == (net.end,):
            return True
        if (place, marking) in seen or len(marking) > 12:
            continue
        seen.add((place, marking))
        for one in net.transitions:
            if one.label not in (None, trace[place] if place < len(trace) else None):
                continue
            left = list(marking)
            if all(left.count(end) >= one.takes.count(end) for end in one.takes):
                for end in one.takes:
                    left.remove(end)
                todo.append((place + (one.label is not None), tuple(sorted((*left, *one.gives)))))
    return False


def drawn(inside: str) -> Net:
    text = (
        f'<definitions xmlns="{BPMN}" targetNamespace="t"><message id="m" name="m"/>'
        f'<process id="p" isExecutable="true">{inside}</process></definitions>'
    )
    return petri.net_of(bpmn.read(text.encode()))


def flow(source: str, target: str) -> str:
    return f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'


TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"


def test_branches_that_run_together_may_come_in_any_order_but_all_come() -> None:
    net = drawn(
        '<startEvent id="s"/><parallelGateway id="g"/><manualTask id="a"/><manualTask id="b"/>'
        '<parallelGateway id="j"/><endEvent id="e"/>'
        + "".join(flow(*pair.split()) for pair in ("s g", "g a", "g b", "a j", "b j", "j e"))
    )

    assert fires(net, ["s", "a", "b", "e"])
    assert fires(net, ["s", "b", "a", "e"])
    assert not fires(net, ["s", "a", "e"])


def test_a_boundary_event_takes_the_place_of_the_rest_of_its_activity() -> None:
    net = drawn(
        '<startEvent id="s"/><subProcess id="w"><startEvent id="ws"/><manualTask id="a"/><manualTask id="b"/>'
        '<endEvent id="we"/>'
        + flow("ws", "a")
        + flow("a", "b")
        + flow("b", "we")
        + f'</subProcess><boundaryEvent id="late" attachedToRef="w">{TIMER}</boundaryEvent>'
        '<endEvent id="e"/><endEvent id="f"/>' + flow("s", "w") + flow("w", "e") + flow("late", "f")
    )

    assert fires(net, ["s", "ws", "a", "b", "we", "e"])
    assert fires(net, ["s", "ws", "a", "late", "f"])
    assert not fires(net, ["s", "ws", "b", "we", "e"])
    assert not fires(net, ["s", "ws", "a", "e"])


def test_an_event_sub_process_ends_what_it_interrupts() -> None:
    net = drawn(
        '<startEvent id="s"/><manualTask id="a"/><endEvent id="e"/>'
        + flow("s", "a")
        + flow("a", "e")
        + '<subProcess id="x" triggeredByEvent="true"><startEvent id="xs">'
        '<messageEventDefinition messageRef="m"/></startEvent><manualTask id="y"/><endEvent id="xe"/>'
        + flow("xs", "y")
        + flow("y", "xe")
        + "</subProcess>"
    )

    assert fires(net, ["s", "a", "e"])
    assert fires(net, ["s", "xs", "y", "xe"])
    assert not fires(net, ["s", "xs", "y", "xe", "a", "e"])
    assert not fires(net, ["s", "xs", "a", "e"])


def test_a_repeated_activity_occurs_any_number_of_times() -> None:
    net = drawn(
        '<startEvent id="s"/><manualTask id="a"><multiInstanceLoopCharacteristics>'
        "<loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics></manualTask>"
        '<endEvent id="e"/>' + flow("s", "a") + flow("a", "e")
    )

    assert fires(net, ["s", "a", "a", "a", "e"])
    assert not fires(net, ["s", "e", "a"])


INCLUSIVE = (
    '<startEvent id="s"/><inclusiveGateway id="g"/><manualTask id="a"/><manualTask id="b"/>'
    '<inclusiveGateway id="j"/><endEvent id="e"/>'
)


def test_a_gateway_that_brings_together_waits_for_the_ways_that_were_taken() -> None:
    net = drawn(INCLUSIVE + "".join(flow(*way.split()) for way in ("s g", "g a", "g b", "a j", "b j", "j e")))

    assert all(fires(net, ["s", *ways, "e"]) for ways in (["a"], ["b"], ["a", "b"], ["b", "a"]))
    assert not fires(net, ["s", "e"])
    assert not fires(net, ["s", "a", "a", "e"])
    assert not fires(net, ["s", "a", "e", "b", "e"])


def test_a_gateway_that_others_come_to_as_well_may_take_any_of_its_ways() -> None:
    ways = ("s g", "g a", "g b", "a j", "b j", "j e", "a b")
    net = drawn(INCLUSIVE + "".join(flow(*way.split()) for way in ways))

    assert fires(net, ["s", "b", "e"])
    assert fires(net, ["s", "a", "b", "e"])


def test_sub_processes_that_are_repeated_one_by_one_are_not_mixed() -> None:
    loop = '<multiInstanceLoopCharacteristics isSequential="{}"><loopCardinality>2</loopCardinality>'
    body = (
        '<startEvent id="s"/><subProcess id="w"><manualTask id="a"/><manualTask id="b"/>'
        + flow("a", "b")
        + loop
        + "</multiInstanceLoopCharacteristics></subProcess>"
        '<endEvent id="e"/>' + flow("s", "w") + flow("w", "e")
    )
    one_by_one, at_once = drawn(body.format("true")), drawn(body.format("false"))

    assert fires(one_by_one, ["s", "a", "b", "a", "b", "e"])
    assert not fires(one_by_one, ["s", "a", "a", "b", "b", "e"])
    assert fires(at_once, ["s", "a", "a", "b", "b", "e"])
    assert not fires(at_once, ["s", "a", "e"])


def beside(name: str, interrupting: str) -> str:
    """An event sub-process of one task."""
    return (
        f'<subProcess id="{name}" triggeredByEvent="true"><startEvent id="{name}s" isInterrupting="'
        f'{interrupting}"><messageEventDefinition messageRef="m"/></startEvent><manualTask id="{name}t"/>'
        f'<endEvent id="{name}e"/>'
        + flow(f"{name}s", f"{name}t")
        + flow(f"{name}t", f"{name}e")
        + "</subProcess>"
    )


def test_an_end_that_terminates_leaves_nothing_of_its_body_open() -> None:
    net = drawn(
        '<startEvent id="s"/><subProcess id="w"><startEvent id="ws"/><parallelGateway id="g"/>'
        '<manualTask id="a"/><manualTask id="b"/><endEvent id="we"/>'
        '<endEvent id="over"><terminateEventDefinition/></endEvent>'
        + "".join(flow(*way.split()) for way in ("ws g", "g a", "g b", "a over", "b we"))
        + beside("n", "false")
        + '</subProcess><manualTask id="c"/><endEvent id="e"/>'
        + flow("s", "w")
        + flow("w", "c")
        + flow("c", "e")
    )

    assert fires(net, ["s", "ws", "a", "over", "c", "e"])
    assert fires(net, ["s", "ws", "b", "we", "a", "over", "c", "e"])
    assert fires(net, ["s", "ws", "ns", "a", "ns", "nt", "over", "c", "e"])
    assert not fires(net, ["s", "ws", "a", "over", "b", "we", "c", "e"])
    assert not fires(net, ["s", "ws", "ns", "a", "over", "nt", "ne", "c", "e"])
    assert not fires(net, ["s", "ws", "b", "we", "c", "e"])


def test_what_goes_on_beside_is_swept_where_the_process_is_interrupted() -> None:
    work = '<startEvent id="s"/><manualTask id="a"/><endEvent id="e"/>' + flow("s", "a") + flow("a", "e")
    net = drawn(work + beside("n", "false") + beside("x", "true"))

    assert fires(net, ["s", "ns", "ns", "nt", "ne", "a", "nt", "ne", "e"])
    assert fires(net, ["s", "ns", "ns", "nt", "xs", "xt", "xe"])
    assert not fires(net, ["s", "ns", "xs", "nt", "ne", "xt", "xe"])
    assert not fires(net, ["s", "ns", "a", "e"])


def test_what_compensates_has_no_net_and_is_named() -> None:
    with pytest.raises(IllegalDefinition, match="undo compensates"):
        drawn(
            '<startEvent id="s"/><manualTask id="a"/><intermediateThrowEvent id="undo">'
            '<compensateEventDefinition/></intermediateThrowEvent><endEvent id="e"/>'
            + flow("s", "a")
            + flow("a", "undo")
            + flow("undo", "e")
        )


def test_the_net_is_written_with_its_markings(lab: Laboratory) -> None:
    with lab.runtime.store.reading() as connection:
        lab.runtime.shelf.refresh(connection)
        digest = lab.runtime.shelf.newest("package", "huji")
        net = petri.net_of(lab.runtime.shelf.package(connection, digest).definition)
    root = etree.fromstring(pnml.written(net, {"review": "初审"}))
    space = {"p": "http://www.pnml.org/version-2009/grammar/pnml"}

    ids = [node.get("id") for node in root.iterfind(".//p:place", space)]
    ids += [node.get("id") for node in root.iterfind(".//p:transition", space)]
    assert len(ids) == len(set(ids))
    ends = {arc.get(end) for arc in root.iterfind(".//p:arc", space) for end in ("source", "target")}
    assert ends <= set(ids)
    names = [node.text for node in root.iterfind(".//p:transition/p:name/p:text", space)]
    assert "review" in names
    assert root.find(".//p:place[@id='start']/p:initialMarking/p:text", space).text == "1"
