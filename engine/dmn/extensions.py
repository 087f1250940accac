"""Extension properties of an element: `properties` with `property` children that have a name and a value.

Called by the readers, whatever the namespace; nothing is interpreted here. What this product writes stands
in a namespace of its own: in DMN files, unlike BPMN, Camunda's editors do not know `zeebe:properties` and
drop it when they save, while they keep what belongs to a namespace they have never heard of.
"""

from __future__ import annotations

from engine.dmn.xml import Node

OWN_NAMESPACE = "urn:banjie:extensions:1.0"


def properties(node: Node) -> dict[str, str]:
    """The properties of an element by name; `{}` where it has none."""
    holder = node.first("extensionElements")
    found: dict[str, str] = {}
    for group in holder.children if holder else ():
        if group.name == "properties":
            found.update((p.get("name"), p.get("value")) for p in group.children if p.name == "property")
    return found
