"""The event logs hold to IEEE 1849-2016 and OCEL 2.0, rule by rule, as the standards' schemas tell them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from forging import received
from founded import runtime_over
from lxml import etree

from engine.audit import ocel, xes
from timers.laboratory import Laboratory

NC_NAME = re.compile(r"[A-Za-z_][\w.\-]*")
KEY = re.compile(r"[A-Za-z_:][\w.\-:]*")
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
VALUES = {
    "string": re.compile(r".*", re.DOTALL),
    "date": DATE_TIME,
    "int": re.compile(r"-?\d+"),
    "float": re.compile(r"-?\d+(\.\d+)?"),
    "boolean": re.compile(r"true|false|0|1"),
    "id": re.compile(r".+"),
}
STANDARD = {  # extension: prefix, URI, its keys (1849-2016, clause 6)
    "Concept": ("concept", "concept", {"name", "instance"}),
    "Lifecycle": ("lifecycle", "lifecycle", {"model", "transition", "state"}),
    "Time": ("time", "time", {"timestamp"}),
    "Organizational": ("org", "org", {"resource", "role", "group"}),
}
TRANSITIONS = {
    "schedule", "assign", "withdraw", "reassign", "start", "suspend", "resume", "pi_abort", "ate_abort",
    "complete", "autoskip", "manualskip", "unknown",
}  # fmt: skip
OWN = {"banjie:name", "banjie:process"}


@pytest.fixture(scope="module")
def lab(founded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A case that is closed and one that is under way."""
    path = tmp_path_factory.mktemp("standards") / "banjie.db"
    path.write_bytes(founded_sqlite.read_bytes())
    with Laboratory(*runtime_over(f"sqlite:///{path}"), 21) as made:
        for item, unit, steps in (("HJ-LH-0004", "shinan.ga.zs", 60), ("XK-SR-0035", "shinan.cg", 2)):
            case_id = received(made, item, unit)
            for _ in range(steps):
                made.move(made.clock.now() + timedelta(minutes=5))
                made.advance(case_id)
        yield made


def xes_faults(root: Any) -> Iterator[str]:
    """Where a log departs from the schema of annex B, or from what the text demands beside it."""
    if root.tag != "log" or set(root.attrib) - {"xes.version", "xes.features"}:
        yield "the root is a log with its version and features"
    if not re.fullmatch(r"\d+(\.\d+)?", root.get("xes.version", "")):
        yield "xes.version is a decimal"
    order = ["extension", "global", "classifier", *VALUES, "trace", "event"]
    ranks = [min(order.index(one.tag), 3) if one.tag in VALUES else order.index(one.tag) for one in root]
    if ranks != sorted(ranks):
        yield f"the parts stand in their order: {[one.tag for one in root]}"
    prefixes = {one.get("prefix") for one in root.findall("extension")}
    for one in root.findall("extension"):
        if set(one.attrib) != {"name", "prefix", "uri"} or not NC_NAME.fullmatch(one.get("name")):
            yield f"an extension has name, prefix and URI: {dict(one.attrib)}"
        known = STANDARD.get(one.get("name"))
        if known and one.attrib != {
            "name": one.get("name"),
            "prefix": known[0],
            "uri": f"http://www.xes-standard.org/{known[1]}.xesext",
        }:
            yield f"a standard extension is named as it is: {dict(one.attrib)}"
    yield from classifier_faults(root)
    for node in root.iter(*VALUES):
        yield from attribute_faults(node, prefixes)
    for element in [root, *root.findall("trace"), *root.iter("event")]:
        keys = [node.get("key") for node in element if node.tag in VALUES]
        if len(keys) != len(set(keys)):
            yield f"a key stands once in an element: {keys}"
    yield from global_faults(root)


def classifier_faults(root: Any) -> Iterator[str]:
    everywhere = {node.get("key") for node in root.findall("global[@scope='event']/*")}
    for one in root.findall("classifier"):
        if set(one.attrib) - {"name", "scope", "keys"} or not NC_NAME.fullmatch(one.get("name")):
            yield f"a classifier's name is an NCName: {dict(one.attrib)}"
        if one.get("scope", "event") != "event" or not set(one.get("keys").split()) <= everywhere:
            yield f"a classifier stands on global attributes of events: {dict(one.attrib)}"


