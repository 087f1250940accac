"""The marking: canonical, small, read back at any step, refused where it does not fit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from diagrams import diagram

from engine import canonical
from engine.bpmn import Marking, advance, read
from engine.bpmn.stimuli import CompleteItem, Start, Stimulus, Terminate
from engine.bpmn.trial import MONDAY, Trial, TrialContext
from engine.errors import Broken, Conflict, Malformed

BUSY = diagram(
    """
    <startEvent id="s"/><parallelGateway id="f"/>
    <subProcess id="sub"><multiInstanceLoopCharacteristics><extensionElements>
      <zeebe:loopCharacteristics inputCollection="=units" inputElement="unit" outputCollection="all"
        outputElement="=opinion"/></extensionElements></multiInstanceLoopCharacteristics>
      <startEvent id="is"/><userTask id="ask"/><endEvent id="ie"/>
      is -> ask
      ask -> ie
    </subProcess>
    <boundaryEvent id="late" attachedToRef="sub" cancelActivity="false"><timerEventDefinition>
      <timeCycle>R/P1D</timeCycle></timerEventDefinition></boundaryEvent>
    <userTask id="u"/><task id="remind"/><parallelGateway id="j"/><endEvent id="e"/>
    s -> f
    f -> sub
    f -> u
    late -> remind
    sub -> j
    u -> j
    j -> e
    """
)
FACTS = {"units": ["fire", "health"], "applicant": {"name": "李", "fee": 1}}


def _context(data: bytes) -> TrialContext:
    context = TrialContext(MONDAY, "Asia/Shanghai", {})
    definition = read(data)
    context.known[definition.digest] = definition
    return context


def test_it_is_canonical_json_and_equal_forms_are_equal_markings() -> None:
    marking = Trial(BUSY).start(**FACTS).marking
    assert marking is not None
    written = marking.dump()
    assert canonical.dumps(canonical.loads(written)).encode() == written
    assert Marking.load(written) == marking
    assert Marking.load(json.dumps(json.loads(written), indent=1)).digest == marking.digest
    assert {marking, Marking.load(written)} == {marking}


def test_continuing_from_what_was_read_gives_the_same_happenings_and_the_same_digest() -> None:
    definition, context = read(BUSY), _context(BUSY)
    run = advance(definition, None, Start(variables=FACTS), context)
    list(run)
    kept = run.marking
    while not kept.ended:
        instance = next(one.instance for one in kept.waiting() if one.kind == "item")
        stimulus = CompleteItem(instance=instance, variables={"opinion": "yes", "n": instance})
        results = []
        for marking in (kept, Marking.load(kept.dump())):
            run = advance(definition, marking, stimulus, context)
            results.append(([(one.type, one.data()) for one in run], run.marking.digest))
        assert results[0] == results[1]
        kept = run.marking


def _steps(data: bytes, *completed: dict[str, object], **facts: object) -> list[Marking]:
    """The markings of a run, live ones: after the start and after each completion of the oldest item."""
    definition, context = read(data), _context(data)
    run = advance(definition, None, Start(variables=facts), context)
    list(run)
    markings = [run.marking]
    for variables in completed:
        item = next(one.instance for one in markings[-1].waiting() if one.kind == "item")
        run = advance(definition, markings[-1], CompleteItem(instance=item, variables=variables), context)
        list(run)
        markings.append(run.marking)
    return markings


def test_an_expression_sees_the_keys_of_a_value_in_one_order_whether_it_was_read_back_or_not() -> None:
    data = diagram(
        """
        <startEvent id="s"/><userTask id="u"/><userTask id="v"/>
        <scriptTask id="w"><extensionElements><zeebe:script
          expression="=for e in get entries(fact) return e.key" resultVariable="keys"/></extensionElements>
        </scriptTask><userTask id="x"/>
        s -> u
        u -> v
        v -> w
        w -> x
        """
    )
    kept = _steps(data, {"fact": {"b": 1, "a": 2}})[-1]
    item = kept.waiting()[0].instance
    digests = set()
    for marking in (kept, Marking.load(kept.dump())):
        run = advance(read(data), marking, CompleteItem(instance=item), _context(data))
        list(run)
        digests.add(run.marking.digest)
        assert run.marking.variables(run.marking.root)["keys"] == ["a", "b"]
    assert len(digests) == 1


def test_any_older_marking_of_a_run_stays_as_it_was_and_can_be_gone_on_from() -> None:
    markings = _steps(BUSY, {"n": 1}, {"n": 2}, {"n": 3}, **FACTS)
    written = [Marking.of(one.plain).dump() for one in markings]
    for number, before in enumerate(markings[:-1], start=1):
        item = next(one.instance for one in before.waiting() if one.kind == "item")
        again = advance(
            read(BUSY), before, CompleteItem(instance=item, variables={"n": number}), _context(BUSY)
        )
        list(again)
        assert again.marking.dump() == written[number]
    assert [one.dump() for one in markings] == written


def test_a_run_that_is_not_followed_to_its_end_leaves_the_marking_whole() -> None:
    marking = _steps(BUSY, **FACTS)[0]
    item = next(one.instance for one in marking.waiting() if one.kind == "item")
    stimulus = CompleteItem(instance=item, variables={"n": 1})
    next(advance(read(BUSY), marking, stimulus, _context(BUSY)))
    digests = set()
    for one in (marking, Marking.load(marking.dump())):
        again = advance(read(BUSY), one, stimulus, _context(BUSY))
        list(again)
        digests.add(again.marking.digest)
    assert len(digests) == 1


def test_advancing_leaves_the_marking_it_began_from_as_it_was() -> None:
    definition, context = read(BUSY), _context(BUSY)
    run = advance(definition, None, Start(variables=FACTS), context)
    list(run)
    before, digest = run.marking, Marking.load(run.marking.dump()).digest
    fresh = Marking.of({**before.plain})  # with no written form kept
    for one in [one.instance for one in before.waiting() if one.kind == "item"]:
        again = advance(definition, fresh, CompleteItem(instance=one, variables={"opinion": 1}), context)
        list(again)
        assert Marking.of({**fresh.plain}).digest == digest
        assert again.marking.digest != digest


def test_it_tells_tokens_scopes_and_what_is_waited_for() -> None:
    marking = Trial(BUSY).start(**FACTS).marking
    assert marking is not None
    assert not marking.ended
    assert ("u", "started") in [(element, state) for _, element, _, state in marking.tokens()]
    kinds = [(one.element, one.kind) for one in marking.waiting()]
    assert sorted(kinds) == [("ask", "item"), ("ask", "item"), ("late", "timer"), ("u", "item")]
    assert marking.variables(marking.root) == FACTS


def test_it_holds_no_history_and_stays_under_two_kilobytes() -> None:
    trial = Trial(BUSY).start(**FACTS)
    trial.complete("ask", opinion="yes")
    trial.complete("ask", opinion="no")
    marking = trial.marking
    assert marking is not None
    assert len(marking.dump()) < 2048
    assert "ask" not in [element for _, element, _, _ in marking.tokens()]


def test_the_same_run_gives_the_same_digests_in_another_process_with_another_hash_seed(
    tmp_path: Path,
) -> None:
    script = tmp_path / "again.py"
    file = tmp_path / "busy.bpmn"
    file.write_bytes(BUSY)
    script.write_text(
        "import sys\n"
        "from engine.bpmn.trial import Trial\n"
        "trial = Trial(open(sys.argv[1], 'rb').read()).start(units=['fire', 'health'])\n"
        "print(trial.marking.digest)\n"
        "trial.complete('u', b=1, a=2)\n"
        "print(trial.marking.digest)\n"
    )
    root = str(Path(__file__).parents[2])
    outputs = {
        subprocess.run(
            [sys.executable, str(script), str(file)],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": root},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "77")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize("data", [b"", b"nothing", b"[1]", b'{"v":9}'])
def test_what_is_no_marking_is_refused(data: bytes) -> None:
    with pytest.raises((Malformed, Broken)):
        Marking.load(data)


def test_a_marking_of_another_definition_is_refused() -> None:
    marking = Trial(BUSY).start(**FACTS).marking
    other = BUSY.replace(b'"u"', b'"v"')
    with pytest.raises(Broken):
        advance(read(other), marking, Terminate(), _context(other))


def test_a_marking_that_was_tampered_with_is_broken_not_run() -> None:
    marking = Trial(BUSY).start(**FACTS).marking
    assert marking is not None
    plain = json.loads(marking.dump())
    plain["t"][1][2] = "nowhere"
    with pytest.raises(Broken):
        advance(read(BUSY), Marking.load(json.dumps(plain)), Terminate(), _context(BUSY))


@pytest.mark.parametrize("stimulus", [CompleteItem(instance=4), Terminate()])
def test_a_case_that_has_not_begun_waits_for_nothing(stimulus: Stimulus) -> None:
    with pytest.raises(Conflict):
        advance(read(BUSY), None, stimulus, _context(BUSY))


def test_a_case_that_is_over_takes_nothing_any_more() -> None:
    trial = Trial(BUSY).start(**FACTS)
    trial.terminate()
    assert trial.ended
    with pytest.raises(Conflict):
        trial.terminate()


def test_a_refused_stimulus_yields_nothing_and_changes_nothing() -> None:
    trial = Trial(BUSY).start(**FACTS)
    before, count = trial.marking, len(trial.happenings)
    for instance in (0, 1, 999):
        with pytest.raises(Conflict):
            trial.complete(instance)
    assert trial.marking == before
    assert len(trial.happenings) == count


def test_the_marking_is_told_only_when_the_run_was_followed_to_its_end() -> None:
    run = advance(read(BUSY), None, Start(variables=FACTS), _context(BUSY))
    next(run)
    with pytest.raises(Conflict):
        _ = run.marking
