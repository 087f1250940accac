"""Dates the law gives, period by period: what a day counter of its own found, beside what the ledger says.

The days off and worked were taken from the notices, the figures from the law; whoever adds a row counts it by
hand first. Rows are chosen where a count goes wrong: make-up week-ends, long holidays, month ends, leap days.
"""

from datetime import date

import pytest

from engine.periods import Ledger, Limit, PeriodRefused, due

DATES = {  # period: start and end, start and end …
    "xk.decision": """
        2004-09-24 2004-10-27    2005-04-29 2005-06-01    2005-12-30 2006-01-28    2006-12-29 2007-01-29
        2008-01-25 2008-02-27    2008-02-29 2008-03-28    2010-09-17 2010-10-21    2011-12-30 2012-02-02
        2013-02-08 2013-03-13    2014-04-04 2014-05-06    2015-09-01 2015-09-30    2016-02-29 2016-03-28
        2017-09-29 2017-11-02    2018-12-28 2019-01-28    2020-01-22 2020-02-27    2021-02-07 2021-03-11
        2022-01-29 2022-03-03    2023-04-28 2023-05-30    2024-02-09 2024-03-14    2024-02-29 2024-03-28
        2025-01-26 2025-02-28    2026-02-14 2026-03-20    2026-02-15 2026-03-20    2026-04-30 2026-06-01
        2026-09-22 2026-10-27    2026-10-10 2026-11-06    2026-10-01 2026-11-03
    """,
    "xk.accept": """
        2005-12-30 2006-01-09    2010-09-30 2010-10-13    2015-09-02 2015-09-10    2019-09-30 2019-10-12
        2020-06-24 2020-07-02    2024-10-01 2024-10-12    2026-09-22 2026-09-30    2026-02-13 2026-02-27
    """,
    "xk.joint": """
        2026-02-11 2026-04-22    2012-12-20 2013-02-27
    """,
    "xk.lower": "2026-03-02 2026-03-30",
    "xk.issue": "2026-10-12 2026-10-26",
    "gs.publish": """
        2026-10-12 2026-10-21    2026-05-20 2026-05-29
    """,
    "xk.hearing.ask": "2026-03-02 2026-03-09",
    "xk.hearing.organise": "2026-03-06 2026-04-03",
    "xk.inspect": "2026-02-10 2026-02-24",
    "cf.decision": """
        2025-11-05 2026-02-03    2025-11-18 2026-02-24    2026-03-10 2026-06-08    2021-07-15 2021-10-13
        2023-11-10 2024-02-08    2023-12-01 2024-02-29    2024-07-03 2024-10-08    2022-11-03 2023-02-01
        2025-07-03 2025-10-09    2026-06-27 2026-09-28
    """,
    "cf.pay": """
        2026-09-16 2026-10-08    2026-01-30 2026-02-14    2026-04-20 2026-05-06    2026-05-22 2026-06-08
        2024-09-16 2024-10-08    2022-01-16 2022-02-07    2023-01-07 2023-01-28    2025-01-13 2025-02-05
    """,
    "cf.preserve": "2026-02-11 2026-02-27",
    "cf.serve": "2026-05-20 2026-05-29",
    "cf.hearing.ask": """
        2026-04-13 2026-04-20    2025-09-26 2025-10-10
    """,
    "gs.withdraw": "2026-04-29 2026-05-07",
    "cf.cash.authority": """
        2026-09-30 2026-10-09    2026-10-09 2026-10-12
    """,
    "cf.review": """
        2026-05-22 2026-07-21    2025-12-20 2026-02-24    2025-08-02 2025-10-09
    """,
    "cf.sue": """
        2026-05-22 2026-11-23    2025-08-31 2026-02-28    2023-08-31 2024-02-29    2026-03-20 2026-09-20
    """,
    "cf.sue.after-review": "2026-09-16 2026-10-08",
    "cf.remind": "2026-02-05 2026-02-26",
    "cf.court.enforce": """
        2025-11-30 2026-02-28    2026-03-20 2026-06-22
    """,
    "cf.seizure": "2026-01-20 2026-02-24",
    "cf.limitation": """
        2024-03-01 2026-03-01    2024-02-29 2026-02-28
    """,
    "cf.announce": "2026-09-01 2026-10-08",
    "gk.answer": "2026-04-27 2026-05-27",
    "gk.third-party": "2026-05-07 2026-05-27",
    "gk.correction": "2026-09-29 2026-10-14",
    "xf.tell": "2026-04-20 2026-05-06",
    "xf.handle": "2026-05-06 2026-07-06",
    "xf.object": "2026-09-24 2026-10-09",
    "xf.review.ask": "2026-09-02 2026-10-08",
    "jy.answer": """
        2026-02-06 2026-05-06    2025-11-30 2026-02-28
    """,
    "jy.assist": """
        2026-02-06 2026-03-06    2026-01-31 2026-02-28    2026-01-17 2026-02-24
    """,
    "jy.object": "2026-02-06 2026-02-13",
    "jy.again": "2026-05-20 2026-06-22",
    "gs.proactive": "2026-09-11 2026-10-15",
    "hj.decide": """
        2026-01-26 2026-02-28    2026-08-31 2026-09-28
    """,
    "hj.notice": """
        2026-02-28 2026-03-03    2026-09-28 2026-10-08
    """,
    "hj.refuse": "2026-09-28 2026-10-08",
    "zb.contract": "2026-09-30 2026-10-30",
    "zb.report": "2026-09-30 2026-10-15",
    "zb.bond": "2026-10-20 2026-10-26",
    "zb.bid": "2026-09-01 2026-09-21",
    "zb.candidates": "2026-09-22 2026-09-28",
    "zb.complaint.decide": "2026-01-30 2026-03-19",
    "zb.complaint.accept": "2026-04-29 2026-05-07",
    "jc.correct": """
        2026-03-16 2026-04-15    2026-09-01 2026-10-08
    """,
    "dc.review.ask": "2026-04-10 2026-05-11",
    "hp.rate": "2026-09-16 2026-10-08",
    "rx.complaint": "2026-04-29 2026-05-09",
    "rx.sign": "2026-04-29 2026-04-30",
    "xk.hearing.notice": """
        2026-03-02 2026-02-12    2025-10-14 2025-09-26    2026-04-30 2026-04-20    2026-10-10 2026-09-22
        2026-01-08 2025-12-26    2024-02-26 2024-02-08    2020-02-05 2020-01-17
    """,
    "zb.object": "2026-09-21 2026-09-11",
    "zb.clarify": "2026-09-21 2026-09-06",
}


