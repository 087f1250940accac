"""A reduced net allows what the whole one allowed, and nothing else: both play each other's traces."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import bpmn
from engine.audit import petri
from engine.audit.reduction import Net, Transition, reduced

SHIPPED = ("sp_service", "sp_special", "letter_handling", "xk_revoke", "cf_simple")


def whole_net(name: str, monkeypatch: pytest.MonkeyPatch) -> Net:
    """The net as it is drawn, before anything is left out."""
    monkeypatch.setattr(petri, "reduced", lambda net: net)
    text = (Path("processes") / name / f"{name}.bpmn").read_bytes()
    return petri.net_of(bpmn.read(text), name)


def able(net: Net, marking: Counter[str]) -> list[Transition]:
    return [one for one in net.transitions if not Counter(one.takes) - marking]


def after(one: Transition, marking: Counter[str]) -> Counter[str]:
    return marking - Counter(one.takes) + Counter(one.gives)


def played(net: Net, rng: random.Random) -> Iterator[tuple[str, ...]]:
    """Traces from the start to the end that chance finds."""
    for _ in range(40):
        marking, trace = Counter([net.start]), list[str]()
        for _ in range(150):
            choices = able(net, marking)
            if not choices:
                break
            one = rng.choice(choices)
            marking = after(one, marking)
            trace += [one.label] if one.label else []
        if marking == Counter([net.end]):
            yield tuple(trace)


def allows(net: Net, trace: tuple[str, ...]) -> bool:
    """Whether the net can play the trace: every marking that may be reached is followed, sign by sign."""
    now = silently(net, {frozenset(Counter([net.start]).items())})
    for label in trace:
        now = {
            frozenset(after(one, Counter(dict(marking))).items())
            for marking in now
            for one in able(net, Counter(dict(marking)))
            if one.label == label
        }
        now = silently(net, now)
    return frozenset({(net.end, 1)}) in now


Markings = set[frozenset[tuple[str, int]]]


def silently(net: Net, markings: Markings) -> Markings:
    seen, todo = set(markings), list(markings)
    while todo and len(seen) < 3_000:
        marking = Counter(dict(todo.pop()))
        for one in able(net, marking):
            following = frozenset(after(one, marking).items())
            if one.label is None and following not in seen and sum(after(one, marking).values()) < 12:
                seen.add(following)
                todo.append(following)
    return seen


@pytest.mark.parametrize("name", SHIPPED)
def test_a_reduced_net_plays_what_the_whole_one_plays_and_the_other_way_round(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = whole_net(name, monkeypatch)
    small = reduced(whole)
    rng = random.Random(7)

    assert small.labels == whole.labels
    assert len(small.transitions) < len(whole.transitions)
    for net, other in ((whole, small), (small, whole)):
        traces = [one for one in sorted(set(played(net, rng)), key=len) if len(set(one)) == len(one)][:4]
        assert [trace for trace in traces if not allows(other, trace)] == []


def test_reducing_twice_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    once = reduced(whole_net("huji", monkeypatch))

    assert reduced(once) == once


def net_of(*steps: tuple[str | None, str, str]) -> Net:
    """A net of steps (label, places taken from, places given to), places written as one sign each."""
    made = [
        Transition(f"t{n}", label, tuple(takes), tuple(gives))
        for n, (label, takes, gives) in enumerate(steps)
    ]
    return Net("n", sorted({p for one in made for p in (*one.takes, *one.gives)}), made, "s", "e")


def test_a_silent_step_between_two_tasks_is_left_out() -> None:
    small = reduced(net_of(("a", "s", "p"), (None, "p", "q"), ("b", "q", "e")))

    assert sorted(one.label or "" for one in small.transitions) == ["a", "b"]
    assert allows(small, ("a", "b"))
    assert not allows(small, ("b",))


def test_a_choice_that_a_silent_step_makes_is_kept() -> None:
    """After x only b may follow: leaving the step out would let c follow too."""
    net = net_of(("x", "s", "p"), (None, "p", "q"), ("c", "p", "e"), ("d", "s", "q"), ("b", "q", "e"))
    small = reduced(net)

    assert allows(small, ("x", "c"))
    assert allows(small, ("x", "b"))
    assert not allows(small, ("d", "c"))


def test_what_a_drain_takes_away_is_still_taken_away() -> None:
    """An interruption (i) puts a token on d, which empties p and q; then the end may come."""
    net = net_of(
        ("a", "s", "p"),
        (None, "p", "q"),
        ("b", "q", "e"),
        ("i", "s", "pd"),
        (None, "dp", "d"),
        (None, "dq", "d"),
        (None, "d", "e"),
    )
    small = reduced(net)

    assert allows(net, ("i",))
    assert allows(small, ("i",))
    assert allows(small, ("a", "b"))
    assert len(small.transitions) < len(net.transitions)
