"""Bytes of a DMN file into a model (DMN 1.2 to 1.5).

Called through `engine.dmn.read`. Everything is checked here, once: structure, references, types and
every FEEL text; what is read can be evaluated without another look at the file. It opens no other file:
imported models are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from engine.canonical import digest_bytes
from engine.dmn.expressions import Variable
from engine.dmn.extensions import properties
from engine.dmn.findings import Findings
from engine.dmn.graph import circles
from engine.dmn.model import (
    Decision,
    DecisionService,
    Element,
    InputData,
    KnowledgeModel,
    Model,
    Requirement,
)
from engine.dmn.names import path_names, special
from engine.dmn.reader_logic import LogicReader
from engine.dmn.reader_types import TypeTable
from engine.dmn.xml import Node, parse
from engine.errors import IllegalDefinition, listed, said

NAMESPACES = {
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}

_ELEMENTS = ("inputData", "decision", "businessKnowledgeModel", "decisionService")


def read(data: bytes, imports: Mapping[str, Model] | None = None, *, strict: bool = True) -> Model:
    """The model in a DMN file.

    `imports` are the models it may import, by namespace. With `strict` (the door to deployment) every
    fault refuses the file; without it a faulty expression is kept and evaluates to null with its reason,
    as a conformance run asks. Raises IllegalDefinition with all findings (element id, rule id, line,
    sentence), TooLarge over the limits of `engine.dmn.xml`.
    """
    root = parse(data)
    if root.name != "definitions" or root.namespace not in NAMESPACES:
        raise IllegalDefinition(
            said(
                "Expected the definitions of DMN 1.2 to 1.5, but the root is {name} of {namespace!r}",
                name=root.name,
                namespace=root.namespace,
            )
        )
    return _ModelReader(root, digest_bytes(data), imports or {}, Findings(strict)).model()


class _ModelReader:
    """Reads one file."""

    def __init__(self, root: Node, digest: str, available: Mapping[str, Model], findings: Findings) -> None:
        self._root = root
        self._digest = digest
        self._findings = findings
        self._namespace = root.get("namespace")
        self._imports = dict(self._read_imports(available))
        self._types = TypeTable({name: model.types for name, model in self._imports.items()}, findings)
        self._types.read(list(root.each("itemDefinition")))
        self._logic = LogicReader(self._types, findings, root.get("expressionLanguage"))
        self._nodes = self._index()
        self._path_names = path_names(root).union(*(m.path_names for m in self._imports.values()))
        self._readers: dict[str, Callable[[Node], Element]] = {
            "inputData": self._input,
            "decision": self._decision,
            "businessKnowledgeModel": self._knowledge_model,
            "decisionService": self._service,
        }

    def model(self) -> Model:
        """The model, or all its faults."""
        elements = {id_: self._element(id_, node) for id_, node in self._nodes.items()}
        going_round = circles(elements, self._namespace)
        for circle in going_round:
            self._findings.add(
                self._nodes[circle[0]],
                "dmn.requirement.circle",
                said(
                    "Expected decisions that do not require themselves, but found {circle}",
                    circle=listed(circle, " → "),
                ),
            )
        self._findings.refuse(self._root.get("name"), always=bool(going_round))
        return Model(
            self._digest,
            self._root.get("name"),
            self._namespace,
            elements,
            self._types.own,
            self._imports,
            self._path_names | special(e.name for e in elements.values()),
            tuple(f"{finding.where}: {finding.sentence}" for finding in self._findings.found),
        )

    def _read_imports(self, available: Mapping[str, Model]) -> Iterator[tuple[str, Model]]:
        for node in self._root.each("import"):
            if "/DMN/" not in node.get("importType"):
                continue  # other imports (PMML, XML Schema) bring no decisions
            if node.get("namespace") in available:
                yield node.get("name"), available[node.get("namespace")]
            else:
                self._findings.add(
                    node,
                    "dmn.import",
                    said(
                        "Expected the model {namespace!r} to import, but it is absent",
                        namespace=node.get("namespace"),
                    ),
                )

    def _index(self) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for node in self._root.each(*_ELEMENTS):
            id_ = node.get("id") or node.get("name")
            if not node.get("name"):
                self._findings.add(
                    node,
                    "dmn.name",
                    said("Expected {name} {id!r} to have a name, but it has none", name=node.name, id=id_),
                )
            if id_ in found:
                self._findings.add(
                    node,
                    "dmn.id.duplicate",
                    said("Expected one element {id!r}, but the id stands twice", id=id_),
                )
            found[id_] = node
        return found

    # Elements of the requirement graph

    def _element(self, id_: str, node: Node) -> Element:
        self._findings.within = id_
        return self._readers[node.name](node)

    def _input(self, node: Node) -> InputData:
        return InputData(*self._identity(node), self._variable(node))

    def _decision(self, node: Node) -> Decision:
        information = tuple(self._requirements(node, "informationRequirement"))
        knowledge = tuple(self._requirements(node, "knowledgeRequirement"))
        logic = self._logic.within(node, self._names((*information, *knowledge)))
        return Decision(
            *self._identity(node), self._variable(node), information, knowledge, logic, properties(node)
        )

    def _knowledge_model(self, node: Node) -> KnowledgeModel:
        knowledge = tuple(self._requirements(node, "knowledgeRequirement"))
        names = self._names(knowledge) | special([node.get("name")])
        logic = node.first("encapsulatedLogic")
        function = self._logic.function(logic, names) if logic else None
        return KnowledgeModel(*self._identity(node), self._variable(node), knowledge, function)

    def _service(self, node: Node) -> DecisionService:
        kinds = ("outputDecision", "encapsulatedDecision", "inputDecision", "inputData")
        parts = [tuple(self._references(node.each(kind))) for kind in kinds]
        return DecisionService(*self._identity(node), self._variable(node), *parts)

    def _identity(self, node: Node) -> tuple[str, str, int]:
        return node.get("id") or node.get("name"), node.get("name"), node.line

    def _variable(self, node: Node) -> Variable:
        child = node.first("variable")
        found = self._logic.variable(child) if child else Variable(node.get("name"))
        return found if found.name else Variable(node.get("name"), found.type)

    # References

    def _requirements(self, node: Node, kind: str) -> Iterator[Requirement]:
        for requirement in node.each(kind):
            yield from self._references(
                requirement.each("requiredInput", "requiredDecision", "requiredKnowledge")
            )

    def _references(self, nodes: Iterator[Node]) -> Iterator[Requirement]:
        for node in nodes:
            found = self._resolve(node.get("href"))
            if found is None:
                self._findings.add(
                    node,
                    "dmn.reference",
                    said("Expected a reference to an element, but found {href!r}", href=node.get("href")),
                )
            else:
                yield found

    def _resolve(self, href: str) -> Requirement | None:
        namespace, _, id_ = href.rpartition("#")
        if namespace in ("", self._namespace):
            return Requirement(id_, self._namespace) if id_ in self._nodes else None
        for name, model in self._imports.items():
            if model.namespace == namespace and id_ in model.elements:
                return Requirement(id_, namespace, name)
        return None

    def _names(self, requirements: tuple[Requirement, ...]) -> frozenset[str]:
        """The names of what an element requires, and all names a path may go through."""
        found = set()
        for requirement in requirements:
            if requirement.imported is None:
                node = self._nodes[requirement.id]
                variable = node.first("variable")
                found |= {node.get("name"), variable.get("name") if variable else ""}
            else:
                found |= {requirement.imported, self._imported_name(requirement)}
        return special(found) | self._path_names

    def _imported_name(self, requirement: Requirement) -> str:
        return self._imports[requirement.imported or ""].elements[requirement.id].name
