"""The packages that ship are whole: what a diagram, form, template or example names is there."""

from __future__ import annotations

import re
import tomllib

import pytest
import yaml
from shipped_packages import MAIN, NAMES, PROCESSES, elements, law, package, properties, unit_codes

from engine.bpmn import xml
from engine.bpmn.lint import requests
from engine.bpmn.lint.model import Model
from engine.definitions import catalogue

BUILT_IN = {
    "document", "notify", "register.write", "register.read", "publish", "publish.withdraw", "archive",
    "case.open", "message", "card.revoke",
}  # fmt: skip
# Period texts an authority deploys itself where it reads the short limits of 落户 as working days.
OWN_TEXTS = {"hj.notice.w", "hj.refuse.w", "hj.supplement.w"}
PERIOD_ID = re.compile(r"\b(?:xk|hj|gs|hp|cf)\.[a-z]+(?:[.-][a-z]+)*\b")
# Who is called by a variable keeps to the contract of the procedure that ships.
CONTRACTS = {"=route": "letter_handling"}
READ_ONLY = {"case", "item", "unit"}
CATCHES = ("startEvent", "intermediateCatchEvent", "boundaryEvent")


@pytest.mark.parametrize("name", NAMES)
def test_a_package_is_read_and_linted_as_deployment_does(name):
    assert package(name).process == name
    assert package(name).title("zh")
    assert package(name).title("en") != package(name).title("zh")


@pytest.mark.parametrize("name", NAMES)
def test_no_open_request_keeps_a_case_from_its_end_or_its_next_step(name):
    model = Model(xml.read((PROCESSES / name / f"{name}.bpmn").read_bytes()))
    assert requests.open_requests_hold_nothing.check(model) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_period_a_diagram_names_stands_in_the_law(name):
    source = (PROCESSES / name / f"{name}.bpmn").read_text()
    named = set(PERIOD_ID.findall(re.sub(r"<bpmn:documentation>.*?</bpmn:documentation>", "", source)))
    assert {each for each in named if each not in law()} <= OWN_TEXTS


def test_no_figure_of_a_statute_is_written_in_a_diagram():
    for name in NAMES:
        durations = [one.text for one in elements(name, "timeDuration", "timeDate", "timeCycle")]
        assert all("period(" in text for text in durations), name


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_person_may_answer_says_who_does_what_with_which_form(name):
    for catch in elements(name, *CATCHES):
        if catch.find("{*}messageEventDefinition") is not None:
            own = properties(catch)
            assert {"banjie.role", "banjie.act", "banjie.form"} <= set(own), catch.get("id")
            assert own["banjie.form"] in package(name).forms


@pytest.mark.parametrize("name", NAMES)
def test_every_user_task_goes_to_a_post_with_an_act_and_a_form(name):
    for element in package(name).definition.elements.values():
        if element.kind == "userTask":
            assert element.role, element.id
            assert element.role not in ("system", "applicant"), element.id
            assert element.act, element.id
            assert element.form in package(name).forms, element.id


@pytest.mark.parametrize("name", NAMES)
def test_every_form_is_used(name):
    definition = package(name).definition
    used = {element.form or element.properties.get("banjie.form") for element in definition.elements.values()}
    assert set(package(name).forms) <= used | {package(name).first_form}


@pytest.mark.parametrize("name", NAMES)
def test_expressions_read_only_variables_of_the_case_file(name):
    own = set(package(name).casefile) | READ_ONLY | _results(name)
    called = {call.get("id"): set(package(_called(call)).casefile) for call in elements(name, "callActivity")}
    for element, expression in package(name).definition.expressions():
        if expression.compiled is not None:
            read = expression.compiled.free_names - expression.compiled.calls
            assert read <= own | called.get(element, set()), (element, expression.text)


def _called(call) -> str:
    named = next(call.iter("{*}calledElement")).get("processId")
    return CONTRACTS.get(named, named)


def _results(name: str) -> set[str]:
    scripts = [one for task in elements(name, "scriptTask") for one in task.iter("{*}script")]
    return {one.get("resultVariable") for one in scripts} | {"row"}


@pytest.mark.parametrize("name", NAMES)
def test_jobs_are_built_in_and_carry_what_they_need(name):
    for task in elements(name, "serviceTask"):
        job = next(task.iter("{*}taskDefinition")).get("type")
        assert job.removeprefix("banjie.") in BUILT_IN, task.get("id")
        headers = {one.get("key"): one.get("value") for one in task.iter("{*}header")}
        if job == "banjie.document":
            # A document with a number counts in a series of its own.
            series = {"series"} if headers["number"] == "yes" else set()
            assert set(headers) - {"reader"} == {"template", "kind", "number", "variable"} | series
            assert headers["variable"] in package(name).casefile
            package(name).template(headers["template"])


@pytest.mark.parametrize("name", NAMES)
def test_templates_are_plain_and_print_only_the_case_file(name):
    given = {"number", "issued_on", "code", "case", "item", "unit"} | set(package(name).casefile)
    for stem, template in package(name).templates.items():
        assert template.names <= given, (stem, template.names - given)
        used = [one for one in elements(name, "serviceTask") if f'value="{stem}"' in _text(one)]
        assert used, f"{stem} is not used"


