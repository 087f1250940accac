"""The hall: what can be asked for, and the guide to each item, generated from what is deployed.

The seven published elements of a guide (domain 3.1.7): basis, conditions, flow, time limits, unit,
contact, complaint phone. Nothing of it is typed twice: it comes from catalogue, law and procedure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.bpmn.definition import Definition, Element
from engine.bpmn.vocabulary import ROLES
from engine.definitions.catalogue import ServiceItem
from engine.definitions.packages import Package
from engine.errors import NotFound
from engine.periods import Limit
from web.casefile.starting import items_applied_for, package_of
from web.casefile.story import activity
from web.citizen.room import ROOM
from web.house import House
from web.language import SOURCE, _, current, words
from web.signin.who import house, unit_name

MAIN = (("apply",), ("register",), ("accept", "transfer"), ("examine", "investigate"), ("decide", "reply"))
"""Kinds of acts that every case comes to, in their order: what a guide tells without being asked for more."""


@ROOM.get("/")
def home() -> str:
    """All items, narrowed by audience and by search."""
    audience, search = request.args.get("audience", "")[:40], request.args.get("search", "").strip()[:100]
    items = items_applied_for(house())
    audiences = sorted({who for item in items for who in item.facts.get("audience", ())})
    found = [item for item in items if _fits(item, audience, search)]
    return render_template(
        "citizen/home.html",
        items=[card(item) for item in found],
        audiences=audiences,
        audience=audience,
        search=search,
    )


def _fits(item: ServiceItem, audience: str, search: str) -> bool:
    facts = item.facts
    if audience and audience not in facts.get("audience", ()):
        return False
    told = [
        item.code,
        item.name("zh"),
        item.name("en"),
        facts.get("life_event", ""),
        *facts.get("guided_path", ()),
    ]
    return not search or any(search.lower() in str(text).lower() for text in told)


def card(item: ServiceItem) -> dict[str, Any]:
    """An item as a card of the hall."""
    facts = item.facts
    return {
        "code": item.code,
        "name": item.name(current()),
        "href": url_for("citizen.guide", code=item.code),
        "kind": facts.get("kind", ""),
        "audience": "、".join(facts.get("audience", ())),
        "promised": limit_words(facts.get("promised")),
        "path": facts.get("guided_path" if current() == SOURCE else f"guided_path_{current()}", ()),
        "online": facts.get("online_depth", 0) >= 2,
    }


def limit_words(text: Any) -> str:
    """A limit such as 20W in words; "" for none."""
    return Limit.read(str(text)).words(current()) if text else ""


@ROOM.get("/items/<code>")
def guide(code: str) -> str:
    """The guide to an item."""
    item = find_item(house(), code)
    package = package_of(house(), item)
    steps = flow(package)
    return render_template(
        "citizen/guide.html",
        item=item,
        name=item.name(current()),
        facts=item.facts,
        elements=elements(item),
        materials=materials(item, package),
        flow=steps,
        main=main_steps(steps),
        package=package,
        diagram=url_for("citizen.guide_diagram", code=code),
        apply=url_for("citizen.choose", code=code) if package.first_form else "",
    )


@ROOM.get("/items/<code>/diagram.bpmn")
def guide_diagram(code: str) -> Response:
    """The deployed diagram of an item's procedure, byte for byte."""
    package = package_of(house(), find_item(house(), code))
    response = make_response(package.definition.source)
    response.headers["Content-Type"] = "application/xml; charset=utf-8"
    return response


def find_item(here: House, code: str) -> ServiceItem:
    """The item of that code. Raises NotFound."""
    for item in items_applied_for(here):
        if item.code == code:
            return item
    raise NotFound(_("没有这个办事事项，可能已经停办。"))


def elements(item: ServiceItem) -> dict[str, Any]:
    """The seven elements but the flow, in words."""
    facts = item.facts
    return {
        "basis": [str(one) for one in facts.get("basis", ())],
        "conditions": in_language(facts.get("conditions", ())),
        "limits": limits(item),
        "units": [unit_name(unit) for unit in item.units],
        "department": unit_name(str(facts.get("department", ""))),
        "contact": str(facts.get("contact", "")),
        "complaint": str(facts.get("complaint_phone", "")),
    }


