"""Diagrams drawn without sense, pushed without sense: the run stays consistent, whatever is asked of it.

No reference tells what should happen here; what is checked is that nothing breaks: every push yields a
story the ledger can follow, the marking agrees with it and is read back, and a terminated case is over.
"""

from __future__ import annotations

import random

import pytest
from diagrams import diagram
from happening_ledger import Ledger
from twin import Twin
from wild_models import ROOTS, Wild

from engine.bpmn import case, read
from engine.bpmn.stimuli import (
    CompleteItem,
    CompleteJob,
    Correlate,
    FailJob,
    Fire,
    Retry,
    Stimulus,
    ThrowError,
)
from engine.bpmn.trial import Trial

PUSHES = 25


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A diagram that goes in circles shall not take long to say so."""
    monkeypatch.setattr(case, "STEP_LIMIT", 150)


def _push(trial: Trial, chance: random.Random) -> Stimulus | None:
    waiting = trial.waiting()
    if not waiting:
        return None
    one = chance.choice(waiting)
    values = {"x": chance.randrange(10)} if chance.random() < 0.5 else {}
    instance = one.instance
    if one.kind == "item":
        return chance.choice(
            [
                CompleteItem(instance=instance, variables=values),
                CompleteItem(instance=instance, variables=values),
                ThrowError(instance=instance, code=chance.choice("EFG"), variables=values),
            ]
        )
    if one.kind == "job":
        return chance.choice(
            [CompleteJob(instance=instance, variables=values), FailJob(instance=instance, sentence="no")]
        )
    if one.kind == "message":
        return Correlate(name="m", instance=instance, variables=values)
    if one.kind == "timer":
        return Fire(instance=instance)
    if one.kind == "incident":
        return Retry(instance=instance, variables={"x": 4, "y": None, "missing": 1})
    return None


def _live(seed: int) -> None:
    definition = read(diagram(Wild(seed).xml, roots=ROOTS))
    chance = random.Random(seed)
    ledger = Ledger()
    trial = Twin(definition, watch=ledger.take).start(x=chance.randrange(10))
    for _ in range(PUSHES):
        ledger.agrees(trial)
        if trial.ended:
            return
        assert trial.marking is not None
        assert trial.marking.tokens(), f"seed {seed}: open, but nothing is left"
        stimulus = _push(trial, chance)
        if stimulus is not None:
            trial.push(stimulus)
        elif "signal" in {one.kind for one in trial.waiting()}:
            trial.signal("sig")
        elif trial.waiting("conditional"):
            trial.set(x=chance.randrange(10))
        if len(trial.marking.tokens()) > 25:
            break
    if not trial.ended:
        trial.terminate()
        ledger.agrees(trial)
    assert trial.ended


@pytest.mark.parametrize("start", range(0, 200, 20))
def test_no_diagram_and_no_push_breaks_the_run(start: int) -> None:
    for seed in range(start, start + 20):
        _live(seed)


@pytest.mark.nightly
@pytest.mark.parametrize("start", range(1000, 4000, 100))
def test_thousands_of_diagrams_do_not_break_the_run(start: int) -> None:
    for seed in range(start, start + 100):
        _live(seed)
