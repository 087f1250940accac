"""Document templates: names, if and for; nothing of Python is within reach of whoever writes one."""

from __future__ import annotations

import pytest

from engine.definitions import templates
from engine.errors import IllegalDefinition


def test_a_template_prints_what_the_case_file_holds() -> None:
    text = "{% if reasons %}{{ applicant.name }}：{{ reasons }}{% endif %}"
    text += "{% for p in points %}{{ p }}{% endfor %}"
    values = {"applicant": {"name": "张建国"}, "reasons": "齐全", "points": ["一", "二"]}

    assert templates.render(text, values).decode() == "张建国：齐全一二"


def test_a_name_the_case_file_does_not_have_prints_as_a_blank_however_deep_it_is_asked() -> None:
    assert templates.render(
        "{{ nobody }}{{ nobody.name.first }}{% for x in nobody %}x{% endfor %}", {}
    ).decode() == ("＿＿＿＿" * 2)


def test_what_a_citizen_typed_cannot_become_markup() -> None:
    assert templates.render("{{ name }}", {"name": "<script>x</script>"}) == b"&lt;script&gt;x&lt;/script&gt;"


@pytest.mark.parametrize(
    "text",
    [
        "{{ f() }}",
        "{{ name|upper }}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% macro m() %}{% endmacro %}",
        "{% set x = 1 %}",
        "{{ a + b }}",
        "{{ [1, 2] }}",
        "{{ name is callable }}",
        "{% for x in range(9) %}{% endfor %}",
        "{{ unclosed",
    ],
)
def test_anything_else_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(IllegalDefinition) as refusal:
        templates.render(text, {})

    assert refusal.value.findings[0].line == 1


@pytest.mark.parametrize(
    "text", ["{{ name.__class__ }}", "{{ name['__class__'] }}", "{{ x.__init__.__globals__ }}"]
)
def test_python_s_insides_print_as_blanks(text: str) -> None:
    assert b"class" not in templates.render(text, {"name": "x", "x": {}})
