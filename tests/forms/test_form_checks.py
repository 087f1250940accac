"""What a form accepts, refuses and says."""

import json
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from engine import canonical
from engine.definitions.forms import Form, casefile_faults, casefile_properties
from engine.errors import IllegalDefinition, Malformed, TooLarge

FILE = {"sha256": "a" * 64, "name": "效果图.png", "size": 9, "media_type": "image/png"}

CASEFILE = {
    "type": "object",
    "$defs": {"person": {"title": "姓名", "x-title-en": "Name", "type": "string", "maxLength": 10}},
    "properties": {
        "name": {"$ref": "#/$defs/person", "title": "申请人", "x-title-en": "Applicant", "x-mask": "name"},
        "number": {"title": "身份号码", "x-title-en": "Identity number", "type": "string", "format": "cn-id"},
        "phone": {
            "title": "手机",
            "x-title-en": "Phone",
            "type": "string",
            "format": "cn-mobile",
            "x-mask": "phone",
        },
        "fee": {"title": "费用", "x-title-en": "Fee", "type": "number", "format": "money"},
        "members": {
            "title": "随迁人员",
            "x-title-en": "Companions",
            "type": "array",
            "maxItems": 3,
            "items": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"$ref": "#/$defs/person"},
                    "age": {
                        "title": "年龄",
                        "x-title-en": "Age",
                        "type": "integer",
                        "minimum": 0,
                        "maximum": 150,
                    },
                },
                "x-ui": {"order": ["age", "name"]},
            },
        },
    },
}

FORM = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:banjie:form:demo/apply",
    "title": "申请",
    "x-title-en": "Application",
    "type": "object",
    "required": ["name", "phone", "kind"],
    "properties": {
        "name": {"$ref": "casefile.schema.json#/properties/name"},
        "number": {"$ref": "casefile.schema.json#/properties/number"},
        "phone": {"$ref": "casefile.schema.json#/properties/phone"},
        "fee": {"$ref": "casefile.schema.json#/properties/fee"},
        "members": {"$ref": "casefile.schema.json#/properties/members"},
        "kind": {
            "title": "形式",
            "x-title-en": "Kind",
            "type": "string",
            "oneOf": [
                {"const": "wall", "title": "墙面", "x-title-en": "Wall"},
                {"const": "other", "title": "其他", "x-title-en": "Other"},
            ],
        },
        "kind_text": {"title": "其他形式", "x-title-en": "Other kind", "type": "string", "maxLength": 300},
        "areas": {
            "title": "区域",
            "x-title-en": "Areas",
            "type": "array",
            "uniqueItems": True,
            "items": {"type": "string", "enum": ["north", "south"]},
        },
        "points": {"title": "要点", "x-title-en": "Points", "type": "array", "items": {"type": "string"}},
        "level": {"title": "等级", "type": "integer", "enum": [1, 2, 3]},
        "width": {"title": "宽", "x-title-en": "Width", "type": "number", "exclusiveMinimum": 0},
        "height": {"title": "高", "x-title-en": "Height", "type": "number", "exclusiveMinimum": 0},
        "area": {"title": "面积", "x-title-en": "Area", "type": "number", "multipleOf": 0.01},
        "begins": {"title": "起日", "x-title-en": "Begins", "type": "string", "format": "date"},
        "ends": {"title": "止日", "x-title-en": "Ends", "type": "string", "format": "date"},
        "truth": {"title": "承诺真实", "x-title-en": "Truth", "type": "boolean", "const": True},
        "code": {"title": "代码", "x-title-en": "Code", "type": "string", "pattern": "^[A-Z]{2}-\\d+$"},
        "design": {"title": "效果图", "x-title-en": "Design", "type": "object", "format": "file"},
        "received": {"title": "收件日", "type": "string", "format": "date", "x-roles": ["window"]},
    },
    "x-other": {"kind": {"value": "other", "text": "kind_text"}},
    "x-order": [["begins", "ends"]],
    "x-rules": [
        {
            "field": "area",
            "if": "area != null",
            "rule": "area = width * height",
            "zh": "面积应当等于宽乘高",
            "en": "Expected width times height",
        },
        {
            "field": "begins",
            "rule": "date(begins) <= today()",
            "zh": "不能晚于今天",
            "en": "Expected no future day",
        },
        {
            "field": "number",
            "if": "members != null",
            "rule": "every m in members satisfies m.name != name",
            "zh": "不得重复",
            "en": "Expected nobody twice",
        },
    ],
    "x-ui": {
        "order": ["kind", "name"],
        "groups": [{"title": {"zh": "基本", "en": "Basics"}, "fields": ["kind", "name"]}],
        "widgets": {"kind_text": "textarea"},
    },
}

