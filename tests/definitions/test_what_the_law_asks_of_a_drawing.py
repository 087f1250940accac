"""What a drawing can show: steps beyond the statute, no acceptance, endless suspensions, unknown names."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from types import MappingProxyType

import pytest

from engine.definitions import deployment, lawfulness, packages
from engine.definitions.bundles import Bundle
from engine.periods import RuleBook

DAY = date(2026, 3, 2)
LAW = RuleBook.read(
    {
        "x.toml": "".join(
            f'[[period]]\nid = "{name}"\nbasis = "示例"\nlimit = "{limit}"\nvalid_from = 2004-07-01\n{more}\n'
            for name, limit, more in (
                ("whole", "20W", 'suspend = ["听证"]'),
                ("accept", "5W", ""),
                ("xk.accept", "5W", ""),
                ("first", "12W", 'class = "step"'),
                ("second", "9W", 'class = "step"'),
            )
        )
    }
)


def props(**values: str) -> str:
    inner = "".join(
        f'<zeebe:property name="banjie.{name.replace("__", ".")}" value="{value}"/>'
        for name, value in values.items()
    )
    return f"<extensionElements><zeebe:properties>{inner}</zeebe:properties></extensionElements>"


def task(name: str, **values: str) -> str:
    form = values.pop("form", "")
    shown = f'<zeebe:formDefinition formId="photo/{form}"/>' if form else ""
    inner = props(**values).replace("<zeebe:properties>", f"<zeebe:userTask/>{shown}<zeebe:properties>", 1)
    return f'<userTask id="{name}" name="{name}">{inner}</userTask>'


def chain(*names: str) -> str:
    pairs = pairwise(names)
    return "".join(f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs)


def found(body: str, kind: str = "procedure", **files: str) -> list[tuple[str, str]]:
    """(element, rule) of what the law checks find."""
    diagram = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="file" targetNamespace="urn:x" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><message id="m" name="回复"/>'
        f'<process id="photo" isExecutable="true">{body}</process></definitions>'
    )
    given = {
        "photo.bpmn": diagram,
        "procedure.toml": f'id = "photo"\nkind = "{kind}"\n',
        **{path.replace("___", "/").replace("__", "."): text for path, text in files.items()},
    }
    bundle = Bundle("package", "photo", MappingProxyType({n: t.encode() for n, t in given.items()}))
    return [(one.where, one.rule) for one in lawfulness.check(packages.read(bundle), LAW, DAY)]


def around(inner: str, *names: str, **values: str) -> str:
    """A sub-process with properties, between a start and an end."""
    return (
        f'<startEvent id="s"/><subProcess id="stage" name="办理">{props(**values)}'
        f'<startEvent id="b"/>{inner}<endEvent id="f"/>{chain("b", *names, "f")}</subProcess>'
        f'<endEvent id="e"/>{chain("s", "stage", "e")}'
    )


def test_what_ships_asks_nothing_of_its_designer() -> None:
    shipped = deployment.shipped()
    law = RuleBook.read(next(one for one in shipped if one.kind == "law").texts(".toml"))
    for bundle in shipped:
        if bundle.name in (
            "huji",
            "xk_general",
            "xk_two_level",
            "project_lifecycle",
            "sp_hearing",
            "sp_special",
        ):
            assert lawfulness.check(packages.read(bundle), law, DAY) == [], bundle.name


def test_steps_that_sum_to_more_than_the_statute_are_told_with_their_sum() -> None:
    two = task("one", period="first") + task("two", period="second")

    assert found(around(two, "one", "two", period="whole")) == [("stage", "law.steps")]
    assert found(around(task("one", period="first"), "one", period="whole")) == []


def test_steps_side_by_side_do_not_add_up() -> None:
    fork = (
        '<parallelGateway id="p"/><parallelGateway id="q"/>'
        + task("one", period="first") + task("two", period="second")
        + chain("p", "one", "q") + chain("p", "two", "q")
    )  # fmt: skip
    body = around(fork, "p", period="whole").replace(chain("p", "f"), chain("q", "f"))
    assert found(body) == []


def test_a_loop_between_steps_ends_the_count() -> None:
    loop = (
        task("one", period="first") + '<exclusiveGateway id="again" default="again_f"/>'
        + '<sequenceFlow id="back" sourceRef="again" targetRef="one"><conditionExpression>=true'
        + "</conditionExpression></sequenceFlow>"
    )  # fmt: skip
    assert found(around(loop, "one", "again", period="whole")) == []


def test_a_period_the_law_has_not_is_told() -> None:
    assert found(around(task("one"), "one", period="none.such")) == [("stage", "law.period")]


def test_a_licence_decided_without_acceptance_is_told() -> None:
    body = f'<startEvent id="s"/>{task("d", act="decide")}<endEvent id="e"/>{chain("s", "d", "e")}'

    assert found(body, "licence") == [("d", "law.acceptance")]
    assert found(body, "registration") == []


def test_acceptance_needs_a_period_of_at_most_five_days() -> None:
    def body(**period: str) -> str:
        tasks = task("a", act="accept", **period) + task("d", act="decide")
        return f'<startEvent id="s"/>{tasks}<endEvent id="e"/>{chain("s", "a", "d", "e")}'

    assert found(body(), "licence") == [("a", "law.acceptance.limit")]
    assert found(body(period="whole"), "licence") == [("a", "law.acceptance.limit")]
    assert found(body(period="accept"), "licence") == []


WAIT = (
    '<intermediateCatchEvent id="w" name="等回复">{}'
    '<messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
)


def test_a_suspension_that_may_wait_for_ever_is_told() -> None:
    held = WAIT.format(props(period__suspends="whole", period__kind="听证"))
    body = f'<startEvent id="s"/>{held}<endEvent id="e"/>{chain("s", "w", "e")}'
    assert found(body) == [("w", "law.suspension.exit")]


def test_a_timer_beside_the_wait_is_an_exit() -> None:
    inner = around(WAIT.format(""), "w", period__suspends="whole", period__kind="听证")
    timer = (
        '<boundaryEvent id="late" attachedToRef="stage"><timerEventDefinition>'
        "<timeDuration>P30D</timeDuration></timerEventDefinition></boundaryEvent>"
        '<endEvent id="z"/>' + chain("late", "z")
    )
    assert found(inner) == [("stage", "law.suspension.exit")]
    assert found(inner + timer) == []


def test_a_suspension_for_a_reason_the_law_has_not_is_told() -> None:
    body = around(task("one"), "one", period__suspends="whole", period__kind="内部研究")
    assert found(body) == [("stage", "law.suspension.reason")]


REASONS = '{"type":"object","properties":{"why":{"type":"string","title":"不予许可的理由"}}}'


def test_a_refusal_that_no_form_gives_reasons_for_is_told() -> None:
    def body(form: str = "") -> str:
        tasks = task("think", **({"form": form} if form else {})) + task("no", act="refuse")
        return f'<startEvent id="s"/>{tasks}<endEvent id="e"/>{chain("s", "think", "no", "e")}'

    assert found(body()) == [("no", "law.reasons")]
    assert found(body("think"), forms___think__schema__json=REASONS) == []


def test_asking_the_applicant_again_after_the_file_went_up_is_told() -> None:
    def body(*order: str) -> str:
        acts = task("up", act="transfer") + task("ask", act="correction-notice")
        return f'<startEvent id="s"/>{acts}<endEvent id="e"/>{chain("s", *order, "e")}'

    assert found(body("up", "ask"), kind="licence") == [("ask", "law.upper.material")]
    assert found(body("ask", "up"), kind="licence") == []
    assert found(body("up", "ask"), kind="letter") == []


def test_a_penalty_without_being_told_and_heard_is_told() -> None:
    alone = f'<startEvent id="s"/>{task("d", act="decide")}<endEvent id="e"/>{chain("s", "d", "e")}'
    steps = task("t", act="inform-of-penalty") + task("h", act="hear") + task("d", act="decide")
    whole = f'<startEvent id="s"/>{steps}<endEvent id="e"/>{chain("s", "t", "h", "d", "e")}'

    assert found(alone, "penalty") == [("d", "law.penalty.told"), ("d", "law.penalty.hearing")]
    assert found(whole, "penalty") == []


CASEFILE = '{"type":"object","properties":{"name":{"type":"string","title":"姓名"}}}'


def test_a_variable_that_nothing_writes_is_told_once() -> None:
    script = (
        '<scriptTask id="c"><extensionElements><zeebe:script expression="=nam + name" resultVariable="all"/>'
        "</extensionElements></scriptTask>"
    )
    body = f'<startEvent id="s"/>{script}<endEvent id="e"/>{chain("s", "c", "e")}'

    assert found(body, casefile__schema__json=CASEFILE) == [("c", "package.variable")]
    assert found(body.replace("nam ", "name "), casefile__schema__json=CASEFILE) == []
    assert found(body) == []  # a bare file has an open case file


@pytest.mark.parametrize(("text", "told"), [("{{ name }} {{ all.number }}", True), ("{{ name }}", False)])
def test_a_placeholder_that_nothing_fills_is_told(text: str, told: bool) -> None:
    body = f'<startEvent id="s"/><endEvent id="e"/>{chain("s", "e")}'
    rows = found(body, casefile__schema__json=CASEFILE, templates___paper__html=text)
    assert rows == ([("templates/paper.html", "template.placeholder")] if told else [])


def test_a_form_nobody_is_shown_is_told() -> None:
    body = f'<startEvent id="s"/>{task("one", form="seen")}<endEvent id="e"/>{chain("s", "one", "e")}'
    rows = found(body, forms___seen__schema__json=REASONS, forms___lost__schema__json=REASONS)
    assert rows == [("forms/lost.schema.json", "package.form.unused")]
