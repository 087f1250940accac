"""A sentence put together by `said` is its English text and remembers its template and its places."""

from __future__ import annotations

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Conflict, Finding, Said, listed, said, sayable


def test_a_said_sentence_is_its_english_text() -> None:
    sentence = said("Expected {wanted} participants, but found {count!r}", wanted="two", count="3")
    assert sentence == "Expected two participants, but found '3'"
    assert json.dumps({"sentence": sentence}) == '{"sentence": "Expected two participants, but found \'3\'"}'


def test_template_and_places_are_kept_as_text() -> None:
    sentence = said("Expected {wanted} participants, but found {count!r}", wanted=2, count="3")
    assert sentence.template == "Expected {wanted} participants, but found {count!r}"
    assert sentence.places == {"wanted": "2", "count!r": "'3'"}


def test_a_part_of_a_sentence_that_was_said_stays_translatable() -> None:
    part = said("task '{name}'", name="A")
    place = said("Expected {what}, but found none", what=part).places["what"]
    assert isinstance(place, Said)
    assert place.template == "task '{name}'"


def test_an_error_named_in_a_sentence_keeps_what_it_said() -> None:
    error = Conflict(said("Expected version {number}, but somebody was faster", number=3))
    sentence = said("Expected the draft to be saved, but {error}", error=error)
    assert sentence == "Expected the draft to be saved, but Expected version 3, but somebody was faster"
    assert isinstance(sentence.places["error"], Said)


def test_a_list_keeps_its_pieces_and_its_separator() -> None:
    row = listed([said("task '{name}'", name="A"), "B"], " or ")
    assert row == "task 'A' or B"
    assert list(row.places.values()) == ["task 'A'", " or ", "B"]
    assert isinstance(row.places["0"], Said)
    assert isinstance(row.places["1"], Said)


def test_a_template_from_a_table_is_said_like_any_other() -> None:
    wanted = {"unique": sayable("Expected one rule, but rules {one} and {two} match")}
    assert said(wanted["unique"], one=1, two=2) == "Expected one rule, but rules 1 and 2 match"


def test_a_place_without_a_value_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        said("Expected {wanted}, but found none")


def test_a_finding_that_crosses_a_process_border_keeps_its_template() -> None:
    finding = Finding("A", said("Expected a name of {task}, but it has none", task=said("task {id}", id="A")))
    again = pickle.loads(pickle.dumps(finding)).sentence
    assert isinstance(again, Said)
    assert (again, again.template) == (finding.sentence, "Expected a name of {task}, but it has none")
    assert again.places["task"].template == "task {id}"


@given(st.text())
def test_whatever_stands_in_a_place_is_never_read_as_a_template(words: str) -> None:
    assert said("Expected one, but found {found}", found=words) == f"Expected one, but found {words}"