GOOD = {"name": "张三", "phone": "13905320000", "kind": "wall"}


def read(form=FORM, casefile=CASEFILE):
    return Form.read(json.dumps(form).encode(), json.dumps(casefile).encode())


@pytest.fixture(scope="module")
def form():
    return read()


def faults(form, data, **options):
    with pytest.raises(Malformed) as refusal:
        form.check(data, **options)
    assert refusal.value.status == 422
    return {finding.where: finding.sentence for finding in refusal.value.findings}


# Fields of the page


def test_fields_come_in_the_order_of_the_page_with_both_labels(form):
    names = [field.name for field in form.fields]
    assert names[:4] == ["kind", "name", "number", "phone"]
    name = form.fields[1]
    assert (name.label, name.required, name.mask) == ({"zh": "申请人", "en": "Applicant"}, True, "name")
    assert name.group == {"zh": "基本", "en": "Basics"}
    assert form.title == {"zh": "申请", "en": "Application"}
    assert form.groups == (({"zh": "基本", "en": "Basics"}, ("kind", "name")),)


def test_each_field_has_the_widget_of_its_type(form):
    widgets = {field.name: (field.widget, field.multiple) for field in form.fields}
    assert widgets == {
        "kind": ("radios", False),
        "name": ("text", False),
        "number": ("text", False),
        "phone": ("text", False),
        "fee": ("money", False),
        "members": ("group", True),
        "kind_text": ("textarea", False),
        "areas": ("checkboxes", True),
        "points": ("textarea", True),
        "level": ("radios", False),
        "width": ("number", False),
        "height": ("number", False),
        "area": ("number", False),
        "begins": ("date", False),
        "ends": ("date", False),
        "truth": ("boolean", False),
        "code": ("text", False),
        "design": ("file", False),
        "received": ("date", False),
    }


def test_choices_carry_their_labels_and_groups_their_fields_in_order(form):
    fields = {field.name: field for field in form.fields}
    assert [(c.value, c.label["zh"], c.label["en"]) for c in fields["kind"].choices] == [
        ("wall", "墙面", "Wall"),
        ("other", "其他", "Other"),
    ]
    assert [inner.name for inner in fields["members"].fields] == ["age", "name"]
    assert [c.const for c in fields["level"].choices] == [1, 2, 3]


def test_fields_kept_for_a_role_are_shown_to_it_alone(form):
    assert "received" not in {field.name for field in form.visible(["applicant"])}
    assert "received" in {field.name for field in form.visible(["window", "handler"])}
    data = {**GOOD, "received": "2026-03-02"}
    assert form.check(data, roles=["window"])["received"] == "2026-03-02"
    assert set(faults(form, data, roles=["applicant"])) == {"/received"}


def test_a_field_without_a_title_is_noted():
    bare = {"type": "object", "properties": {"x": {"type": "string"}}}
    assert [(note.where, note.severity) for note in read(bare).notes] == [("/x", "note")]


# What is accepted


def test_good_data_comes_back_as_it_is_without_blanks(form):
    data = {
        **GOOD,
        "kind_text": " ",
        "members": [],
        "code": None,
        "fee": "1,280.50",
        "number": "11010519491231002x",
    }
    assert form.check(data) == {
        **GOOD,
        "members": [],
        "fee": Decimal("1280.50"),
        "number": "11010519491231002X",
    }


