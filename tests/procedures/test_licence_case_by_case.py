"""What licence forms promise beside their example cases: ages, who comes from elsewhere, who withdraws."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.definitions.forms import Form
from engine.errors import Malformed
from timers import samples

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
FILE = {"sha256": "0" * 64, "name": "材料.pdf", "size": 10, "media_type": "application/pdf"}
CHILD = "370202197605120021"
PARENT_OF_TWELVE, PARENT_OF_THIRTY = "370202196405110015", "370202194605110015"


def _form(package: str, task: str) -> tuple[Form, dict[str, object]]:
    casefile = (ROOT / "processes" / package / "casefile.schema.json").read_bytes()
    form = Form.read((ROOT / "forms" / package / f"{task}.schema.json").read_bytes(), casefile)
    return form, json.loads(casefile)["properties"]


def _filled(**given: object) -> tuple[Form, dict[str, object]]:
    form, casefile = _form("huji", "apply")
    return form, samples.answers(form, casefile, random.Random(1), NOW, FILE, given)


def _with_check_digit(number: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return number[:17] + "10X98765432"[sum(int(d) * w for d, w in zip(number, weights, strict=False)) % 11]


def test_a_parent_less_than_fourteen_years_older_than_the_child_is_refused():
    form, values = _filled(host_id=_with_check_digit(CHILD))
    with pytest.raises(Malformed) as refusal:
        form.check({**values, "applicant_id": _with_check_digit(PARENT_OF_TWELVE)}, now=NOW)
    assert "十四周岁" in refusal.value.findings[0].sentence
    assert form.check({**values, "applicant_id": _with_check_digit(PARENT_OF_THIRTY)}, now=NOW)


def test_whoever_is_registered_in_the_city_does_not_come_from_elsewhere():
    form, values = _filled()
    with pytest.raises(Malformed) as refusal:
        form.check({**values, "current_address": "青岛市市南区太平路1号"}, now=NOW)
    assert [finding.where for finding in refusal.value.findings] == ["/current_address"]


@pytest.mark.parametrize("seed", range(12))
def test_made_up_families_fit_whichever_of_the_two_is_given(seed):
    form, casefile = _form("huji", "apply")
    for given in ({}, {"applicant_id": "11010519491231002X"}, {"host_id": _with_check_digit(CHILD)}):
        drawn = samples.answers(form, casefile, random.Random(seed), NOW, FILE, given)
        assert drawn.items() >= given.items()


def test_a_recusal_that_is_accepted_names_who_withdraws():
    form, _ = _form("xk_general", "decide_recusal")
    assert form.check({"recusal_accepted": False}, now=NOW)
    with pytest.raises(Malformed) as refusal:
        form.check({"recusal_accepted": True}, now=NOW)
    assert "登录名" in refusal.value.findings[0].sentence
