"""Every form that ships is legal, speaks both languages, and refuses an empty sheet politely."""

import json
from importlib.resources import files

import pytest

from engine.definitions.form_fields import WIDGETS, walk
from engine.definitions.forms import Form, casefile_properties
from engine.errors import Malformed


def _shipped():
    for package in sorted(files("forms").iterdir(), key=lambda item: item.name):
        if package.is_dir() and not package.name.startswith("_"):
            casefile = files("processes").joinpath(package.name, "casefile.schema.json")
            for schema in sorted(package.iterdir(), key=lambda item: item.name):
                if schema.name.endswith(".schema.json"):
                    yield pytest.param(schema, casefile, id=f"{package.name}/{schema.name}")


SHIPPED = list(_shipped())


@pytest.mark.parametrize(("schema", "casefile"), SHIPPED)
def test_a_shipped_form_is_legal_and_labelled_in_both_languages(schema, casefile):
    form = Form.read(schema.read_bytes(), casefile.read_bytes())
    assert form.notes == ()
    for pointer, field in walk(form.fields):
        assert field.widget in WIDGETS, pointer
        assert field.label["zh"] != field.label["en"], pointer


@pytest.mark.parametrize(("schema", "casefile"), SHIPPED)
def test_an_empty_sheet_is_refused_by_its_required_fields(schema, casefile):
    form = Form.read(schema.read_bytes(), casefile.read_bytes())
    required = {f"/{field.name}" for field in form.fields if field.required}
    ticks = {f"/{f.name}" for f in form.fields if f.widget == "checkboxes" and f.multiple and not f.least}
    if required - ticks:
        with pytest.raises(Malformed) as refusal:
            form.check({})
        assert required - ticks <= {finding.where for finding in refusal.value.findings}


@pytest.mark.parametrize("casefile", sorted({str(param.values[1]) for param in SHIPPED}))
def test_a_forms_fields_are_fields_of_its_case_file(casefile):
    package = casefile.split("/")[-2]
    with open(casefile, "rb") as file:
        known = set(casefile_properties(file.read()))
    for schema in files("forms").joinpath(package).iterdir():
        if schema.name.endswith(".schema.json"):
            assert set(json.loads(schema.read_bytes())["properties"]) <= known, schema.name


def _asking_for_electronic_service():
    for param in SHIPPED:
        if "e_service_consent" in json.loads(param.values[0].read_bytes())["properties"]:
            yield param


@pytest.mark.parametrize(("schema", "casefile"), list(_asking_for_electronic_service()))
def test_who_consents_to_electronic_service_is_asked_for_the_address_beside_its_field(schema, casefile):
    form = Form.read(schema.read_bytes(), casefile.read_bytes())

    assert "/e_address" in _refused(form, {"e_service_consent": True})
    assert "/e_address" not in _refused(form, {"e_service_consent": True, "e_address": "zhou@example.cn"})
    assert "/e_address" not in _refused(form, {"e_service_consent": False})
    assert "/e_address" not in _refused(form, {})


def _refused(form, given):
    try:
        form.check(given)
    except Malformed as refusal:
        return {finding.where for finding in refusal.findings}
    return set()


def test_what_a_case_file_refers_to_is_resolved_inside_objects_and_lists_and_never_without_end():
    casefile = {
        "type": "object",
        "properties": {
            "area": {"title": "面积", "type": "number"},
            "facts": {"type": "object", "properties": {"area": {"$ref": "#/properties/area"}}},
            "told": {"title": "告知", "$ref": "#/properties/facts"},
            "rows": {"type": "array", "items": {"$ref": "#/properties/told"}},
            "tree": {"type": "object", "properties": {"branch": {"$ref": "#/properties/tree"}}},
        },
    }
    found = casefile_properties(json.dumps(casefile).encode())

    assert found["told"]["title"] == "告知"
    assert found["rows"]["items"]["properties"]["area"] == {"title": "面积", "type": "number"}
    assert found["tree"]["properties"]["branch"]["properties"] == {"branch": {}}