def test_decimals_stay_exact_and_whole_decimals_are_integers(form):
    data = {**GOOD, "width": Decimal("2.10"), "height": Decimal("1.10"), "area": Decimal("2.31"), "level": 2}
    checked = form.check(data)
    assert canonical.dumps(checked["width"]) == "2.10"
    members = {**GOOD, "members": [{"name": "李", "age": Decimal("3")}]}
    assert form.check(members)["members"][0]["age"] == 3


def test_empty_rows_of_a_repeated_group_are_dropped(form):
    checked = form.check({**GOOD, "members": [{"name": ""}, {"name": "李四"}, {}]})
    assert checked["members"] == [{"name": "李四"}]


def test_text_with_line_breaks_is_a_list_where_a_list_is_asked_for(form):
    assert form.check({**GOOD, "points": "一\n\n二"})["points"] == ["一", "二"]


def test_the_data_handed_in_is_not_changed(form):
    data = {**GOOD, "members": [{"name": "李四", "age": None}], "fee": "3.00"}
    before = json.dumps(data)
    form.check(data)
    assert json.dumps(data) == before


# What is refused, and how


@pytest.mark.parametrize(
    ("data", "where", "chinese", "english"),
    [
        ({"name": ""}, "/name", "“申请人”必须填写", 'Expected "Applicant" to be filled in, but it is empty'),
        (
            {"name": "一" * 11},
            "/name",
            "“申请人”不能超过10个字",
            'Expected "Applicant" to have at most 10 characters',
        ),
        (
            {"phone": "12"},
            "/phone",
            "“手机”应当是11位手机号码",
            'Expected "Phone" to be a mobile number of 11 digits',
        ),
        (
            {"number": "110105194912310021"},
            "/number",
            "“身份号码”的校验码不符，请核对每一位",
            'Expected "Identity number" to end with the check digit of its first 17 digits,'
            " but found '110105194912310021'",
        ),
        (
            {"kind": "roof"},
            "/kind",
            "“形式”应当是墙面、其他之一",
            "Expected \"Kind\" to be one of Wall, Other, but found 'roof'",
        ),
        (
            {"level": 9},
            "/level",
            "“等级”应当是1、2、3之一",
            "Expected \"等级\" to be one of 1, 2, 3, but found '9'",
        ),
        (
            {"fee": Decimal("-1")},
            "/fee",
            "“费用”应当是不小于0的金额",
            'Expected "Fee" to be an amount of 0 or more',
        ),
        ({"fee": "free"}, "/fee", "“费用”应当是数字", "Expected \"Fee\" to be a number, but found 'free'"),
        ({"width": 0}, "/width", "“宽”应当大于0", "Expected \"Width\" to be more than 0, but found '0'"),
        ({"width": 1.5}, "/width", "“宽”应当是数字", 'Expected "Width" to be a number'),
        ({"width": True}, "/width", "“宽”应当是数字", "Expected \"Width\" to be a number, but found 'True'"),
        (
            {"area": Decimal("0.001")},
            "/area",
            "“面积”应当是0.01的倍数",
            'Expected "Area" to be a multiple of 0.01',
        ),
        ({"truth": False}, "/truth", "“承诺真实”必须勾选", None),
        ({"code": "AB-1\n"}, "/code", "“代码”的格式不符", None),
        ({"code": "AB-１"}, "/code", "“代码”的格式不符", None),
        ({"code": "AB-" + "1" * 1000}, "/code", "“代码”的格式不符", None),
        ({"areas": ["north", "north"]}, "/areas", "“区域”不能有重复的项", None),
        ({"areas": ["north", "east"]}, "/areas/1", "“区域第2项”应当是north、south之一", None),
        ({"members": [{"name": "a"}] * 4}, "/members", "“随迁人员”不能超过3项", None),
        (
            {"members": [{"name": "a"}, {"age": 3}]},
            "/members/1/name",
            "“随迁人员第2项的姓名”必须填写",
            'Expected "Companions 2, Name" to be filled in, but it is empty',
        ),
        (
            {"members": [{"name": "a", "age": 151}]},
            "/members/0/age",
            "“随迁人员第1项的年龄”不能大于150",
            None,
        ),
        (
            {"members": [{"name": "a", "x": 1}]},
            "/members/0/x",
            "表单没有“x”这一项",
            "Expected no field 'x', but found it",
        ),
        ({"members": "李四"}, "/members", "“随迁人员”应当是列表", None),
        ({"design": "效果图.png"}, "/design", "“效果图”应当是一组字段", None),
        ({"design": FILE | {"size": 0}}, "/design", "“效果图”是空文件", None),
        ({"colour": "red"}, "/colour", "表单没有“colour”这一项", "Expected no field 'colour', but found it"),
        ({"name": "a\x00b"}, "/name", "“申请人”含有不能保存的字符", None),
        ({"name": "\ud800"}, "/name", "“申请人”含有不能保存的字符", None),
        (
            {"kind": "other"},
            "/kind_text",
            "“其他形式”必须填写",
            'Expected "Other kind" to be filled in, but it is empty',
        ),
        (
            {"begins": "2026-03-02", "ends": "2026-03-01"},
            "/ends",
            "“止日”不能早于“起日”",
            'Expected "Ends" not to lie before "Begins"',
        ),
        ({"width": 2, "height": 3, "area": 7}, "/area", "面积应当等于宽乘高", "Expected width times height"),
    ],
)
def test_one_fault_gives_one_sentence_that_names_its_field(form, data, where, chinese, english):
    assert faults(form, {**GOOD, **data}) == {where: chinese}
    if english:
        assert faults(form, {**GOOD, **data}, language="en") == {where: english}