@pytest.mark.parametrize("period", DATES)
def test_a_period_ends_on_the_day_the_law_gives(calendar, rules, period):
    words = DATES[period].split()
    for start, end in zip(words[::2], words[1::2], strict=True):
        day = date.fromisoformat(start)
        assert due(Ledger.open(rules.of(period, day), day), calendar).day.isoformat() == end, start


HISTORIES = [  # what happened, the period, its start, the acts (a kind suspends, /kind resumes), its end
    ("joint approval extended by the government", "xk.joint", "2025-12-22", "2026-02-25 +15W", "2026-03-23"),
    ("one pause", "xk.decision", "2026-02-02", "2026-02-05 听证, 2026-02-26 /听证", "2026-03-20"),
    (
        "one pause, extended",
        "xk.decision",
        "2026-02-02",
        "2026-02-05 听证, 2026-02-26 /听证, 2026-03-20 +10W",
        "2026-04-03",
    ),
    (
        "two pauses",
        "xk.decision",
        "2026-03-02",
        "2026-03-05 检验, 2026-03-12 /检验, 2026-03-20 鉴定, 2026-04-03 /鉴定",
        "2026-04-21",
    ),
    (
        "overlapping pauses",
        "xk.decision",
        "2026-03-02",
        "2026-03-05 检验, 2026-03-10 鉴定, 2026-03-12 /检验, 2026-03-18 /鉴定",
        "2026-04-13",
    ),
    (
        "nested pauses",
        "xk.decision",
        "2026-03-02",
        "2026-03-05 听证, 2026-03-10 专家评审, 2026-03-11 /专家评审, 2026-03-25 /听证",
        "2026-04-20",
    ),
    (
        "three, two meet",
        "xk.decision",
        "2026-08-31",
        "2026-09-03 检测, 2026-09-14 检疫, 2026-09-14 /检测, 2026-09-21 /检疫, "
        "2026-09-29 招标, 2026-10-12 /招标",
        "2026-10-28",
    ),
    (
        "pause begins on a Sunday, ends on a Sunday",
        "xk.decision",
        "2026-03-02",
        "2026-03-08 检验, 2026-03-15 /检验",
        "2026-04-07",
    ),
    (
        "pause begins in the holiday, ends on a make-up Saturday",
        "xk.decision",
        "2026-09-21",
        "2026-10-01 鉴定, 2026-10-10 /鉴定",
        "2026-10-29",
    ),
    (
        "pause wholly in a holiday",
        "xk.decision",
        "2026-02-02",
        "2026-02-15 鉴定, 2026-02-23 /鉴定",
        "2026-03-06",
    ),
    (
        "pause from the day of acceptance",
        "xk.decision",
        "2026-03-02",
        "2026-03-02 检验, 2026-03-06 /检验",
        "2026-04-03",
    ),
    (
        "pause of a single day counts nothing",
        "xk.decision",
        "2026-03-02",
        "2026-03-10 检验, 2026-03-10 /检验",
        "2026-03-30",
    ),
    ("pause on the last day", "xk.decision", "2026-03-02", "2026-03-30 检验, 2026-04-07 /检验", "2026-03-30"),
    ("extended on the last day", "xk.decision", "2026-03-02", "2026-03-30 +10W", "2026-04-14"),
    ("extended before", "xk.decision", "2025-01-02", "2025-01-27 +10W", "2025-02-19"),
    ("extended by less than the maximum", "xk.decision", "2025-01-02", "2025-01-27 +5W", "2025-02-12"),
    (
        "joint with expert review",
        "xk.joint",
        "2026-02-11",
        "2026-03-09 专家评审, 2026-03-20 /专家评审",
        "2026-05-08",
    ),
    ("seizure extended", "cf.seizure", "2026-01-20", "2026-02-13 +30N", "2026-03-23"),
    (
        "seizure, appraisal excluded",
        "cf.seizure",
        "2026-03-02",
        "2026-03-10 检测, 2026-03-20 /检测",
        "2026-04-13",
    ),
    ("answer extended", "gk.answer", "2026-04-27", "2026-05-27 +20W", "2026-06-25"),
    (
        "third party silent",
        "gk.answer",
        "2026-04-27",
        "2026-05-07 征求第三方意见, 2026-05-27 /征求第三方意见",
        "2026-06-17",
    ),
    ("restart", "gk.answer", "2026-04-27", "2026-05-20 anew", "2026-06-17"),
    ("restart on a holiday", "gk.answer", "2026-09-14", "2026-10-03 anew", "2026-11-03"),
    (
        "restart forgets the pause before it",
        "gk.answer",
        "2026-04-27",
        "2026-05-07 征求第三方意见, 2026-05-20 /征求第三方意见, 2026-06-01 anew",
        "2026-06-30",
    ),
    ("handle extended", "xf.handle", "2026-05-06", "2026-07-06 +30N", "2026-08-04"),
    (
        "re-review, hearing excluded",
        "xf.final",
        "2026-03-02",
        "2026-03-12 听证, 2026-03-22 /听证",
        "2026-04-13",
    ),
    ("at most", "jy.answer", "2026-02-06", "2026-05-06 +3M", "2026-08-06"),
    (
        "extended from the 31st: six months from assignment, not three from the end",
        "jy.answer",
        "2025-08-31",
        "2025-11-28 +3M",
        "2026-02-28",
    ),
]


