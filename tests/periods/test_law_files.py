"""The law files: what they say, and which files are refused."""

from datetime import date

import pytest

from engine.errors import IllegalDefinition, Malformed, NotFound
from engine.periods import Kind, Limit, PeriodRule, RuleBook

GOOD = """
[[period]]
id = "a"
basis = "甲法第一条"
limit = "20W"
valid_from = 2004-07-01
extension = { max = "10W", times = 1, approver = "机关负责人", notify = true }
suspend = ["听证", { kind = "鉴定", max = "15W" }]
roll = "none"
ends = "close"
class = "statutory"
direction = "forward"
certainty = "V"
"""


def test_the_shipped_figures_of_the_licensing_law(rules):
    on = date(2026, 3, 2)
    figures = {
        "xk.accept": "5W", "xk.decision": "20W", "xk.joint": "45W", "xk.lower": "20W", "xk.issue": "10W",
        "xk.hearing.ask": "5W", "xk.hearing.organise": "20W", "xk.hearing.notice": "7W", "xk.inspect": "5W",
        "xk.correction": "30N", "gs.publish": "7W", "gs.withdraw": "3W", "hj.decide": "20W",
        "hj.notice": "3N", "hj.refuse": "7N", "hj.supplement": "7N", "hj.supply": "30N",
    }  # fmt: skip
    assert {name: str(rules.of(name, on).limit) for name in figures} == figures
    decision, joint = rules.of("xk.decision", on), rules.of("xk.joint", on)
    assert (str(decision.stage(0).max), decision.stage(0).approver) == ("10W", "机关负责人")
    assert (str(joint.stage(0).max), joint.stage(0).approver) == ("15W", "本级人民政府负责人")
    eight = ["听证", "招标", "拍卖", "检验", "检测", "检疫", "鉴定", "专家评审"]
    assert [entry.kind for entry in decision.excluded] == eight
    assert rules.of("xk.hearing.notice", on).reading == "strict"


def test_only_a_citizens_own_periods_are_of_class_party(rules):
    party = {rule.id for rule in rules if rule.klass == "party"}
    assert {"xk.hearing.ask", "xk.correction", "hj.supply", "cf.pay", "cf.review", "xf.review.ask"} <= party
    assert not party & {"xk.accept", "xk.decision", "hj.decide", "cf.decision", "cf.serve", "xf.handle"}


def test_the_penalty_law_counts_ninety_and_fifteen_in_natural_days_and_leaves_nothing_out(rules):
    decision = rules.of("cf.decision", date(2026, 3, 10))
    assert (decision.limit.kind, decision.excluded, decision.stage(0)) == (Kind.NATURAL_DAYS, (), None)
    assert str(rules.of("cf.pay", date(2026, 3, 10)).limit) == "15N"


def test_every_shipped_rule_has_a_name_in_two_languages_a_basis_and_a_mark(rules):
    for rule in rules:
        assert all([rule.name, rule.name_en, rule.basis]), rule.id
        assert rule.certainty in "VSMP"
        assert rule.title("en") != rule.title("zh") != rule.id


def test_a_rule_comes_back_from_its_plain_data(rules):
    assert all(PeriodRule.from_data(rule.as_data()) == rule for rule in rules)


def test_the_text_in_force_on_the_day_the_period_starts_is_used():
    old = GOOD.replace("valid_from = 2004-07-01", "valid_from = 2004-07-01\nvalid_to = 2019-12-31")
    new = GOOD.replace("2004-07-01", "2020-01-01").replace("20W", "15W")
    book = RuleBook.read({"a.toml": old, "b.toml": new})
    assert str(book.of("a", date(2019, 12, 31)).limit) == "20W"
    assert str(book.of("a", date(2020, 1, 1)).limit) == "15W"
    with pytest.raises(NotFound, match="2004-07-01 to 2019-12-31"):
        book.of("a", date(2004, 6, 30))
    with pytest.raises(NotFound, match="there is none"):
        book.of("b", date(2020, 1, 1))


def test_the_digest_changes_with_a_figure_and_not_with_the_files_names():
    digest = RuleBook.read({"a.toml": GOOD}).digest
    assert RuleBook.read({"z.toml": GOOD}).digest == digest
    assert RuleBook.read({"a.toml": GOOD.replace("20W", "19W")}).digest != digest