def test_all_faults_are_told_at_once_and_each_field_once(form):
    found = faults(form, {"phone": "1", "fee": "x", "kind": "other", "members": [{"age": -1}]})
    assert set(found) == {"/name", "/phone", "/fee", "/kind_text", "/members/0/name", "/members/0/age"}


def test_the_sentence_of_a_masked_field_does_not_repeat_its_value(form):
    assert "1390" not in faults(form, {**GOOD, "phone": "1390"}, language="en")["/phone"]


def test_data_beyond_any_form_is_too_large(form):
    deep = value = {}
    for _ in range(30):
        value["x"] = value = {}
    for data in (deep, {"areas": ["north"] * 30_000}):
        with pytest.raises(TooLarge):
            form.check({**GOOD, **data} if data is not deep else {**GOOD, "members": [deep]})


def test_what_is_no_object_is_refused(form):
    with pytest.raises(Malformed, match="object of fields"):
        form.check(["name"])


# Rules over several fields


def test_a_rule_waits_until_what_it_reads_is_there_and_right(form):
    assert form.check({**GOOD, "width": 2, "height": 3})["width"] == 2
    assert set(faults(form, {**GOOD, "width": 2, "height": -3, "area": 7})) == {"/height"}


def test_a_rule_of_today_is_judged_by_the_moment_handed_in(form):
    data = {**GOOD, "begins": "2026-03-03"}
    monday = datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert faults(form, data, now=monday) == {"/begins": "不能晚于今天"}
    assert form.check(data, now=monday.replace(day=3)) == data
    assert form.check(data) == data


def test_a_rule_may_look_into_the_rows_of_a_group(form):
    data = {**GOOD, "members": [{"name": "李四"}, {"name": "张三"}]}
    assert faults(form, data, language="en") == {"/number": "Expected nobody twice"}


def test_a_condition_demands_a_further_field():
    conditional = {
        **FORM,
        "allOf": [{"if": {"properties": {"kind": {"const": "wall"}}}, "then": {"required": ["code"]}}],
    }
    assert faults(read(conditional), GOOD) == {"/code": "“代码”必须填写"}


def test_a_list_of_ticks_that_is_demanded_may_be_empty():
    form = read({**FORM, "required": [*FORM["required"], "areas"]})
    assert form.check(GOOD)["areas"] == []


# From a page


