"""《行政许可法》第三十五条: the upper level cannot ask the applicant for material; it asks the lower level.

What the drawing and the forms make impossible, read from the package that ships.
"""

from __future__ import annotations

from shipped_packages import package

from engine.bpmn.definition import Definition

DEMANDS = {"correction-notice", "supplement"}
UPPER_FORMS = ("upper_examine", "upper_review", "decide")


def acts_inside(definition: Definition, sub_process: str) -> dict[str, str]:
    """element → act of everything drawn inside a sub-process."""
    body = definition.processes["xk_two_level"].body
    handling = next(node for node in body.nodes if node.name == "handling").inner
    inside = next(node for node in handling.nodes if node.name == sub_process).inner
    return {node.name: node.element.act or "" for node in inside.nodes}


def test_nothing_the_upper_level_does_asks_the_applicant_for_material() -> None:
    definition = package("xk_two_level").definition
    acts = acts_inside(definition, "examination")
    assert "upper_examine" in acts
    assert DEMANDS.isdisjoint(acts.values())
    assert not [name for name in acts if definition.element(name).kind == "intermediateCatchEvent"]


def test_the_upper_level_may_ask_the_lower_level_only() -> None:
    form = package("xk_two_level").forms["xk_two_level/upper_examine"]
    (action,) = [field for field in form.fields if field.name == "upper_action"]
    assert [choice.value for choice in action.choices or ()] == ["review", "ask", "special", "hearing"]
    answered = package("xk_two_level").definition.element("answer_question")
    assert (answered.role, answered.act) == ("handler", "give-opinion")
    assert "banjie.unit" not in answered.properties  # of the unit that took the application


def test_no_form_of_the_upper_level_has_a_field_for_missing_material() -> None:
    forms = package("xk_two_level").forms
    for name in UPPER_FORMS:
        fields = {field.name for field in forms[f"xk_two_level/{name}"].fields}
        assert fields.isdisjoint({"missing_points", "supply_until", "review_outcome", "supplied_files"})
