"""The command as a person and a script meet it: help, output, status, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from bare_procedure import CATALOGUE, PHOTO

from web.cli import main


def commands(group: Any = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_explains_itself(banjie: Any, words: tuple[str, ...]) -> None:
    told = banjie(*words, "--help")

    assert told.status == 0
    assert told.out.startswith(f"Usage: banjie {' '.join(words)}")
    assert len(told.out.splitlines()) > 4


def test_a_command_typed_wrongly_ends_with_status_2(banjie: Any) -> None:
    assert banjie("nonsense").status == 2
    assert banjie("claim", "one", "two").status == 2
    assert banjie("simulate", "HJ-LH-0004").status == 2


def test_json_may_stand_before_or_after_the_command(banjie: Any) -> None:
    before, after = banjie("--json", "definitions"), banjie("definitions", "--json")

    assert before.data == after.data
    assert {"huji", "xk_general"} <= {row["name"] for row in after.data}


def test_a_refusal_is_a_sentence_and_status_1(banjie: Any) -> None:
    told = banjie("start", "HJ-LH-0004", "--unit", "shinan.ga.zs", "--set", "applicant_id=1", by="zhangwei")

    assert told.status == 1
    assert told.out == ""
    assert "Traceback" not in told.err
    assert "right to receive applications" in told.err


def test_a_refusal_in_json_says_the_same_with_its_findings(banjie: Any) -> None:
    told = banjie("lint", "--json", str(_written("broken.bpmn", PHOTO.replace(b'"look"', b'"gone"', 1))))
    assert told.status == 1
    assert all({"where", "sentence", "rule"} <= finding.keys() for finding in told.data)

    told = banjie("deploy", "broken.bpmn", "--json", by="shenlan")
    assert (told.status, told.data["error"]) == (1, "illegal-definition")
    assert told.data["findings"]


def test_a_wrong_password_or_no_right_opens_nothing(banjie: Any) -> None:
    _written("photo.bpmn", PHOTO)
    wrong = banjie("worklist", env={"BANJIE_LOGIN": "wangli", "BANJIE_PASSWORD": "guess"})
    assert wrong.status == 1
    assert wrong.err.splitlines()[-1] == "Expected a login and its password, but one of them is wrong"

    clerk = banjie("deploy", "photo.bpmn", by="wangli")
    assert clerk.status == 1
    assert "design procedures" in clerk.err


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("nonsense", "address"),
        ("mysql://x/y", "SQLite or PostgreSQL"),
        ("sqlite:////proc/no/b.db", "Expected"),
    ],
)
def test_a_database_that_cannot_be_is_a_sentence(banjie: Any, address: str, word: str) -> None:
    told = banjie("--database", address, "definitions")

    assert told.status == 1
    assert word in told.err
    assert "Traceback" not in told.err


def test_a_case_is_started_worked_and_read_by_a_script(banjie: Any) -> None:
    assert deployed(banjie)
    started = banjie(
        "start", "PHOTO-1", "--unit", "shinan.cg", "--set", "plate=鲁B12345", "--set", "fee=12.50", "--json",
        by="wangli",
    )  # fmt: skip
    assert started.status == 0
    case = str(started.data["case"])
    (waiting,) = started.data["waiting"]
    assert len(started.data["query_code"]) == 12

    (row,) = banjie("worklist", "--json", by="zhangwei").data
    assert (row["case_id"], row["key"], row["element"]) == (int(case), waiting["key"], "enter")
    key = str(row["key"])
    assert banjie("claim", case, key, by="zhangwei").status == 0
    assert banjie("claim", case, key, by="zhangwei").status == 1
    assert banjie("worklist", "--mine", "--json", by="wangli").data == []
    _written("answers.json", b'{"note": "done"}')
    done = banjie("complete", case, key, "--file", "answers.json", "--json", by="zhangwei")
    assert "WorkItemCompleted" in done.data["events"]
    shown = banjie("show", case, by="zhangwei")
    assert "照片比对" in shown.out
    refused = banjie("show", case, by="weigang")
    assert refused.status == 1
    assert banjie("show", "77", by="zhangwei").err.strip() == "There is no case 77"


def test_an_offered_item_is_claimed_on_the_way_and_faults_of_a_form_are_listed(banjie: Any) -> None:
    told = banjie("start", "XK-SR-0035", "--unit", "shinan.cg", "--set", "phone=1", by="wangli")
    assert told.status == 1
    assert "/phone" in told.err
    deployed(banjie)
    case = str(banjie("start", "PHOTO-1", "--unit", "shinan.cg", "--json", by="wangli").data["case"])
    key = str(banjie("worklist", "--json", by="zhangwei").data[0]["key"])
    assert banjie("complete", case, key, "--set", "nothing", by="zhangwei").err.startswith(
        "Expected NAME=VALUE"
    )
    assert banjie("complete", case, key, by="zhangwei").status == 0


def test_a_token_opens_the_same_doors_as_the_password(banjie: Any) -> None:
    secret = banjie("token", "zhangwei", "--note", "script", "--json").data["token"]

    assert banjie("worklist", "--json", env={"BANJIE_TOKEN": secret}).data == []
    assert banjie("worklist", env={"BANJIE_TOKEN": "bj_wrong"}).status == 1
    assert banjie("token", "nobody").status == 1
    assert banjie("token", "zhangwei", "--days", "0").status == 1


def test_what_is_due_is_done_once(banjie: Any) -> None:
    assert banjie("beat", "--json").data == {"done": 0}


def test_a_password_is_set_and_used(banjie: Any) -> None:
    assert banjie("people", "password", "liuyang", env={"BANJIE_NEW_PASSWORD": "short"}).status == 1
    assert banjie("people", "password", "liuyang", env={"BANJIE_NEW_PASSWORD": "long enough 1"}).status == 0
    assert banjie("worklist", "--json", by="liuyang").data == []


def deployed(banjie: Any) -> bool:
    _written("photo.bpmn", PHOTO)
    _written("catalogue/items.toml", CATALOGUE.encode())
    told = [
        banjie("deploy", "photo.bpmn", by="shenlan"),
        banjie("deploy", "catalogue", "--kind", "catalogue", by="shenlan"),
    ]
    assert [one.status for one in told] == [0, 0], told
    return True


def _written(name: str, data: bytes) -> Path:
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path
