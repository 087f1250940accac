"""The picture of a period shows what its explanation says."""

from datetime import date

import pytest
from lxml import etree

from engine.periods import Ledger, explain, picture

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def explanation(calendar, rules):
    ledger = Ledger.open(rules.of("xk.decision", date(2026, 9, 10)), date(2026, 9, 10))
    return explain(ledger.suspend(date(2026, 9, 14), "听证").resume(date(2026, 9, 16)), calendar)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_day_has_a_square_with_its_line_of_text(explanation, language):
    root = etree.fromstring(picture(explanation, language).encode())
    squares = root.findall(f"{SVG}g")
    titles = [square.findtext(f"{SVG}title") for square in squares]
    text = explanation.text(language).splitlines()
    assert titles == text[-len(explanation.rows) :]


def test_the_last_day_is_framed_and_days_are_told_apart_by_letters_too(explanation):
    root = etree.fromstring(picture(explanation).encode())
    framed = [g for g in root.findall(f"{SVG}g") if g.find(f"{SVG}rect").get("stroke-width") == "3"]
    assert ["期限届满" in g.findtext(f"{SVG}title") for g in framed] == [True]
    letters = {text.text for text in root.iter(f"{SVG}text")}
    assert {"起", "停", "休", "假", "20", "20*"} <= letters


def test_words_of_a_rule_cannot_break_out_of_the_picture(calendar, rules):
    rule = rules.of("xk.issue", date(2026, 3, 2))
    hostile = rule.from_data({**rule.as_data(), "name": '"><script>'})
    drawn = picture(explain(Ledger.open(hostile, date(2026, 3, 2)), calendar))
    assert etree.fromstring(drawn.encode()).findtext(f"{SVG}title").startswith('"><script>')
