"""LAW.md explains its package: each period the diagram counts, each register and article it names."""

from __future__ import annotations

import re
import tomllib

import pytest
from shipped_packages import NAMES, PROCESSES, elements, law, properties

POINTS = ("banjie.period", "banjie.period.starts", "banjie.period.suspends", "banjie.period.extends")
# How the law is quoted: 第三十二条, or the number of a document such as 国办发〔2019〕51号.
ARTICLE = re.compile(r"第[一二三四五六七八九十百零]+条|〔\d{4}〕\d+号")


def told(name: str) -> str:
    return (PROCESSES / name / "LAW.md").read_text()


def counted(name: str) -> set[str]:
    """The periods of the law that elements of a diagram open, suspend or extend."""
    known = {rule.id for rule in law()}
    texts = [
        value for one in elements(name, *_POSSIBLE) for key, value in properties(one).items() if key in POINTS
    ]
    return {id_ for text in texts for id_ in re.findall(r"[a-z]+(?:\.[a-z-]+)+", text) if id_ in known}


_POSSIBLE = (
    "process", "subProcess", "userTask", "serviceTask", "scriptTask", "businessRuleTask", "callActivity",
    "startEvent", "endEvent", "intermediateCatchEvent", "boundaryEvent",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_period_a_diagram_counts_is_grounded_in_its_law_file(name: str) -> None:
    assert {id_ for id_ in counted(name) if f"`{id_}`" not in told(name)} == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_register_a_procedure_touches_is_accounted_for(name: str) -> None:
    facts = tomllib.loads((PROCESSES / name / "procedure.toml").read_text()).get("registers", {})
    used = {*facts.get("reads", ()), *facts.get("writes", ())}
    assert {register for register in used if f"`{register}`" not in told(name)} == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_law_file_cites_articles(name: str) -> None:
    assert ARTICLE.search(told(name)) or name.startswith("letter_")  # the practice of an office, no statute


@pytest.mark.parametrize("name", NAMES)
def test_every_article_a_diagram_cites_stands_in_its_law_file(name: str) -> None:
    notes = [one.text or "" for one in elements(name, "documentation")]
    cited = {article for text in notes for article in re.findall(r"第[一二三四五六七八九十百零]+条", text)}
    assert {article for article in cited if article not in _spread(told(name))} == set()


def _spread(text: str) -> str:
    """第六十四条至第六十六条 names the article between, too."""
    ranges = re.findall(r"第([一二三四五六七八九十百]+)条至第([一二三四五六七八九十百]+)条", text)
    between = [
        f"第{_numeral(n)}条" for first, last in ranges for n in range(_number(first), _number(last) + 1)
    ]
    return text + "".join(between)


_DIGITS = "零一二三四五六七八九"


def _number(text: str) -> int:
    """二十三 → 23."""
    value = one = 0
    for sign in text:
        if sign in _DIGITS:
            one = _DIGITS.index(sign)
        else:
            value += (one or 1) * {"十": 10, "百": 100}[sign]
            one = 0
    return value + one


def _numeral(number: int) -> str:
    """23 → 二十三, below a hundred; 110 → 一百一十."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    head = f"{_DIGITS[hundreds]}百" if hundreds else ""
    middle = (
        ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
        if tens
        else ("零" if head and ones else "")
    )
    return head + middle + (_DIGITS[ones] if ones else "")
