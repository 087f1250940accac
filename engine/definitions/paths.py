"""The ways through a diagram, sub-processes laid open: what may come after what.

Called by the law checks. It reads a definition and walks its flows; it runs nothing, and tokens, conditions
and loops mean nothing to it: a way is whatever the drawing allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from engine.bpmn import xml
from engine.bpmn.definition import Definition, Element

_SUB_PROCESSES = ("subProcess", "transaction", "adHocSubProcess", "eventSubProcess")
_TRIGGERS = "EventDefinition"


@dataclass(frozen=True)
class Ways:
    """The flows of one definition; elements are named by their ids."""

    definition: Definition
    _tree: xml.Tree = field(repr=False)

    @classmethod
    def of(cls, definition: Definition) -> Ways:
        """The ways through a definition."""
        return cls(definition, xml.read(definition.source))

    @cached_property
    def hosts(self) -> dict[str, str]:
        """Boundary event → the activity it is attached to."""
        found = self._tree.getroot().iter(xml.tag("boundaryEvent"))
        return {str(one.get("id")): (xml.reference(one.get("attachedToRef")) or "") for one in found}

    @cached_property
    def triggers(self) -> dict[str, frozenset[str]]:
        """Event → the kinds of its triggers, such as timer and message."""
        return {
            name: frozenset(
                xml.local(child).removesuffix(_TRIGGERS)
                for child in node
                if xml.local(child).endswith(_TRIGGERS)
            )
            for node in self._tree.getroot().iter()
            if xml.is_bpmn(node) and (name := node.get("id") or "") in self.definition.elements
        }

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """Sub-process or process → the elements directly in it, in the file's order."""
        found: dict[str, list[str]] = {}
        for element in self.definition.elements.values():
            if element.kind != "process":
                found.setdefault(element.parent or element.process, []).append(element.id)
        return found

    @cached_property
    def leads(self) -> dict[str, list[str]]:
        """Element → where its flows lead inside its own scope; a host leads to its boundary events."""
        found: dict[str, list[str]] = {name: [] for name in self.definition.elements}
        for flow in self.definition.flows.values():
            found.setdefault(flow.source, []).append(flow.target)
        for event, host in self.hosts.items():
            found.setdefault(host, []).append(event)
        return found

    def entries(self, scope: str) -> list[str]:
        """Where a scope begins: what no flow leads to, boundary events left out."""
        inside = self.children.get(scope, [])
        targets = {flow.target for flow in self.definition.flows.values()}
        return [name for name in inside if name not in targets and name not in self.hosts]

    def element(self, name: str) -> Element:
        """The element of that id."""
        return self.definition.elements[name]

    def inside(self, scope: str) -> Iterator[str]:
        """Everything in a scope, however deep."""
        for name in self.children.get(scope, ()):
            yield name
            yield from self.inside(name)

    def around(self, name: str) -> Iterator[str]:
        """The element and the scopes it lies in, from the inside out."""
        found: str | None = name
        while found is not None and found in self.definition.elements:
            yield found
            element = self.element(found)
            found = element.parent or (element.process if element.kind != "process" else None)

    @cached_property
    def opened(self) -> dict[str, list[str]]:
        """Element → what may come next with sub-processes laid open: into them, through them, out of them."""
        return {name: list(self._next(name)) for name in self.definition.elements}

    def _next(self, name: str) -> Iterator[str]:
        if self.children.get(name):
            yield from self.entries(name)
            yield from (event for event, host in self.hosts.items() if host == name)
            return
        yield from self.leads.get(name, ())
        if not self._flows_from(name):
            yield from self._after(name)

    def _after(self, name: str) -> Iterator[str]:
        """What follows the scope that an element ends."""
        element = self.element(name)
        scope = element.parent
        if scope is None:
            return
        onward = self._flows_from(scope)
        yield from onward
        if not onward:
            yield from self._after(scope)

    def _flows_from(self, name: str) -> list[str]:
        return [target for target in self.leads.get(name, ()) if self.hosts.get(target) != name]

    def starts(self) -> list[str]:
        """Where cases begin: the entries of every process."""
        return [name for process in self.definition.processes for name in self.entries(process)]

    def reached(self, begin: Iterable[str], avoiding: Iterable[str] = ()) -> set[str]:
        """Everything that may come after `begin` (itself too) without passing through `avoiding`."""
        closed = set(avoiding)
        seen: set[str] = set()
        waiting = [name for name in begin if name not in closed]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += [after for after in self.opened.get(name, ()) if after not in closed]
        return seen

    def before(self, name: str) -> set[str]:
        """Everything that may have come before an element, the scopes around them included."""
        back: dict[str, list[str]] = {}
        for source, targets in self.opened.items():
            for target in targets:
                back.setdefault(target, []).append(source)
        seen: set[str] = set()
        waiting = list(back.get(name, ()))
        while waiting:
            found = waiting.pop()
            if found not in seen:
                seen.add(found)
                waiting += back.get(found, ())
        return seen