def test_a_page_sends_text_and_the_form_types_it(form):
    sent = MultiDict(
        [
            ("/name", "张三"),
            ("/phone", "139 0532 0000"),
            ("/kind", "wall"),
            ("/fee", "1,280.50"),
            ("/level", "2"),
            ("/width", "2.10"),
            ("/areas", "north"),
            ("/areas", "south"),
            ("/points", "一\r\n二"),
            ("/truth", "true"),
            ("/truth#asked", "1"),
            ("/members/0/name", "李四"),
            ("/members/0/age", "7"),
            ("/members/2/name", "王五"),
            ("/members/1/name", " "),
            ("/design", json.dumps(FILE)),
            ("/code", ""),
            ("/begins", "2026-03-02"),
        ]
    )
    typed = form.from_html(sent)
    assert typed == {
        **GOOD,
        "fee": Decimal("1280.50"),
        "level": 2,
        "width": Decimal("2.10"),
        "areas": ["north", "south"],
        "points": ["一", "二"],
        "truth": True,
        "members": [{"name": "李四", "age": 7}, {"name": "王五"}],
        "design": FILE,
        "begins": "2026-03-02",
    }
    assert form.check(typed) == typed


def test_what_cannot_be_typed_stays_text_for_the_check_to_refuse(form):
    typed = form.from_html(
        {**{f"/{name}": value for name, value in GOOD.items()}, "/width": "wide", "/design": "{"}
    )
    assert typed["width"] == "wide"
    assert set(faults(form, typed)) == {"/width", "/design"}


def test_an_empty_box_is_no_unless_it_was_not_on_the_page(form):
    assert form.from_html({"/truth#asked": "1"}) == {"truth": False}
    assert form.from_html({}) == {}


def test_an_unknown_input_is_kept_to_be_refused(form):
    typed = form.from_html({"/name": "a", "/colour/0/shade": "x", "csrf_token": "t", "_repeat": ""})
    assert typed == {"name": "a", "colour": "x"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)


def outcome(form, data):
    try:
        return form.check(data), ()
    except Malformed as refusal:
        return None, refusal.findings


@settings(max_examples=200)
@given(data=st.dictionaries(st.sampled_from([*FORM["properties"], "x"]), json_values, max_size=8))
def test_whatever_is_sent_is_checked_or_refused_with_places_and_never_breaks(form, data):
    checked, findings = outcome(form, data)
    if checked is None:
        assert findings
        assert all(finding.where.startswith("/") and finding.sentence for finding in findings)
    else:
        assert outcome(form, checked) == (checked, ())
        canonical.dumps(checked)


# Illegal forms


def changed(**facts):
    return {**FORM, **facts}


def with_field(**schema):
    return changed(properties={**FORM["properties"], "extra": {"title": "另", **schema}})


@pytest.mark.parametrize(
    ("form", "rule"),
    [
        ([], "form.json"),
        (changed(type="array"), "form.root"),
        (changed(type=["object", "null"]), "form.root"),
        ({**changed(), "$schema": "http://json-schema.org/draft-07/schema#"}, "form.dialect"),
        (changed(required="name"), "form.schema"),
        (changed(required=["nobody"]), "form.required"),
        (with_field(type="strin"), "form.schema"),
        (with_field(type="string", format="ipv4"), "form.format"),
        (with_field(type="string", pattern="(a+)+$"), "form.pattern"),
        (with_field(type="string", pattern="["), "form.pattern"),
        (with_field(type="string", maxlength=3), "form.keyword"),
        (with_field(**{"$id": "https://example.org/x"}), "form.keyword"),
        (with_field(**{"$dynamicRef": "#x"}), "form.keyword"),
        (with_field(**{"$ref": "https://example.org/schema.json"}), "form.ref"),
        (with_field(**{"$ref": "file:///etc/passwd"}), "form.ref"),
        (with_field(**{"$ref": "casefile.schema.json#/properties/nothing"}), "form.ref"),
        (with_field(**{"$ref": "#/properties/extra"}), "form.ref"),
        (with_field(type="object", properties={"again": {"$ref": "#/properties/extra"}}), "form.ref"),
        (changed(properties={**FORM["properties"], "name": True}), "form.field"),
        (changed(**{"x-ui": {"order": ["nobody"]}}), "form.ui"),
        (changed(**{"x-ui": {"colour": "red"}}), "form.ui"),
        (changed(**{"x-ui": ["name"]}), "form.ui"),
        (changed(**{"x-ui": {"groups": ["name"]}}), "form.ui"),
        (changed(**{"x-ui": {"groups": [{"fields": ["nobody"]}]}}), "form.ui"),
        (changed(**{"x-ui": {"widgets": {"name": "spinner"}}}), "form.widget"),
        (changed(**{"x-order": [["begins"]]}), "form.order"),
        (changed(**{"x-other": {"kind": "other"}}), "form.other"),
        (changed(**{"x-rules": [{"rule": "1 +", "zh": "", "en": ""}]}), "form.rule"),
        (changed(**{"x-rules": [{"rule": "nobody = 1", "zh": "", "en": ""}]}), "form.rule"),
        (changed(**{"x-rules": [{"rule": "fee = 1"}]}), "form.rule"),
        (changed(**{"x-rules": [{"rule": "fee = 1", "zh": "", "en": "", "field": "nobody"}]}), "form.rule"),
        (changed(**{"x-rules": [{"rule": "fee = 1", "zh": "", "en": "", "reads": ["nobody"]}]}), "form.rule"),
        (changed(**{"x-rules": [{"rule": "fee = 1", "zh": "", "en": "", "reads": ["name"]}]}), "form.rule"),
    ],
)
def test_an_illegal_form_is_refused_with_the_rule_it_breaks(form, rule):
    with pytest.raises(IllegalDefinition) as refusal:
        read(form)
    assert {finding.rule for finding in refusal.value.findings} == {rule}