def in_language(given: Any) -> list[str]:
    """A list of texts kept by language, or one list for all."""
    chosen = (given.get(current()) or given.get("zh", ())) if isinstance(given, Mapping) else given
    return [str(one) for one in chosen]


def limits(item: ServiceItem) -> list[tuple[str, str]]:
    """(name, words): the promised limit and the statutory one, with the article it rests on."""
    found = [(_("承诺时限"), limit_words(item.facts.get("promised")))]
    rule = statutory(item)
    if rule is not None:
        text = _("%(limit)s（%(basis)s）", limit=rule.limit.words(current()), basis=rule.basis)
        found.append((_("法定时限"), text))
    return [(name, text) for name, text in found if text]


def statutory(item: ServiceItem) -> Any:
    """The rule of the item's main period in force today; None where the catalogue names none."""
    named = item.facts.get("period")
    if not named:
        return None
    runtime, today = house().runtime, house().directory.today()
    with house().store.reading() as connection:
        runtime.shelf.refresh(connection)
        law = runtime.shelf.law(connection, runtime.shelf.newest("law", "law"))
    return law.of(str(named), today)


def materials(item: ServiceItem, package: Package) -> list[dict[str, Any]]:
    """What is to be handed in: name, in which form, whether demanded or looked up by the office itself."""
    return [
        {
            "name": material_name(one, package),
            "form": one.get("form", ""),
            "required": one.get("required", False),
            "register": one.get("register", ""),
        }
        for one in item.facts.get("materials", ())
    ]


def material_name(material: Mapping[str, Any], package: Package) -> str:
    """The name of a paper; in English that of the field it is handed in with, where it has one."""
    schema = package.casefile.get(str(material.get("field", "")), {})
    name = str(material.get("name", ""))
    return words({"zh": name, "en": str(schema.get("x-title-en") or name)})


def flow(package: Package) -> list[dict[str, str]]:
    """The flow in words: what people do, in the order a case comes to it, and who.

    A procedure that people carry out is one step of it; what can be done at several places is told once.
    """
    found: list[dict[str, str]] = []
    told: set[tuple[str, str]] = set()
    for element in walked(package.definition, package.process):
        role = element.properties.get("banjie.role") or element.role or ""
        asked = element.kind == "userTask" or "banjie.form" in element.properties
        called = element.kind == "callActivity" and role not in ("", "system")
        if not ((asked or called) and element.name) or (element.name, role) in told:
            continue
        told.add((element.name, role))
        zh, en = ROLES.get(role, ("", ""))
        who = zh if role == "applicant" else element.lane or zh
        found.append(
            {
                "name": activity(element.name, element.act),
                "who": words({"zh": who, "en": en.capitalize()}),
                "note": element.documentation,
                "act": element.act or "",
            }
        )
    return found


def main_steps(steps: list[dict[str, str]]) -> list[dict[str, str]]:
    """The few steps that every case takes, in the order of `MAIN`: of each kind of act the first; all the
    steps where they are few themselves."""
    if len(steps) <= len(MAIN):
        return steps
    firsts = (next((step for step in steps if step["act"] in acts), None) for acts in MAIN)
    found = [step for step in firsts if step]
    return found if len(found) >= len(MAIN) // 2 else steps


def walked(definition: Definition, process: str) -> list[Element]:
    """The elements of a process in the order flows lead to them; what an activity holds follows it at once,
    and what begins by itself (boundary events, event sub-processes) comes after the rest of its level."""
    following: dict[str, list[str]] = {}
    for flow_ in definition.flows.values():
        following.setdefault(flow_.source, []).append(flow_.target)
    entered = {target for targets in following.values() for target in targets}
    order: dict[str, Element] = {}

    def walk(parent: str) -> None:
        level = [
            one for one in definition.elements.values() if one.parent == parent and one.id not in entered
        ]
        waiting = [one.id for one in sorted(level, key=lambda one: one.kind != "startEvent")]
        while waiting:
            identifier = waiting.pop(0)
            if identifier not in order:
                order[identifier] = definition.elements[identifier]
                walk(identifier)
                waiting = [*following.get(identifier, ()), *waiting]

    walk(process)
    return list(order.values())
