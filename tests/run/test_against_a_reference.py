"""Differential fuzzing: random nested models against the interpreter of blocks, step by step.

Between all steps the marking is written and read again (the trial does it), and what the happenings alone
tell must agree with it.
"""

from __future__ import annotations

import random

import pytest
from block_models import NAMES, Drawing, Maker, Path, Reference
from diagrams import diagram
from happening_ledger import Ledger
from twin import Twin

from engine.bpmn import read
from engine.bpmn.marking import Marking
from engine.bpmn.stimuli import CompleteItem, Correlate, ThrowError
from engine.bpmn.trial import Trial

STEPS = 60
Open = dict[int, tuple[str, Path]]


def _path(marking: Marking, scope: int) -> Path:
    """Which instances of repeated activities a scope is in, outermost first."""
    counters = [marking.variables(one).get("loopCounter") for one in marking.scope_chain(scope)]
    return tuple(int(one) for one in reversed(counters) if one is not None)


def _open(trial: Trial, kind: str) -> Open:
    marking = trial.marking
    assert marking is not None
    found = {}
    for one in trial.waiting(kind):
        name = one.element.removesuffix("_edge").removesuffix("_hs")
        found[one.instance] = (name, _path(marking, one.scope))
    return found


def _play(seed: int) -> None:
    model = Maker(seed).model()
    drawing = Drawing(model)
    roots = "".join(f'<message id="m_{name}" name="m_{name}"/>' for name in drawing.messages)
    definition = read(diagram(drawing.xml, roots=roots))
    chance = random.Random(seed * 7 + 1)
    values = {name: chance.randrange(8) for name in NAMES}
    ledger = Ledger()
    trial, reference = Twin(definition, watch=ledger.take).start(**values), Reference(model, values)
    for step in range(STEPS):
        tasks, messages = _open(trial, "item"), _open(trial, "message")
        where = f"seed {seed}, step {step}"
        assert not trial.waiting("incident"), where
        assert sorted(tasks.values()) == reference.offered(), where
        assert sorted(messages.values()) == reference.messages(), where
        assert trial.ended == reference.ended, where
        ledger.agrees(trial)
        if trial.ended:
            return
        if messages and (not tasks or chance.random() < 0.2):
            instance = chance.choice(sorted(messages))
            name, path = messages[instance]
            trial.push(Correlate(name=f"m_{name}", instance=instance))
            reference.happen((name, path))
            continue
        instance = chance.choice(sorted(tasks))
        if chance.random() < 0.15 and reference.catches(tasks[instance]):
            trial.push(ThrowError(instance=instance, code="E"))
            reference.throw(tasks[instance])
        else:
            written = {name: chance.randrange(8) for name in NAMES if chance.random() < 0.5}
            trial.push(CompleteItem(instance=instance, variables=written))
            reference.complete(tasks[instance], written)


@pytest.mark.parametrize("start", range(0, 300, 30))
def test_random_models_run_as_the_reference_says(start: int) -> None:
    for seed in range(start, start + 30):
        _play(seed)


@pytest.mark.nightly
@pytest.mark.parametrize("start", range(1000, 6000, 100))
def test_five_thousand_random_models_run_as_the_reference_says(start: int) -> None:
    for seed in range(start, start + 100):
        _play(seed)
