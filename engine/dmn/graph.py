"""The requirement graph of a model: who needs whom, and whether anybody needs himself (6.2.2).

Called by the reader. Evaluates nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.dmn.model import Decision, Element


def circles(elements: Mapping[str, Element], namespace: str) -> list[list[str]]:
    """Every circle of information requirements, as the ids along it; the first stands again at its end."""
    edges = {id_: _required(element, namespace) for id_, element in elements.items()}
    found: list[list[str]] = []
    done: set[str] = set()
    for start in edges:
        _walk(start, edges, done, found)
    return found


def _required(element: Element, namespace: str) -> list[str]:
    if not isinstance(element, Decision):
        return []
    return [r.id for r in element.information if r.namespace == namespace]


def _walk(start: str, edges: Mapping[str, list[str]], done: set[str], found: list[list[str]]) -> None:
    """Depth first without recursion: a chain of decisions may be long."""
    path: list[str] = []
    stack: list[tuple[str, bool]] = [(start, False)]
    while stack:
        node, leaving = stack.pop()
        if leaving:
            done.add(path.pop())
        elif node in path:
            found.append([*path[path.index(node) :], node])
        elif node not in done:
            path.append(node)
            stack.append((node, True))
            stack.extend((needed, False) for needed in edges.get(node, ()))
