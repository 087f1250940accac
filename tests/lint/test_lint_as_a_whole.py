"""The lint as a whole: schema first, all findings at once, every rule described and tested."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from lint_diagrams import END, START, TASK, chain, definitions, errors, line, process

from engine.bpmn import lint, xml
from engine.errors import IllegalDefinition

HERE = Path(__file__).parent


def test_a_faultless_diagram_has_no_findings() -> None:
    assert lint.check(definitions(line())) == []
    assert lint.demand(definitions(line())) == []


def test_an_illegal_diagram_is_refused_whole_with_all_findings_at_once() -> None:
    wrong = process(START, TASK, '<serviceTask id="v"/>', END, chain("s", "u", "e"), chain("u", "s"))
    with pytest.raises(IllegalDefinition) as refusal:
        lint.demand(definitions(wrong))
    rules = {one.rule for one in refusal.value.findings}
    assert {
        "bpmn.flow.into-start",
        "bpmn.flow.no-way-in",
        "bpmn.flow.no-way-out",
        "engine.task.job-type",
    } <= rules
    assert "more" in refusal.value.sentence


def test_a_tree_and_its_bytes_have_the_same_findings() -> None:
    data = definitions(process(START, END))
    assert lint.check(xml.read(data)) == lint.check(data)


def test_every_rule_has_an_identifier_of_its_own_a_clause_and_a_sentence() -> None:
    identifiers = [one.id for one in lint.RULES]
    assert len(set(identifiers)) == len(identifiers)
    for one in lint.RULES:
        assert one.clause.startswith(("BPMN 2.0.2 §", "dialect")), one.id
        assert one.text.endswith("."), one.id
        assert one.grade in ("error", "execution", "letter", "strict", "note"), one.id


def test_every_rule_has_a_wrong_and_a_right_diagram() -> None:
    shown = {"bpmn.metamodel"}
    for path in HERE.glob("test_lint_*.py"):
        module = importlib.import_module(path.stem)
        shown |= {one.rule for one in getattr(module, "CASES", ())}
    assert {one.id for one in lint.RULES} <= shown


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (line('<banana id="x"/>'), "but found banana"),
        (line('<task id="x" colour="red"/>'), "'colour'"),
        (line('<sequenceFlow id="x" sourceRef="u"/>'), "'targetRef', but it is missing"),
        (line('<userTask id="x" startQuantity="many"/>'), "type integer, but found 'many'"),
        (line('<exclusiveGateway id="x" gatewayDirection="Sideways"/>'), "'Sideways'"),
        (line('<property id="x"/>'), "but found property"),
        (
            process(START, '<intermediateCatchEvent id="x"><linkEventDefinition/></intermediateCatchEvent>'),
            "'name'",
        ),
    ],
)
def test_what_the_schema_forbids_is_told_in_a_sentence_with_element_and_line(
    wrong: str, sentence: str
) -> None:
    faults = [one for one in lint.check(definitions(wrong)) if one.rule == "bpmn.metamodel"]
    assert any(sentence in one.sentence and one.sentence.startswith("Expected") for one in faults), faults
    assert all(one.line == 1 and one.where for one in faults)


def test_a_finding_of_the_schema_names_the_element_and_its_line() -> None:
    data = definitions(line('\n\n<userTask id="x" startQuantity="many"/>'))
    (fault,) = [one for one in lint.check(data) if one.rule == "bpmn.metamodel"]
    assert (fault.where, fault.line) == ("x", 3)


def test_a_large_file_with_very_many_faults_of_the_schema_tells_each_sentence_once() -> None:
    tasks = "".join(f'<userTask id="t{number}" startQuantity="many"/>' for number in range(6000))
    faults = [one for one in lint.check(definitions(process(tasks))) if one.rule == "bpmn.metamodel"]
    assert [one.where for one in faults] == ["definitions"]
    assert faults[0].sentence.endswith("(6000 times)")


def test_a_large_file_with_one_fault_of_the_schema_still_names_its_element() -> None:
    tasks = "".join(f'<userTask id="t{number}"/>' for number in range(6000))
    data = definitions(process(tasks, '<userTask id="x" startQuantity="many"/>'))
    assert [one.where for one in lint.check(data) if one.rule == "bpmn.metamodel"] == ["x"]


def test_extensions_of_any_namespace_pass_the_schema() -> None:
    inside = '<x:thing any="1"><x:more/></x:thing>'
    task = f'<userTask id="u" x:colour="red"><extensionElements>{inside}</extensionElements></userTask>'
    body = process(START, task, END, chain("s", "u", "e"))
    assert errors(definitions(body, attributes='xmlns:x="urn:foreign"')) == []


def test_an_element_without_id_is_found_by_the_one_around_it() -> None:
    diagram = definitions(line("<banana/>"))
    assert any(one.where == "p" for one in lint.check(diagram))


def test_a_chain_of_five_thousand_activities_is_judged_without_recursion() -> None:
    names = ["s", *(f"t{number}" for number in range(5000)), "e"]
    tasks = "".join(f'<userTask id="{name}"/>' for name in names[1:-1])
    assert lint.check(definitions(process(START, tasks, END, chain(*names)))) == []


def test_sub_processes_nested_eighty_deep_are_judged() -> None:
    inside = TASK
    for depth in range(80):
        inside = f'<subProcess id="n{depth}">{inside}</subProcess>'
    assert errors(definitions(process(inside))) == []
