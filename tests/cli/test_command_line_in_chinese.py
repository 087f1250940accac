"""Results and refusals come in the language of whoever sits at the terminal; data for programs do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bare_procedure import PHOTO

CHINESE = {"BANJIE_LANGUAGE": "", "LC_ALL": "zh_CN.UTF-8"}


def test_a_terminal_in_chinese_is_answered_in_chinese(banjie: Any) -> None:
    told = banjie("replay", "no such case", env=CHINESE)

    assert (told.status, told.err.splitlines()[-1]) == (1, "没有案件no such case")


def test_the_option_goes_before_the_terminal(banjie: Any) -> None:
    told = banjie("--language", "en", "replay", "no such case", env=CHINESE)

    assert told.err.splitlines()[-1] == "There is no case no such case"


@pytest.mark.parametrize("locale", ["C.UTF-8", "de_DE.UTF-8", ""])
def test_a_terminal_in_a_language_we_do_not_speak_is_answered_in_english(banjie: Any, locale: str) -> None:
    told = banjie("worklist", by="weigang", env={"BANJIE_LANGUAGE": "", "LC_ALL": locale, "LANG": locale})

    assert told.out == "nothing waits\n"


def test_findings_and_results_are_told_in_chinese(banjie: Any) -> None:
    Path("broken.bpmn").write_bytes(PHOTO.replace(b'"look"', b'"gone"', 1))
    told = banjie("lint", "broken.bpmn", env=CHINESE)

    assert told.status == 1
    assert "Expected" not in told.out
    assert all("：" in line for line in told.out.splitlines())
    assert banjie("worklist", by="weigang", env=CHINESE).out == "没有待办\n"


def test_a_wrong_password_is_refused_in_chinese(banjie: Any) -> None:
    told = banjie("worklist", env=CHINESE | {"BANJIE_LOGIN": "wangli", "BANJIE_PASSWORD": "something else"})

    assert (told.status, told.err.splitlines()[-1]) == (1, "登录名或密码不正确")


def test_what_a_program_reads_is_the_same_in_every_language(banjie: Any) -> None:
    broken = Path("broken.bpmn")
    broken.write_bytes(PHOTO.replace(b'"look"', b'"gone"', 1))

    assert (
        banjie("lint", "--json", "broken.bpmn").out
        == banjie("lint", "--json", "broken.bpmn", env=CHINESE).out
    )
    assert banjie("definitions").out == banjie("definitions", env=CHINESE).out