@pytest.mark.parametrize("name", NAMES)
def test_documents_are_word_files_with_a_code_to_verify_them(name):
    for stem, template in package(name).templates.items():
        assert template.suffix == "docx", stem
        assert "code" in template.names, stem
        assert template.pictures, stem


def _text(element) -> str:
    return " ".join(f'value="{one.get("value")}"' for one in element.iter("{*}header"))


@pytest.mark.parametrize("name", MAIN)
def test_called_procedures_get_and_give_only_what_they_declare(name):
    for call in elements(name, "callActivity"):
        called = package(_called(call))
        assert {one.get("target") for one in call.iter("{*}input")} <= set(called.casefile), call.get("id")
        outputs = list(call.iter("{*}output"))
        assert {one.get("source").removeprefix("=") for one in outputs} <= set(called.casefile)
        assert {one.get("target") for one in outputs} <= set(package(name).casefile)


@pytest.mark.parametrize("name", NAMES)
def test_labels_stand_in_both_languages(name):
    for variable, schema in package(name).casefile.items():
        assert schema.get("title"), variable
        assert schema.get("x-title-en"), variable
    for form in package(name).forms.values():
        for field in form.fields:
            choices = field.choices or ()
            assert all(choice.label["zh"] and choice.label["en"] for choice in choices), field.name


@pytest.mark.parametrize("name", NAMES)
def test_what_stands_inside_an_object_is_labelled_in_both_languages(name):
    untitled = [
        where
        for where, schema in _inside(package(name).casefile, "")
        if not schema.get("title") or not schema.get("x-title-en")
    ]
    assert untitled == []


# Objects whose inside no package can know: a kept file (shown by its name) and what another one publishes.
KEPT = re.compile(r"(_document|/seizure_list|/attachment|/publish_content|/seen|/values)$")


def _inside(properties, where):
    """Every property of every object of a case file; a kept file is shown by its name, not by its parts."""
    for name, schema in properties.items():
        at, found = f"{where}/{name}", schema
        while "items" in found:
            found = found["items"]
        inner = found.get("properties", {})
        if "object" in found.get("type", "") and not inner and not KEPT.search(at):
            yield f"{at}: what stands inside is not said", {}
        if "sha256" not in inner:
            yield from ((f"{at}/{one}", sub) for one, sub in inner.items())
            yield from _inside(inner, at)


def test_the_matters_of_a_penalty_are_one_list_wherever_one_is_chosen():
    def choices(schema):
        return [(one["const"], one["title"], one["x-title-en"]) for one in schema["oneOf"]]

    files = {name: package(name).casefile for name in ("cf_general", "cf_simple", "sp_discretion")}
    lists = [choices(file["item_code"]) for file in files.values()]
    lists += [choices(file["also_items"]["items"]) for file in files.values()]
    lists.append(choices(package("letter").casefile["lead_item"]))
    tables = "".join(path.read_text() for path in (PROCESSES / "penalties").glob("*.dmn"))

    assert all(one == lists[0] for one in lists)
    assert {code for code, _, _ in lists[0]} == set(re.findall(r'"banjie.item" value="(\w+)"', tables))


def _items():
    files = {path.name: path.read_text() for path in (PROCESSES / "catalogue").glob("*.toml")}
    return catalogue.read(files)


@pytest.mark.parametrize("code", sorted(_items()))
def test_a_service_item_fits_its_procedure_its_law_and_the_city(code):
    item = _items()[code]
    period = next(rule for rule in law() if rule.id == item.facts["period"])
    assert item.procedure in NAMES
    assert set(item.units) <= unit_codes()
    assert str(period.limit) == item.facts["statutory"]
    assert int(item.facts["promised"][:-1]) <= int(item.facts["statutory"][:-1])
    assert item.name("zh") != item.name("en")
    fields = {material["field"] for material in item.facts["materials"]} - {""}
    assert fields <= set(package(item.procedure).casefile)
    assert item.facts.get("deciding_unit", item.units[0]) in unit_codes()


EXAMPLES = sorted(PROCESSES.glob("*/tests/*.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_an_example_names_items_elements_and_messages_that_exist(path):
    example = yaml.safe_load(path.read_text())
    name = path.parts[-3]
    item = _items()[example["given"]["item"]]
    assert item.procedure == name
    assert example["given"]["unit"] in item.units
    diagrams = [package(each).definition for each in NAMES]
    known = {element for each in diagrams for element in each.elements}
    messages = {one.get("name") for each in NAMES for one in elements(each, "message")}
    for step in example["when"]:
        assert step.get("complete", step.get("due", "review")) in known
        assert step.get("message", "提交申请") in messages
    waiting = example["then"].get("waiting", [])
    assert set([waiting] if isinstance(waiting, str) else waiting) <= known


def test_procedure_files_name_their_kind_and_their_process():
    for name in NAMES:
        facts = tomllib.loads((PROCESSES / name / "procedure.toml").read_text())
        assert facts["id"] == facts["process"] == name
        assert facts["kind"] in ("licence", "registration", "shared", "penalty", "letter", "supervision")
        assert (PROCESSES / name / "LAW.md").read_text().startswith("# ")