def lived(calendar, rules, period, start, acts):
    """The ledger after the acts, each an ISO date and what was done on it."""
    day = date.fromisoformat(start)
    ledger = Ledger.open(rules.of(period, day), day)
    for act in acts.split(", "):
        on, what = date.fromisoformat(act[:10]), act[11:]
        if what.startswith("+"):
            approver = ledger.rule.extensions[0].approver
            ledger = ledger.extend(on, Limit.read(what[1:]), approver, due_on=due(ledger, calendar).day)
        elif what == "anew":
            ledger = ledger.reset(on)
        elif what.startswith("/"):
            ledger = ledger.resume(on, key=what[1:])
        else:
            ledger = ledger.suspend(on, what, key=what)
    return ledger


@pytest.mark.parametrize(
    ("period", "start", "acts", "end"), [row[1:] for row in HISTORIES], ids=[row[0] for row in HISTORIES]
)
def test_a_history_ends_on_the_day_the_law_gives(calendar, rules, period, start, acts, end):
    assert due(lived(calendar, rules, period, start, acts), calendar).day.isoformat() == end


REFUSED = [  # what was asked for, the period, its start, the act, the approver, the rule that forbids it
    ("the wrong rank", "xk.decision", "2026-03-02", "2026-03-20 +10W", "科室负责人", "C9"),
    ("nobody's approval", "xk.decision", "2026-03-02", "2026-03-20 +10W", "", "C9"),
    ("more than the law has", "xk.decision", "2026-03-02", "2026-03-20 +11W", "机关负责人", "C9"),
    ("a day after the limit", "xk.decision", "2026-03-02", "2026-03-31 +10W", "机关负责人", "A15"),
    (
        "a joint approval by the head of the organ",
        "xk.joint",
        "2026-02-11",
        "2026-04-01 +15W",
        "机关负责人",
        "C9",
    ),
    ("disclosure by the head of the organ", "gk.answer", "2026-04-27", "2026-05-01 +20W", "机关负责人", "C9"),
    (
        "a penalty without a rule of its department",
        "cf.decision",
        "2026-03-10",
        "2026-05-01 +30N",
        "机关负责人",
        "A15",
    ),
]


