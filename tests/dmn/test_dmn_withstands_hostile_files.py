"""Whatever is handed in as a model, a cell, a fact or a sheet ends with a value or a sentence, soon."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from dmn_texts import decision, definitions, input_data, knowledge_model, literal, table
from hypothesis import given, settings
from hypothesis import strategies as st

import processes
from engine import dmn
from engine.dmn import catalogue, report
from engine.errors import BanjieError

_FOLDER = Path(processes.__file__).parent / "penalties"
_MODELS = [path.read_bytes() for path in sorted(_FOLDER.glob("*.dmn"))]
_PIECES = [
    *(
        "-",
        "true",
        "null",
        "?",
        "not(",
        ")",
        "[1..",
        "..",
        ",",
        '"',
        "<",
        ">= 1",
        "date(",
        "@",
        "{",
        "}",
        "1e9",
    ),
    *(
        "for i in 1..99 return i",
        "some x in ",
        "function(x) x",
        "count(?)",
        "matches(?, ",
        '"(a+)+$"',
        "item",
    ),
    *(
        "instance of",
        "车行道",
        "999999999999999999999999999999999999999",
        "P1D",
        "\u0000",
        "]]>",
        "&amp;",
        "\n",
    ),
]
_TEXT = st.lists(st.sampled_from(_PIECES), max_size=6).map(" ".join)
_VALUE: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.decimals(allow_nan=False, places=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def used(data: bytes, facts: dict[str, Any], *, strict: bool = True) -> None:
    """Read, prove, evaluate and export a model; only refusals of the product's own family are let through."""
    try:
        model = dmn.read(data, strict=strict)
    except BanjieError:
        return
    for name in {each.id for each in model.decisions.values()}:
        for act in (
            lambda name=name: dmn.prove(model, name),
            lambda name=name: dmn.evaluate(model, name, facts),
        ):
            with suppress(BanjieError):
                act()
    catalogue.export_sheet([model])


@given(st.sampled_from(_MODELS), st.data())
@settings(max_examples=80)
def test_a_damaged_file_is_read_or_refused(data: bytes, draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(data) - 1))
    end = draw.draw(st.integers(at, min(len(data), at + 40)))
    used(data[:at] + draw.draw(st.binary(max_size=12)) + data[end:], {})


@given(st.sampled_from(_MODELS), _TEXT, st.integers(0, 200), st.dictionaries(st.text(max_size=8), _VALUE))
@settings(max_examples=60)
def test_any_text_may_stand_in_any_place_of_a_file(
    data: bytes, text: str, place: int, facts: dict[str, Any]
) -> None:
    pieces = data.decode().split("<text>")
    at = 1 + place % (len(pieces) - 1)
    rest = pieces[at].partition("</text>")[2]
    shown = text.replace("&", "&amp;").replace("<", "&lt;").replace("\x00", "")
    pieces[at] = f"{shown}</text>{rest}"
    hostile = "<text>".join(pieces).encode()
    used(hostile, facts)
    used(hostile, facts, strict=False)


@given(
    st.lists(st.tuples(_TEXT, _TEXT, _TEXT), min_size=1, max_size=4),
    st.sampled_from(["UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"]),
    _VALUE,
)
@settings(max_examples=100)
def test_any_cells_make_a_table_or_a_refusal(rows: list[tuple[str, ...]], policy: str, value: Any) -> None:
    text = "\n".join(" | ".join(c.replace("\n", " ").replace("\x00", "") or "-" for c in row) for row in rows)
    drawn = table(["n", "count(n)"], ["out"], text, policy=policy, values={"out": "1, 2"})
    named = {"banjie.band": "[0..9]", "banjie.gravity": "n; count(n) desc", "banjie.item": "x"}
    data = definitions(input_data("n"), decision("D", drawn, inputs=["n"], properties=named))
    used(data, {"n": value}, strict=False)