def test_a_rule_reads_the_case_file_where_the_act_stands_in_one():
    rule = {
        "field": "organ",
        "reads": ["fee"],
        "if": "fee > 100",
        "rule": "organ != null",
        "zh": "须写明",
        "en": "!",
    }
    organ = {
        "type": "object",
        "properties": {"organ": {"title": "机关", "type": "string"}},
        "x-rules": [rule],
    }
    form = read(organ)

    assert form.check({}) == {}, "nobody says what the case file holds"
    assert form.check({}, file={"fee": 100}) == {}
    assert form.check({}, file={}) == {}
    assert form.check({"organ": "城管局"}, file={"fee": 101}) == {"organ": "城管局"}
    with pytest.raises(Malformed) as refusal:
        form.check({}, file={"fee": 101})
    assert [(one.where, one.sentence) for one in refusal.value.findings] == [("/organ", "须写明")]


def test_all_faults_of_a_form_are_told_at_once():
    form = with_field(type="string", format="ipv4", pattern="(a+)+", colour="red")
    with pytest.raises(IllegalDefinition) as refusal:
        read(form)
    assert len(refusal.value.findings) == 3


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"{", b'{"a":1,"a":2}', b"[" * 100_000, b'{"a":NaN}', b" " * 1_000_001]
)
def test_what_is_no_json_is_refused(data):
    with pytest.raises(IllegalDefinition):
        Form.read(data)


def test_a_schema_that_nests_too_deep_is_refused():
    deep = {"type": "object"}
    for _ in range(60):
        deep = {"type": "object", "properties": {"x": deep}}
    with pytest.raises(IllegalDefinition, match="deep"):
        read(deep)


def test_a_case_file_is_held_to_the_same_rules_and_its_properties_are_given():
    with pytest.raises(IllegalDefinition, match="format"):
        read(FORM, {**CASEFILE, "properties": {**CASEFILE["properties"], "x": {"format": "ipv4"}}})
    properties = casefile_properties(json.dumps(CASEFILE).encode())
    assert properties["name"]["title"] == "申请人"
    assert properties["name"]["maxLength"] == 10
    assert [one.rule for one in casefile_faults(b'{"type":"array"}')] == ["form.root"]


def test_a_form_open_to_further_fields_takes_them():
    open_form = {"type": "object", "additionalProperties": True}
    assert Form.read(json.dumps(open_form).encode()).check({"anything": 1}) == {"anything": 1}
    with pytest.raises(Malformed):
        Form.read(b'{"type":"object","properties":{}}').check({"anything": 1})