def test_an_authority_may_put_its_own_text_in_place(rules):
    local = RuleBook.read({"own.toml": GOOD.replace('"a"', '"cf.decision"').replace("20W", "60W")})
    book = rules.with_local(local)
    assert str(book.of("cf.decision", date(2026, 3, 2)).limit) == "60W"
    assert book.ids == rules.ids
    assert str(rules.of("cf.decision", date(2026, 3, 2)).limit) == "90N"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"20W"', '"20 days"', "a limit such as 20W"),
        ('"20W"', '"0W"', "a limit such as 20W"),
        ('"20W"', '"20000W"', "a limit such as 20W"),
        ('"20W"', "20", "limit to be text"),
        ('id = "a"', 'id = ""', "Expected an id"),
        ('basis = "甲法第一条"', "", "Expected basis, but it is missing"),
        ("valid_from = 2004-07-01", "", "Expected valid_from"),
        ("valid_from = 2004-07-01", "valid_from = 2004-07-01\nvalid_to = 2003-01-01", "valid_to after"),
        ("valid_from = 2004-07-01", 'valid_from = "2004"', "to be a date"),
        ('max = "10W"', 'max = "10N"', "an extension counted like the limit"),
        ('max = "10W"', 'max = "ten"', "extension.max"),
        ("times = 1", "times = 0", "an extension at least once"),
        ("times = 1", "often = 1", "Expected extension = "),
        ('kind = "鉴定"', 'sort = "鉴定"', "a kind of step"),
        ('kind = "鉴定"', 'kind = "听证"', "found it twice"),
        ('max = "15W"', 'max = "1M"', "own limit in W, N or H"),
        ('roll = "none"', 'roll = "next-working-day"', "(C2)"),
        ('roll = "none"', 'roll = "sometimes"', "one of none, next-working-day"),
        ('ends = "close"', 'ends = "noon"', "one of close, 24:00"),
        ('class = "statutory"', 'class = "card"', "one of statutory, step, party"),
        ('direction = "forward"', 'direction = "backward"', "(C5)"),
        ('direction = "forward"', 'direction = "backward"\nreading = "strict"', "without roll, extension"),
        ('direction = "forward"', 'hours = "service"', "only with a limit of hours"),
        ('certainty = "V"', 'certainty = "X"', "one of V, S, M, P"),
        ('certainty = "V"', 'certainty = "V"\nlimits = "3W"', "no key 'limits'"),
    ],
)  # fmt: skip
def test_a_faulty_rule_is_refused_with_its_place(old, new, sentence):
    assert old in GOOD
    with pytest.raises(IllegalDefinition) as refusal:
        RuleBook.read({"law.toml": GOOD.replace(old, new)})
    assert any(sentence in finding.sentence for finding in refusal.value.findings)
    assert all(finding.where.startswith("law.toml [[period]] 1") for finding in refusal.value.findings)


def test_all_faults_of_all_files_are_told_at_once():
    bad = GOOD.replace("20W", "x").replace('"V"', '"X"')
    with pytest.raises(IllegalDefinition) as refusal:
        RuleBook.read({"one.toml": bad, "two.toml": bad})
    assert {finding.where[:8] for finding in refusal.value.findings} == {"one.toml", "two.toml"}
    assert len(refusal.value.findings) == 4


def test_two_texts_for_one_day_are_refused():
    with pytest.raises(IllegalDefinition, match="overlap"):
        RuleBook.read({"one.toml": GOOD, "two.toml": GOOD.replace("2004", "2010")})


def test_lengths_are_compared_and_added_only_where_they_are_counted_alike():
    months, year = Limit.read("6M"), Limit.read("1Y")
    assert str(months.plus(year)) == "18M"
    assert year.exceeds(months)
    assert Limit.read("3W").words() == "3个工作日"
    assert Limit.read("1W").words("en") == "1 working day"
    with pytest.raises(ValueError, match="counted alike"):
        Limit.read("20W").exceeds(Limit.read("20N"))
    with pytest.raises(ValueError, match="months or years"):
        _ = Limit.read("20W").in_months
    with pytest.raises(Malformed):
        Limit.read("２０W")
