"""Results and refusals come in the language of whoever sits at the terminal; data for programs do not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bare_procedure import PHOTO
from hypothesis import given
from hypothesis import strategies as st

from web.cli import main
from web.cli.helping import columns, wrapped

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


def explained(group: Any = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in getattr(group, "commands", {}).items():
        yield from explained(command, (*path, name))


def test_every_command_explains_itself_in_chinese_within_the_terminals_width(banjie: Any) -> None:
    for words in explained():
        told = banjie(*words, "--help", env=CHINESE)

        lines = told.out.splitlines()
        assert (told.status, lines[0].startswith("用法：banjie")) == (0, True)
        assert re.search("[\u4e00-\u9fff]", lines[2])
        assert not re.search(r"\b(Options|Commands|default|required|Show|the)\b", told.out), words
        assert max(map(columns, lines)) <= 80


WRONG = [
    ("replay --nonsense", "没有选项“--nonsense”。"),
    ("replya", "没有命令“replya”。"),
    ("people nobody", "没有命令“nobody”。"),
    ("claim one two", "“CASE_ID”的值不对：“one”不是有效的 integer"),
    ("serve --port 99999999", "“--port”的值不对：99999999 不在 1<=x<=65535 之内"),
    ("export --format x --out y", "“--format”的值不对：“x”不是其中之一："),
    ("lint nowhere", "“PATH”的值不对：路径“nowhere”不存在"),
    ("simulate HJ-LH-0004", "缺少选项“--unit”。"),
    ("claim 1", "缺少参数“KEY”。"),
]


def test_what_is_typed_wrongly_is_told_in_chinese(banjie: Any) -> None:
    for words, wrong in WRONG:
        told = banjie(*words.split(), env=CHINESE)

        assert (told.status, told.out) == (2, "")
        assert told.err.splitlines()[-1].startswith(f"错误：{wrong}")
        assert banjie("--language", "en", *words.split(), env=CHINESE).err.startswith("Usage: banjie")


@given(st.text(alphabet="ab 汉字，。（）", max_size=200), st.integers(4, 30))
def test_wrapping_loses_no_sign_and_begins_no_line_with_a_closing_one(text: str, width: int) -> None:
    lines = wrapped(text, width)

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(line == line.rstrip() for line in lines)
