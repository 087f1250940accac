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


UNITS = {  # which law counts how: working days W, natural days N, months M
    "行政许可法": "xk.accept 5W xk.decision 20W xk.joint 45W xk.lower 20W xk.issue 10W xk.hearing.ask 5W "
    "xk.hearing.organise 20W xk.hearing.notice 7W xk.inspect 5W xk.renewal 30N",
    "行政处罚法": "cf.preserve 7W cf.hearing.ask 5W cf.hearing.notice 7W cf.decision 90N cf.serve 7W "
    "cf.pay 15N cf.cash.authority 2W cf.cash.bank 2W gs.withdraw 3W cf.limitation 2Y cf.limitation.grave 5Y",
    "行政强制法": "cf.remind 10W cf.seizure 30N cf.court.enforce 3M cf.late.enforce 30N",
    "行政复议法": "fy.accept 5W fy.decision 60N fy.simple 30N",
    "处罚信息公示": "gs.market.publish 20W gs.market.forward 10W gs.market.receive 10W gs.market.withdraw 3W "
    "gs.market.shown.small 3M gs.market.shown 3Y gs.publish 7W",
    "土地、产权": "td.announce 20N td.listing 10N td.result 10W td.deposit 5W cq.disclose 20W "
    "cq.disclose.more 5W cq.result 5W",
    "资格预审": "zb.prequalify 5N zb.clarify.prequalify 3N zb.object.prequalify 2N zb.object.result 3N "
    "zb.bond.withdrawn 5N",
    "政府采购的步骤": "cg.documents 5W cg.bid 20N cg.clarify 15N cg.report 2W cg.winner 5W "
    "cg.contract.publish 2W cg.contract.file 7W cg.pause 30N cg.bond 5W cg.single.shown 5W",
    "热线": "rx.consult 1W rx.help 3W rx.complaint 5W rx.sign 1W rx.return 1W rx.weifang 5W rx.jinan 5W "
    "rx.cityscape 7N",
    "复议、诉讼": "cf.review 60N cf.sue 6M cf.sue.after-review 15N cf.announce 30N",
    "政府信息公开条例": "gk.answer 20W gk.correction 7W gk.third-party 15W gk.co-author 15W gs.proactive 20W",
    "信访工作条例": "xf.forward 15N xf.tell 15N xf.object 5W xf.handle 60N xf.review.ask 30N xf.review 30N "
    "xf.final.ask 30N xf.final 30N",
    "代表建议": "jy.assign 5W jy.object 5W jy.assist 1M jy.answer 3M jy.again 1M",
    "招标投标": "zb.sale 5N zb.bid 20N zb.clarify 15N zb.object 10N zb.object.answer 3N zb.candidates 3N "
    "zb.candidates.shown 3N zb.contract 30N zb.report 15N zb.bond 5N zb.complain 10N zb.complaint.accept 3W "
    "zb.complaint.decide 30W",
    "政府采购": "cg.question 3W cg.query 7W cg.query.answer 7W cg.complain 15W cg.complaint.decide 30W "
    "cg.contract 30N cg.publish 2W",
    "监督、督查": "jc.correct 30N jc.decision 30N jc.complaint 5W dc.review.ask 30N dc.review 30N",
}  # fmt: skip
GROWTH = {
    "xk.decision": ("10W", "机关负责人"),
    "xk.joint": ("15W", "本级人民政府负责人"),
    "cf.seizure": ("30N", "机关负责人"),
    "gk.answer": ("20W", "公开机构负责人"),
    "xf.handle": ("30N", "机关负责人"),
    "jy.answer": ("3M", "代表工作机构"),
    "fy.decision": ("30N", "行政复议机构负责人"),
}


@pytest.mark.parametrize("law", UNITS)
def test_each_law_counts_in_its_own_units(rules, law):
    words = UNITS[law].split()
    figures = dict(zip(words[::2], words[1::2], strict=True))
    assert {name: str(rules.of(name, date(2026, 3, 2)).limit) for name in figures} == figures


@pytest.mark.parametrize("name", GROWTH)
def test_an_extension_is_taken_once_by_the_rank_named_and_told(rules, name):
    rule = rules.of(name, date(2026, 3, 2))
    (stage,) = rule.extensions
    assert (str(stage.max), stage.approver) == GROWTH[name]
    assert (stage.times, stage.notify) == (1, True)


def test_a_petition_is_suspended_by_a_hearing_in_the_last_instance_only(rules):
    on = date(2026, 3, 2)
    assert rules.of("xf.final", on).excludes("听证")
    assert not any(
        rules.of(name, on).excluded for name in ("xf.handle", "xf.review", "xf.tell", "xf.forward")
    )


def test_a_penalty_of_market_supervision_has_its_own_list_of_suspensions(rules):
    rule = rules.of("cf.decision.market", date(2026, 3, 2))
    assert (str(rule.limit), str(rule.stage(0).max), rule.stage(2)) == ("90N", "30N", None)
    assert [stage.approver for stage in rule.extensions] == ["机关负责人", "机关负责人集体"]
    assert {"中止", "听证", "公告", "检测", "检验", "检疫", "鉴定"} == {entry.kind for entry in rule.excluded}


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
