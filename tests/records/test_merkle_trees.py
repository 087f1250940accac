"""Trees are those of RFC 6962, 2.1, as its recursive definition has them; a path proves a leaf, unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audit.opened import root_by
from engine.records import hashing
from engine.records.merkle import Tree

ALGORITHMS = [name for name in hashing.KNOWN if hashing.available(name)]
texts = st.text(st.characters(codec="utf-8"), max_size=6)
trees = st.lists(texts, min_size=1, max_size=70, unique=True)


def split(number: int) -> int:
    """The largest power of two smaller than a number of leaves."""
    power = 1
    while power * 2 < number:
        power *= 2
    return power


def root_of(leaves: Sequence[str], name: str = "sha256") -> bytes:
    """MTH of the standard, word for word."""
    if not leaves:
        return hashlib.new(name, b"").digest()
    if len(leaves) == 1:
        return hashlib.new(name, b"\x00" + leaves[0].encode()).digest()
    k = split(len(leaves))
    return hashlib.new(name, b"\x01" + root_of(leaves[:k], name) + root_of(leaves[k:], name)).digest()


def path_of(place: int, leaves: Sequence[str], name: str) -> list[str]:
    """PATH of the standard, word for word."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if place < k:
        return [*path_of(place, leaves[:k], name), root_of(leaves[k:], name).hex()]
    return [*path_of(place - k, leaves[k:], name), root_of(leaves[:k], name).hex()]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 7])
@pytest.mark.parametrize("name", ALGORITHMS)
def test_the_root_is_the_one_of_the_standard(number: int, name: str) -> None:
    leaves = [f"leaf {n}" for n in range(number)]

    assert Tree(name, leaves).root == root_of(leaves, name).hex()


def test_the_root_of_no_leaves_is_the_hash_of_nothing() -> None:
    assert Tree().root == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@settings(max_examples=30, deadline=None)
@given(leaves=trees, name=st.sampled_from(ALGORITHMS))
def test_every_leaf_is_proven_by_the_path_of_the_standard(leaves: list[str], name: str) -> None:
    tree = Tree(name, leaves)

    assert tree.root == root_of(leaves, name).hex()
    for place, leaf in enumerate(leaves):
        path = tree.path(place)
        assert path == path_of(place, leaves, name)
        assert root_by(name, leaf, place, len(leaves), path) == tree.root


@settings(max_examples=30, deadline=None)
@given(
    leaves=trees,
    changes=st.lists(st.tuples(st.integers(0, 90), texts), max_size=8),
    name=st.sampled_from(ALGORITHMS),
)
def test_a_tree_that_grows_and_changes_is_the_tree_of_what_it_came_to(
    leaves: list[str], changes: list[tuple[int, str]], name: str
) -> None:
    tree, now = Tree(name), list[str]()
    for start in range(0, len(leaves), 7):
        put = dict(enumerate(leaves[start : start + 7], start))
        now += leaves[start : start + 7]
        for place, text in changes:
            if place < len(now):
                put[place] = now[place] = text
        tree.put(put)
        assert tree.root == root_of(now, name).hex()

    assert [tree.path(n) for n in range(len(now))] == [path_of(n, now, name) for n in range(len(now))]


@settings(max_examples=60, deadline=None)
@given(leaves=trees, name=st.sampled_from(ALGORITHMS), data=st.data())
def test_a_proof_with_anything_changed_does_not_lead_to_the_root(
    leaves: list[str], name: str, data: st.DataObject
) -> None:
    tree = Tree(name, leaves)
    place = data.draw(st.integers(0, len(leaves) - 1))
    path = tree.path(place)
    for other in range(-1, len(leaves) + 1):
        assert leads(tree, leaves[place], other, path) == (other == place)
    assert not leads(tree, leaves[place] + "x", place, path)
    assert not leads(tree, leaves[place], place, [*path, "0" * 64])
    for at, node in enumerate(path):
        digit = data.draw(st.integers(0, 63))
        byte = data.draw(st.sampled_from("0123456789abcdefABCDEF g"))
        changed = node[:digit] + byte + node[digit + 1 :]
        assert leads(tree, leaves[place], place, [*path[:at], changed, *path[at + 1 :]]) == (changed == node)
        assert not leads(tree, leaves[place], place, path[:at])


def leads(tree: Tree, leaf: str, place: int, path: list[str]) -> bool:
    try:
        return root_by(tree.algorithm, leaf, place, len(tree), path) == tree.root
    except ValueError:
        return False