def attribute_faults(node: Any, prefixes: set[str]) -> Iterator[str]:
    key, value = node.get("key", ""), node.get("value", "")
    if set(node.attrib) != {"key", "value"} or not KEY.fullmatch(key) or len(node):
        yield f"an attribute has a key and a value: {dict(node.attrib)}"
    if not VALUES[node.tag].fullmatch(value):
        yield f"a value is of its type: {node.tag} {value}"
    prefix, colon, name = key.partition(":")
    if colon and prefix not in prefixes:
        yield f"a prefix belongs to a declared extension: {key}"
    names = {known[0]: known[2] for known in STANDARD.values()}
    if colon and prefix in names and name not in names[prefix]:
        yield f"a standard extension has the key: {key}"
    if key == "lifecycle:transition" and value and value not in TRANSITIONS:
        yield f"a transition is one of the standard model: {value}"


def global_faults(root: Any) -> Iterator[str]:
    scopes = [one.get("scope") for one in root.findall("global")]
    if sorted(scopes) != sorted(set(scopes)) or not set(scopes) <= {"trace", "event"}:
        yield f"each scope has one list of globals: {scopes}"
    for scope in scopes:
        wanted = {(node.tag, node.get("key")) for node in root.find(f"global[@scope='{scope}']")}
        for element in root.iter(scope):
            if not wanted <= {(node.tag, node.get("key")) for node in element}:
                yield f"every {scope} has the global attributes"


def xes_at(lab: Laboratory, level: str) -> Any:
    with lab.runtime.store.reading() as connection:
        lab.runtime.shelf.refresh(connection)
        return etree.fromstring(xes.log(connection, lab.runtime.shelf, [1, 2], level))


@pytest.mark.parametrize("level", "ABCD")
def test_an_event_log_of_each_level_holds_to_the_schema_of_ieee_1849(lab: Laboratory, level: str) -> None:
    root = xes_at(lab, level)

    assert list(xes_faults(root)) == []
    assert len(root.findall("trace")) == 2
    own = {node.get("key") for node in root.iter() if str(node.get("key")).startswith("banjie:")}
    assert own == (OWN if level == "D" else set())
    assert [one.get("name") for one in root.findall("extension")] == [
        name for begins, name in zip("ABBCD", [*STANDARD, "Banjie"], strict=True) if begins <= level
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name="Activity"', 'name="the activity"'),
        ('xes.version="1849.2016"', 'xes.version="1849-2016"'),
        ("T", " "),
        ('prefix="org"', 'prefix="who"'),
        ('keys="concept:name"', 'keys="concept:other"'),
        ('value="start"', 'value="begun"'),
        ('<string key="org:resource"', '<int key="org:resource"'),
    ],
)
def test_a_log_that_departs_from_the_schema_is_noticed_here(lab: Laboratory, old: str, new: str) -> None:
    text = etree.tostring(xes_at(lab, "D"), encoding="unicode")
    if old == "T":
        text = re.sub(r'(key="time:timestamp" value="\d{4}-\d\d-\d\d)T', r"\1 ", text)
    changed = text.replace(old, new) if old != "T" else text

    assert list(xes_faults(etree.fromstring(changed)))


OCEL_TYPES = {"string": str, "time": str, "integer": int, "float": float, "boolean": bool}


def ocel_faults(log: dict[str, Any]) -> Iterator[str]:
    """Where a log departs from the JSON schema of OCEL 2.0, or from the formal definition behind it."""
    if set(log) != {"eventTypes", "objectTypes", "events", "objects"}:
        yield "four lists"
    for kind in ("event", "object"):
        yield from type_faults(kind, log)
    ids = [one["id"] for one in log["events"]] + [one["id"] for one in log["objects"]]
    if len(ids) != len(set(ids)):
        yield "an id is one thing's"
    known = {one["id"] for one in log["objects"]}
    for one in (*log["events"], *log["objects"]):
        pairs = [(relation["objectId"], relation["qualifier"]) for relation in one["relationships"]]
        if len(pairs) != len(set(pairs)) or not {name for name, _ in pairs} <= known:
            yield f"what {one['id']} refers to is there, once with each qualifier"
        if any(not qualifier for _, qualifier in pairs):
            yield f"a relationship of {one['id']} says how"


