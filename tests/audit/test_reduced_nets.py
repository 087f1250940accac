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
from engine.audit.resets import expanded, lying_on

SHIPPED = ("sp_service", "sp_special", "letter_handling", "xk_revoke", "cf_simple")


def whole_net(name: str, monkeypatch: pytest.MonkeyPatch) -> Net:
    """The net as it is drawn, transitions that clear places in it, before anything is left out."""
    for step in ("reduced", "expanded"):
        monkeypatch.setattr(petri, step, lambda net: net)
    text = (Path("processes") / name / f"{name}.bpmn").read_bytes()
    return petri.net_of(bpmn.read(text), name)


def able(net: Net, marking: Counter[str]) -> list[Transition]:
    return [one for one in net.transitions if not Counter(one.takes) - marking]


def after(one: Transition, marking: Counter[str]) -> Counter[str]:
    left = marking - Counter(one.takes)
    kept = Counter({place: n for place, n in left.items() if place not in one.clears})
    return kept + Counter(one.gives)


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


def silent(net: Net) -> int:
    return sum(one.label is None for one in net.transitions)


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
    small = reduced(expanded(reduced(whole)))
    rng = random.Random(7)

    assert small.labels == whole.labels
    assert silent(small) < silent(whole)
    assert not any(one.clears for one in small.transitions)
    for net, other in ((whole, small), (small, whole)):
        traces = [one for one in sorted(set(played(net, rng)), key=len) if len(set(one)) == len(one)][:4]
        assert [trace for trace in traces if not allows(other, trace)] == []


def test_reducing_twice_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    once = reduced(expanded(reduced(whole_net("huji", monkeypatch))))

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


def clearing(label: str, takes: str, gives: str, clears: str) -> Transition:
    return Transition(label, label, tuple(takes), tuple(gives), frozenset(clears))


def test_what_an_interruption_clears_is_taken_in_the_same_step() -> None:
    """An interruption (i) stops a and b, which run side by side, wherever they are."""
    net = net_of(("x", "s", "hpq"), ("a", "p", "r"), ("b", "q", "t"), ("y", "hrt", "e"), ("z", "d", "e"))
    net.transitions.append(clearing("i", "h", "d", "pqrt"))
    plain = expanded(net)

    for trace in ("xaby", "xbay", "xiz", "xaiz", "xbiz", "xabiz"):
        assert allows(plain, tuple(trace)), trace
    for trace in ("xiaz", "xaibz", "xiy", "xabi"):
        assert not allows(plain, tuple(trace)), trace
    assert silent(plain) == 0


def test_places_that_are_not_cleared_alike_are_not_fused() -> None:
    """After i, q is empty and p is not: the silent step between them cannot be left out."""
    net = net_of(("x", "s", "hp"), (None, "p", "q"), ("b", "q", "r"), ("y", "hr", "e"), ("c", "pd", "e"))
    net.transitions.append(clearing("i", "h", "d", "q"))
    small = reduced(expanded(reduced(net)))

    assert allows(small, ("x", "i", "c"))
    assert allows(small, ("x", "b", "y"))
    assert not allows(small, ("x", "i", "b"))


def test_what_may_run_any_number_of_times_is_swept_when_the_process_is_over() -> None:
    """n begins something beside (a, then b) as often as anybody likes; i ends all of it."""
    net = net_of(("x", "s", "h"), ("n", "h", "hp"), ("a", "hp", "hq"), ("b", "hq", "h"), ("y", "h", "e"))
    net.transitions.append(clearing("i", "h", "e", "pq"))
    net.many.update("pq")
    plain = reduced(expanded(net))

    for trace in ("xy", "xnaby", "xnnaabby", "xnni", "xnnai", "xi"):
        assert allows(plain, tuple(trace)), trace
    for trace in ("xny", "xnia", "xai"):
        assert not allows(plain, tuple(trace)), trace


def test_a_region_that_holds_any_number_of_tokens_is_not_counted() -> None:
    net = net_of(("x", "s", "hp"), ("a", "p", "pp"), ("y", "hp", "e"))

    assert lying_on(net, frozenset("p")) is None
    assert lying_on(net, frozenset("h")) == {frozenset(), frozenset({("h", 1)})}