@pytest.mark.parametrize(
    ("period", "start", "act", "approver", "breach"),
    [row[1:] for row in REFUSED],
    ids=[row[0] for row in REFUSED],
)
def test_an_extension_the_law_does_not_have_is_refused(calendar, rules, period, start, act, approver, breach):
    day = date.fromisoformat(start)
    ledger = Ledger.open(rules.of(period, day), day)
    with pytest.raises(PeriodRefused) as refusal:
        ledger.extend(
            date.fromisoformat(act[:10]), Limit.read(act[12:]), approver, due_on=due(ledger, calendar).day
        )
    assert refusal.value.breach.rule == breach


@pytest.mark.parametrize(
    ("period", "start", "kind"),
    [
        ("xk.decision", "2026-03-02", "现场核查"),
        ("xk.decision", "2026-03-02", "公示"),
        ("cf.decision", "2026-03-10", "鉴定"),
        ("xf.handle", "2026-05-06", "听证"),
        ("xf.review", "2026-05-06", "听证"),
    ],
)
def test_what_the_list_of_the_law_does_not_name_stops_no_clock(rules, period, start, kind):
    day = date.fromisoformat(start)
    with pytest.raises(PeriodRefused, match=kind):
        Ledger.open(rules.of(period, day), day).suspend(day, kind)


def test_a_hearing_stops_the_licence_clock_to_its_end_even_past_its_own_limit(calendar, rules):
    acts = "2026-03-06 听证, 2026-04-20 /听证"
    assert due(lived(calendar, rules, "xk.decision", "2026-03-02", acts), calendar).day == date(2026, 5, 14)


def test_a_third_party_who_is_waited_for_too_long_stops_the_clock_for_fifteen_days_only(calendar, rules):
    acts = "2026-05-07 征求第三方意见, 2026-06-03 /征求第三方意见"
    assert due(lived(calendar, rules, "gk.answer", "2026-04-27", acts), calendar).day == date(2026, 6, 17)


def test_bidders_may_be_told_on_the_fifteenth_day_before_the_deadline_and_no_later(calendar, rules):
    """A deadline on 21 September 2026: clarified by the 6th, which is what the tender's own table says."""
    day = date(2026, 9, 21)
    for period, last in (("zb.clarify", 6), ("cg.clarify", 6), ("zb.clarify.prequalify", 18)):
        assert due(Ledger.open(rules.of(period, day), day), calendar).day == date(2026, 9, last), period


def test_an_announcement_before_2022_serves_after_sixty_days_which_also_roll(calendar, rules):
    day = date(2021, 8, 2)
    assert due(Ledger.open(rules.of("cf.announce", day), day), calendar).day == date(2021, 10, 8)