def type_faults(kind: str, log: dict[str, Any]) -> Iterator[str]:
    declared: dict[str, dict[str, str]] = {}
    for one in log[f"{kind}Types"]:
        names = [attribute["name"] for attribute in one["attributes"]]
        if set(one) != {"name", "attributes"} or len(names) != len(set(names)) or one["name"] in declared:
            yield f"a type is declared once, its attributes too: {one['name']}"
        declared[one["name"]] = {a["name"]: a["type"] for a in one["attributes"]}
        if not set(declared[one["name"]].values()) <= set(OCEL_TYPES):
            yield f"an attribute has a type of the standard: {one['name']}"
    for one in log[f"{kind}s"]:
        yield from element_faults(kind, one, declared.get(one.get("type"), {}))
        if one.get("type") not in declared:
            yield f"the type of {one.get('id')} is declared"


def element_faults(kind: str, one: dict[str, Any], declared: dict[str, str]) -> Iterator[str]:
    wanted = {"id", "type", "attributes", "relationships"} | ({"time"} if kind == "event" else set())
    if set(one) != wanted or not all(isinstance(one[name], str) for name in wanted & {"id", "type", "time"}):
        yield f"{kind} {one.get('id')} has {sorted(wanted)}"
    timed = [one] if kind == "event" else one["attributes"]
    for each in timed:
        if not DATE_TIME.fullmatch(each["time"]) or not datetime.fromisoformat(each["time"]):
            yield f"a time of {one['id']} is a date and time of ISO 8601"
    names = [attribute["name"] for attribute in one["attributes"]]
    for attribute in one["attributes"]:
        if attribute["name"] not in declared:
            yield f"{one['id']} has no attribute that its type lacks: {attribute['name']}"
        elif not isinstance(attribute["value"], OCEL_TYPES.get(declared[attribute["name"]], str)):
            yield f"a value of {one['id']} is of its type"
    if kind == "event" and len(names) != len(set(names)):
        yield f"an event has an attribute once: {one['id']}"
    at = (
        [(attribute["name"], attribute["time"]) for attribute in one["attributes"]]
        if kind == "object"
        else []
    )
    if at != sorted(at, key=lambda pair: pair[1]) or len(at) != len(set(at)):
        yield f"what {one['id']} becomes stands in the order of time"


def ocel_of(lab: Laboratory) -> dict[str, Any]:
    with lab.runtime.store.reading() as connection:
        return dict(json.loads(ocel.log(connection, [1, 2])))


def test_an_object_centric_log_holds_to_the_schema_of_ocel_2(lab: Laboratory) -> None:
    log = ocel_of(lab)

    assert list(ocel_faults(log)) == []
    closed = next(one for one in log["objects"] if one["type"] == "case")
    told = [(one["value"], one["time"]) for one in closed["attributes"] if one["name"] == "status"]
    assert [value for value, _ in told] == ["open", "closed"]
    assert told[0][1] < told[1][1], "what an object becomes carries the moment"
    due = [one for one in log["objects"] if one["type"] == "period"]
    assert all(any(a["name"] == "due_on" for a in one["attributes"]) for one in due)


@pytest.mark.parametrize(
    "change",
    [
        lambda log: log["events"][0].update(time="2026-01-26 09:00"),
        lambda log: log["events"][0].pop("type"),
        lambda log: log["events"][1].update(id=log["events"][0]["id"]),
        lambda log: log["events"][0]["attributes"].append({"name": "more", "value": "x"}),
        lambda log: log["events"][0]["relationships"].append({"objectId": "nothing", "qualifier": "x"}),
        lambda log: log["objects"][0].update(type="thing"),
        lambda log: log["objectTypes"][0]["attributes"][0].update(type="text"),
    ],
)
def test_an_object_centric_log_that_departs_is_noticed_here(lab: Laboratory, change: Any) -> None:
    log = ocel_of(lab)
    change(log)

    assert list(ocel_faults(log))
