"""Units and posts form one tree that definitions and decisions may rely on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import canonical
from engine.errors import Malformed, NotFound
from engine.organisation.model import Organisation, Post, Unit


def unit(code: str, parent: str = "", kind: str = "department") -> Unit:
    return Unit(code, parent, kind, f"{code}局", f"Bureau {code}", code.upper())


CITY = Organisation(
    (unit("city", kind="city"), unit("bureau", "city"), unit("office", "bureau", "office")),
    (Post("p1", "office", "岗", "Post", ("handler",)),),
)


def test_parents_run_from_the_nearest_to_the_root() -> None:
    assert CITY.parents("office") == ("bureau", "city")
    assert CITY.parents("city") == ()


def test_a_unit_is_within_itself_and_all_above_it_but_not_within_what_lies_below() -> None:
    assert CITY.within("office", "office")
    assert CITY.within("office", "city")
    assert not CITY.within("city", "office")


def test_the_context_of_a_unit_nests_its_parents_up_to_null() -> None:
    context = CITY.context("office")
    assert context["code"] == "office"
    assert (context["name"], context["name_en"], context["short"]) == ("office局", "Bureau office", "OFFICE")
    assert context["parent"]["parent"] == {
        "code": "city",
        "name": "city局",
        "name_en": "Bureau city",
        "kind": "city",
        "short": "CITY",
        "parent": None,
    }
    canonical.dumps(context)


@pytest.mark.parametrize("ask", ["parents", "context", "unit", "post", "reach"])
def test_an_unknown_code_is_not_found(ask: str) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        getattr(CITY, ask)("nowhere")


def test_asking_whether_something_lies_within_an_unknown_unit_is_refused() -> None:
    with pytest.raises(NotFound):
        CITY.within("office", "nowhere")
    with pytest.raises(NotFound):
        CITY.within("nowhere", "city")


def test_a_supervision_body_reaches_over_the_government_it_belongs_to_and_others_over_themselves() -> None:
    city = Organisation((unit("city", kind="city"), unit("sf", "city", "supervision")), ())
    assert city.reach("sf") == "city"
    assert city.reach("city") == "city"


def test_the_digest_does_not_depend_on_the_order_of_rows_and_changes_with_any_fact() -> None:
    turned = Organisation(tuple(reversed(CITY.units)), CITY.posts)
    assert turned.digest == CITY.digest
    assert turned == CITY
    renamed = Organisation((*CITY.units[:2], unit("office", "bureau", "department")), CITY.posts)
    assert renamed.digest != CITY.digest


def test_the_data_of_an_organisation_reads_back_as_the_same_organisation() -> None:
    data = canonical.loads(canonical.dumps(CITY.as_data()))
    assert Organisation.from_data(data) == CITY


@pytest.mark.parametrize(
    "data",
    [{}, {"units": [{"code": "x"}], "posts": []}, {"units": [], "posts": [{}]}, {"units": 1, "posts": []}],
)
def test_data_of_another_shape_is_malformed(data: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        Organisation.from_data(data)


def test_all_faults_of_a_tree_are_told_at_once() -> None:
    units = (unit("a", "b"), unit("b", "a"), unit("c", "nowhere"), unit("d"), unit("d"))
    with pytest.raises(Malformed) as refusal:
        Organisation(units, (Post("p", "gone", "岗", "Post", ("handler",)),))
    where = [finding.where for finding in refusal.value.findings]
    assert where == ["d/code", "a/parent", "b/parent", "c/parent", "p/unit"]


@st.composite
def trees(draw: st.DrawFn) -> Organisation:
    size = draw(st.integers(1, 12))
    parents = [""] + [f"u{draw(st.integers(0, index - 1))}" for index in range(1, size)]
    return Organisation(tuple(unit(f"u{index}", parent) for index, parent in enumerate(parents)), ())


@given(trees())
def test_within_agrees_with_parents_and_contexts_in_every_tree(tree: Organisation) -> None:
    for each in tree.units:
        above = tree.parents(each.code)
        assert [other.code for other in tree.units if tree.within(each.code, other.code)] == sorted(
            {each.code, *above}
        )
        context, seen = tree.context(each.code), []
        while context:
            seen.append(context["code"])
            context = context["parent"]
        assert tuple(seen) == (each.code, *above)
