"""Extension properties of an element: `zeebe:properties`, which every Camunda editor writes.

Called by the readers. Elements of other namespaces are left alone; nothing is interpreted here.
"""

from __future__ import annotations

from engine.dmn.xml import Node


def properties(node: Node) -> dict[str, str]:
    """The properties of an element by name; `{}` where it has none."""
    holder = node.first("extensionElements")
    found: dict[str, str] = {}
    for group in holder.children if holder else ():
        if group.name == "properties":
            found.update((p.get("name"), p.get("value")) for p in group.children if p.name == "property")
    return found