@given(st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=60)
def test_any_property_is_read_or_told(band: str, gravity: str) -> None:
    clean = [text.encode("utf-8", "ignore").decode() for text in (band, gravity)]
    clean = ["".join(c for c in text if c.isprintable()) for text in clean]
    drawn = table(["n"], ["out"], "< 5 | 1\n>= 5 | 2")
    named = {"banjie.band": clean[0], "banjie.gravity": clean[1], "banjie.valid_from": clean[1]}
    data = definitions(input_data("n", "number"), decision("D", drawn, inputs=["n"], properties=named))
    used(data, {"n": 3})
    with suppress(BanjieError):
        dmn.versions([dmn.read(data)], "D")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"<definitions/>",
        b"<a>" * 5000,
        b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><d>&b;</d>',
        b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><d/>',
        b"<definitions>" + b"<decision/>" * 600_000 + b"</definitions>",
        b"x" * 6_000_000,
    ],
)
def test_a_file_that_is_no_model_is_refused_soon(data: bytes) -> None:
    began = time.process_time()
    with pytest.raises(BanjieError):
        dmn.read(data)
    assert time.process_time() - began < 20


def test_a_proof_of_a_hostile_table_ends_within_its_limits() -> None:
    columns = [f"c{n}" for n in range(12)]
    rows = "\n".join(
        " | ".join([*(f"[{n % (place + 2)}..{n % (place + 2) + 3})" for place in range(12)), str(n)])
        for n in range(60)
    )
    logic = table(columns, ["out"], rows)
    data = definitions(*(input_data(c, "number") for c in columns), decision("D", logic, inputs=columns))
    began = time.process_time()
    findings = dmn.prove(dmn.read(data), "D")
    assert findings
    assert time.process_time() - began < 60


def test_a_chain_and_a_circle_of_decisions_end() -> None:
    chain = [decision("d0", literal("1"))]
    chain += [decision(f"d{n}", literal(f"d{n - 1} + 1"), decisions=[f"d{n - 1}"]) for n in range(1, 1500)]
    assert dmn.evaluate(dmn.read(definitions(*chain)), "d1499", {}).value == 1500
    with pytest.raises(BanjieError):
        dmn.read(
            definitions(
                decision("a", literal("b"), decisions=["b"]), decision("b", literal("a"), decisions=["a"])
            )
        )


@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda tail: b"PK\x03\x04" + tail))
@settings(max_examples=100)
def test_any_bytes_are_a_sheet_or_refused(data: bytes) -> None:
    with suppress(BanjieError):
        catalogue.import_sheet(catalogue.read_sheet(data))


@given(st.data())
@settings(max_examples=60)
def test_a_damaged_workbook_is_read_or_refused(draw: st.DataObject) -> None:
    data = bytearray(catalogue.write_xlsx([["违法行为", "情节", "处罚种类", "幅度"], ["a", "b", "c", "1"]]))
    for _ in range(draw.draw(st.integers(1, 6))):
        data[draw.draw(st.integers(2, len(data) - 1))] = draw.draw(st.integers(0, 255))
    with suppress(BanjieError):
        catalogue.read_sheet(bytes(data))


@given(st.dictionaries(st.text(max_size=4), st.binary(max_size=60), max_size=4))
@settings(max_examples=40)
def test_a_report_is_made_of_anything(files: dict[str, bytes]) -> None:
    made = report.prove_files(files)
    assert {found.file for found in made.findings} == set(files)
    assert len(made.rows()) == len(made.findings) + 1


@pytest.mark.parametrize(
    "logic",
    [
        literal("f(28)"),
        f'<every iteratorVariable="i"><in>{literal("[1..900000]")}</in>'
        f"<satisfies>{literal('i > 0')}</satisfies></every>",
        f'<for iteratorVariable="i"><in>{literal("[1..90000]")}</in><return>{literal("f(1)")}</return></for>',
    ],
)
def test_many_short_texts_are_stopped_like_one_long_one(logic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A knowledge model that calls itself twice takes 2²⁸ texts, each of them short."""
    monkeypatch.setattr("engine.dmn.logic.BUDGET", 50_000)
    twice = knowledge_model("f", {"n": "number"}, literal("if n = 0 then 1 else f(n - 1) + f(n - 1)"))
    outcome = dmn.evaluate(dmn.read(definitions(twice, decision("D", logic, knowledge=["f"]))), "D", {})
    assert outcome.value is None
    assert any("steps, but it goes on" in reason for reason in outcome.reasons)
