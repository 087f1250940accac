"""When supervision reminds, warns and falls again is data of the law, kept by the period it watched."""

from datetime import date

import pytest

from engine import canonical
from engine.errors import IllegalDefinition, NotFound
from engine.periods import (
    Ledger,
    Limit,
    PeriodRule,
    RuleBook,
    demand_figures,
    demand_watched,
    prompts,
    warn_from,
    watch_of,
)

FIRST = date(2026, 3, 2)
PERIOD = """
[[period]]
id = "a"
basis = "甲法第一条"
limit = "20W"
valid_from = 2004-07-01
"""


def figures(name="one", **facts):
    values = {
        "basis": '"惯例"', "valid_from": "2004-07-01", "remind_used": 50, "warn_rest": 20,
        "warn_least": '"1W"', "again_after": '"5W"',
    }  # fmt: skip
    lines = [f"{key} = {value}" for key, value in {**values, **facts}.items() if value is not None]
    return "\n".join(["[[supervision]]", f'id = "{name}"', *lines, ""])


def book(*texts):
    return RuleBook.read({"law.toml": PERIOD + "\n".join(texts)})


def worked(calendar, number):
    return calendar.opening(calendar.add_working_days(FIRST, number))


def test_the_shipped_figures_stand_in_the_law_with_basis_and_mark(rules):
    found = rules.of("xk.decision", FIRST).watch
    assert (found.remind_used, found.warn_rest) == (50, 20)
    assert (str(found.warn_least), str(found.again_after)) == ("1W", "5W")
    assert found.basis
    assert found.certainty == "P"


@pytest.mark.parametrize(
    ("facts", "reminded", "warned"),
    [
        ({}, 10, 16),
        ({"remind_used": 75}, 15, 16),
        ({"remind_used": 51}, 11, 16),
        ({"warn_rest": 10}, 10, 18),
        ({"warn_rest": 1}, 10, 19),
        ({"warn_rest": 1, "warn_least": '"3W"'}, 10, 17),
    ],
)
def test_other_figures_move_the_reminder_and_the_warning(calendar, facts, reminded, warned):
    ledger = Ledger.open(book(figures(**facts)).of("a", FIRST), FIRST)
    assert prompts(ledger, calendar) == worked(calendar, reminded)
    assert warn_from(ledger, calendar) == worked(calendar, warned)


def test_the_figures_of_the_day_a_period_starts_stay_with_it(calendar):
    old = figures("old", valid_to="2026-03-31", warn_rest=10)
    law = book(old, figures("new", valid_from="2026-04-01", warn_rest=50, again_after='"3W"'))
    before, after = (Ledger.open(law.of("a", day), day) for day in (FIRST, date(2026, 4, 1)))
    assert [watch_of(one).id for one in (before, after)] == ["old", "new"]
    assert (str(watch_of(before).again_after), str(watch_of(after).again_after)) == ("5W", "3W")
    kept = Ledger.from_data(canonical.loads(canonical.dumps(before.as_data())))
    assert kept == before
    assert warn_from(kept, calendar) == worked(calendar, 18)


def test_a_ledger_that_recorded_no_figures_is_not_watched(calendar):
    ledger = Ledger.open(RuleBook.read({"law.toml": PERIOD}).of("a", FIRST), FIRST)
    assert "supervision" not in ledger.as_data()["rule"]
    assert prompts(ledger, calendar) is None
    assert warn_from(ledger, calendar) is None
    assert watch_of(ledger) is None


def test_a_limit_of_an_authority_does_not_start_without_figures():
    law = book(figures(valid_from="2026-03-03"))
    with pytest.raises(
        NotFound, match=r"figures of supervision .* in force on 2026-03-02 for 'a', but found"
    ):
        demand_watched(law.of("a", FIRST), FIRST)
    demand_watched(law.of("a", date(2026, 3, 3)), date(2026, 3, 3))
    party = PeriodRule.from_data({**law.of("a", FIRST).as_data(), "class": "party"})
    demand_watched(party, FIRST)


@pytest.mark.parametrize(
    ("given", "day"),
    [
        ((), "2004-07-01"),
        ((figures(valid_from="2004-07-02"),), "2004-07-01"),
        ((figures(valid_to="2026-03-01"),), "2026-03-02"),
        ((figures(valid_to="2026-03-01"), figures("x", valid_from="2026-03-03")), "2026-03-02"),
    ],
)
def test_a_law_that_leaves_a_limit_unwatched_is_refused(given, day):
    with pytest.raises(IllegalDefinition) as refused:
        demand_figures(book(*given))
    assert [f"in force on {day} for 'a'" in one.sentence for one in refused.value.findings] == [True]


def test_figures_without_a_gap_are_enough(law_files):
    demand_figures(book(figures(valid_to="2026-03-01"), figures("x", valid_from="2026-03-02")))
    demand_figures(RuleBook.read(law_files))


def test_what_is_no_limit_of_an_authority_carries_no_figures(rules):
    for name in ("cf.pay", "xk.correction", "xk.hearing.notice", "xk.renewal"):
        assert rules.of(name, FIRST).watch is None


def test_the_digest_of_the_law_covers_the_figures():
    texts = [(), (figures(),), (figures(warn_rest=25),)]
    assert len({book(*one).digest for one in texts}) == len(texts)


def test_the_last_day_before_a_suspension_ends_is_not_taken_for_the_rest(calendar):
    rule = PeriodRule.from_data(
        {**book(figures()).of("a", FIRST).as_data(), "limit": "4W", "suspend": ["听证"]}
    )
    ledger = Ledger.open(rule, FIRST).suspend(date(2026, 3, 5), "听证").resume(date(2026, 3, 12))
    # 3, 4 and 5 March count, then 13 March: with one working day left the third has just been used
    assert warn_from(ledger, calendar) == calendar.opening(date(2026, 3, 5))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (figures(remind_used=0), "Expected remind_used as per cent from 1 to 99, but found 0"),
        (figures(warn_rest=100), "Expected warn_rest as per cent from 1 to 99, but found 100"),
        (figures(warn_rest=None), "Expected warn_rest as per cent from 1 to 99, but found 0"),
        (figures(warn_least='"1N"'), "Expected warn_least in working days, but found 1N"),
        (figures(again_after='"five"'), "again_after: Expected a limit such as 20W"),
        (figures(again_after=None), "Expected again_after, but it is missing"),
        (figures(basis='""'), "Expected a basis, but it is empty"),
        (figures(valid_from=None), "Expected valid_from, but it is missing"),
        (figures(valid_to="2004-06-30"), "Expected valid_to after valid_from, but it lies before"),
        (figures(remind=50), "Expected no key 'remind' here, but found it"),
        (
            figures("x") + figures("y", valid_from="2026-01-01"),
            "Expected one set of figures of supervision for each day, but 'x' and 'y' overlap",
        ),
        ("[[other]]\n", "Expected nothing but [[period]], [[supervision]] tables, but found 'other'"),
    ],
)
def test_faulty_figures_are_refused(text, sentence):
    with pytest.raises(IllegalDefinition) as refused:
        book(text)
    assert any(sentence in finding.sentence for finding in refused.value.findings), refused.value.findings


def test_an_authority_s_own_rules_keep_the_figures_unless_they_bring_their_own():
    law = book(figures("national"))
    local = RuleBook.read({"l.toml": PERIOD.replace("20W", "10W")})
    assert law.with_local(local).of("a", FIRST).watch.id == "national"
    assert law.with_local(book(figures("local"))).of("a", FIRST).watch.id == "local"
    assert law.with_local(local).of("a", FIRST).limit == Limit.read("10W")
