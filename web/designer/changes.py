"""What changed between two versions of a package: files, and on the diagram element by element.

Called by the comparison page and by the page of an upload. Compares what was read, so that a moved box or
a reordered attribute is no change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bpmn.definition import Definition
from engine.definitions.bundles import Bundle
from web.designer import outline
from web.language import _


@dataclass(frozen=True)
class Change:
    """`what` is added, removed or changed; `details` are (label, before, after) where it is changed."""

    what: str
    name: str
    title: str = ""
    details: tuple[tuple[str, str, str], ...] = ()


Facts = Mapping[str, str]


def files(before: Bundle, after: Bundle) -> list[Change]:
    """The files that were added, removed or changed."""
    names = sorted({*before.files, *after.files})
    return [
        Change(_what(name in before.files, name in after.files), name)
        for name in names
        if before.files.get(name) != after.files.get(name)
    ]


def elements(before: Definition, after: Definition) -> list[Change]:
    """The elements and flows that were added, removed or changed, in the order of the newer file."""
    old, new = _told(before), _told(after)
    found = []
    for name in (*new, *(name for name in old if name not in new)):
        was, now = old.get(name), new.get(name)
        if was != now:
            title = (now or was or {}).get("", "")
            details = _details(was, now) if was is not None and now is not None else ()
            found.append(Change(_what(was is not None, now is not None), name, title, details))
    return found


def _what(before: bool, after: bool) -> str:
    return "changed" if before and after else "added" if after else "removed"


def _details(was: Facts, now: Facts) -> tuple[tuple[str, str, str], ...]:
    labels = [label for label in dict.fromkeys((*was, *now)) if label]
    return tuple(
        (label, was.get(label, ""), now.get(label, ""))
        for label in labels
        if was.get(label, "") != now.get(label, "")
    )


def _told(definition: Definition) -> dict[str, Facts]:
    """Element or flow → its facts by label; its title under ""."""
    found: dict[str, Facts] = {}
    for element in definition.elements.values():
        kind = outline.kind_name(element.kind)
        found[element.id] = {
            "": f"{kind} · {element.name}" if element.name else kind,
            _("种类"): kind,
            _("名称"): element.name,
            _("所在"): element.parent or element.process,
            **dict(outline.facts(element)),
        }
    for flow in definition.flows.values():
        found[flow.id] = {
            "": _("连线"),
            _("从"): flow.source,
            _("到"): flow.target,
            _("名称"): flow.name,
            _("条件"): flow.condition.text if flow.condition else "",
            _("默认"): _("是") if flow.default else "",
        }
    for name, expression in definition.expressions():
        if name in found:
            label = f"{expression.place}"
            found[name] = {**found[name], label: expression.text}
    return found
