"""Timers: dates, durations and cycles; frozen when armed unless they follow a period of the law."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from diagrams import diagram

from engine.bpmn.happenings import DueArmed, DueDisarmed
from engine.bpmn.stimuli import Fire
from engine.bpmn.trial import Trial
from engine.errors import Conflict
from engine.feel import HostFunction


def _wait(definition: str) -> bytes:
    return diagram(
        f"""
        <startEvent id="s"/>
        <intermediateCatchEvent id="t"><timerEventDefinition>{definition}</timerEventDefinition>
        </intermediateCatchEvent><endEvent id="e"/>
        s -> t
        t -> e
        """
    )


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("<timeDuration>PT90M</timeDuration>", "2026-03-02T02:30:00.000Z"),
        ("<timeDuration>P1D</timeDuration>", "2026-03-03T01:00:00.000Z"),
        ("<timeDuration>P1M</timeDuration>", "2026-04-02T01:00:00.000Z"),
        ("<timeDate>2026-05-01</timeDate>", "2026-04-30T16:00:00.000Z"),
        ("<timeDate>2026-05-01T08:30:00</timeDate>", "2026-05-01T00:30:00.000Z"),
        ("<timeDate>2026-05-01T08:30:00Z</timeDate>", "2026-05-01T08:30:00.000Z"),
        ("<timeDate>2026-05-01T08:30:00+09:00</timeDate>", "2026-04-30T23:30:00.000Z"),
        ("<timeDate>=date(2026, 5, 1)</timeDate>", "2026-04-30T16:00:00.000Z"),
        (
            "<timeDate>=date and time(filed) + duration(&quot;P2D&quot;)</timeDate>",
            "2026-01-03T09:00:00.000Z",
        ),
        ("<timeDuration>=duration(&quot;PT2H&quot;) * 3</timeDuration>", "2026-03-02T07:00:00.000Z"),
        ("<timeDuration>=wait</timeDuration>", "2026-03-02T01:00:30.000Z"),
        ("<timeCycle>R3/PT10S</timeCycle>", "2026-03-02T01:00:10.000Z"),
        ("<timeDate>=now + duration(&quot;PT1H&quot;)</timeDate>", "2026-03-02T02:00:00.000Z"),
    ],
)
def test_every_way_to_write_a_moment_gives_the_same_kind_of_due_moment(text: str, due: str) -> None:
    trial = Trial(_wait(text)).start(filed="2026-01-01T09:00:00Z", wait="PT30S")
    assert trial.due() == [(due, "t")]


def test_a_month_after_the_end_of_january_is_the_end_of_february() -> None:
    moment = datetime(2026, 1, 31, 1, 0, tzinfo=UTC)
    trial = Trial(_wait("<timeDuration>P1M</timeDuration>"), moment=moment).start()
    assert trial.due() == [("2026-02-28T01:00:00.000Z", "t")]


def test_it_fires_when_the_host_says_so_and_the_trial_says_so_at_its_moment() -> None:
    trial = Trial(_wait("<timeDuration>PT1H</timeDuration>")).start()
    trial.move(timedelta(minutes=59))
    assert not trial.ended
    trial.move(timedelta(minutes=1))
    assert trial.ended
    assert isinstance(trial.happenings[-1].data(), dict)
    assert [one.instance for one in trial.happenings if isinstance(one, DueDisarmed)] == [3]


def test_a_timer_that_is_not_armed_cannot_fire() -> None:
    trial = Trial(_wait("<timeDuration>PT1H</timeDuration>")).start()
    with pytest.raises(Conflict):
        trial.push(Fire(instance=99))


@pytest.mark.parametrize(
    "text", ["=5", "=null", "=&quot;tomorrow&quot;", "R0/PT1H", "=&quot;P&quot;", "2026-13-01"]
)
def test_what_is_no_moment_is_an_incident_that_can_be_retried(text: str) -> None:
    trial = Trial(_wait(f"<timeDate>{text}</timeDate>")).start()
    (incident,) = trial.waiting("incident")
    assert incident.element == "t"
    assert incident.name is not None
    assert "timer of 't'" in incident.name


def test_a_timer_armed_once_does_not_move_when_variables_change() -> None:
    trial = Trial(_wait("<timeDuration>=wait</timeDuration>")).start(wait="PT1H")
    trial.set(wait="PT9H")
    assert trial.due() == [("2026-03-02T02:00:00.000Z", "t")]


def test_a_timer_that_speaks_of_a_period_moves_with_it() -> None:
    ledger = {"due": "2026-03-10T00:00:00Z"}
    period = HostFunction("period", ("id",), lambda identifier: dict(ledger))
    trial = Trial(_wait('<timeDate>=period("xk.decision").due</timeDate>'), names={"period": period}).start()
    (armed,) = [one for one in trial.happenings if isinstance(one, DueArmed)]
    assert (armed.at, armed.moves) == ("2026-03-10T00:00:00.000Z", True)
    ledger["due"] = "2026-03-20T00:00:00Z"
    happened = trial.set(anything=1)
    assert [one.at for one in happened if isinstance(one, DueArmed)] == ["2026-03-20T00:00:00.000Z"]
    assert trial.due() == [("2026-03-20T00:00:00.000Z", "t")]
    assert not [one for one in trial.set(anything=2) if isinstance(one, DueArmed)]


def test_while_the_period_has_no_due_date_the_timer_waits_unarmed() -> None:
    ledger: dict[str, object] = {"due": "2026-03-10T00:00:00Z"}
    period = HostFunction("period", ("id",), lambda identifier: dict(ledger))
    trial = Trial(_wait('<timeDate>=period("xk.decision").due</timeDate>'), names={"period": period}).start()
    ledger["due"] = None
    happened = trial.set(hearing=True)
    assert [type(one).__name__ for one in happened] == ["VariableSet", "DueDisarmed"]
    assert trial.due() == []
    ledger["due"] = "2026-04-01T00:00:00Z"
    trial.set(hearing=False)
    assert trial.due() == [("2026-04-01T00:00:00.000Z", "t")]
    trial.move(timedelta(days=60))
    assert trial.ended


def test_missed_rounds_of_a_cycle_are_made_up_one_by_one() -> None:
    data = diagram(
        """
        <startEvent id="s"/><userTask id="u"/>
        <boundaryEvent id="edge" attachedToRef="u" cancelActivity="false"><timerEventDefinition>
          <timeCycle>R4/2026-03-02T01:00:00Z/PT1H</timeCycle></timerEventDefinition></boundaryEvent>
        <task id="tick"/><endEvent id="e"/>
        s -> u
        u -> e
        edge -> tick
        """
    )
    trial = Trial(data).start()
    trial.context.moment = datetime(2026, 3, 2, 3, 30, tzinfo=UTC)
    while trial.due() and trial.due()[0][0] <= "2026-03-02T03:30":
        trial.push(Fire(instance=trial.waiting("timer")[0].instance))
    assert trial.done == ["tick"] * 3
    assert trial.due() == [("2026-03-02T04:00:00.000Z", "edge")]


def test_a_cycle_with_an_end_stops_there() -> None:
    data = _wait("<timeCycle>R/PT1H/2026-03-02T03:30:00Z</timeCycle>")
    assert Trial(data).start().due() == [("2026-03-02T02:00:00.000Z", "t")]


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("0 0 9-17 * * MON-FRI", "2026-03-02T02:00", "2026-03-02T03:00"),
        ("0 30 8 * * MON-FRI", "2026-03-03T00:30", "2026-03-04T00:30"),
        ("0 0 12 * * FRI-SUN", "2026-03-06T04:00", "2026-03-07T04:00"),
        ("0 */20 * * * *", "2026-03-02T01:20", "2026-03-02T01:40"),
        ("15,45 0 0 1 JAN,JUL ?", "2026-06-30T16:00:15", "2026-06-30T16:00:45"),
        ("0 0 0 29 2 *", "2028-02-28T16:00", "2032-02-28T16:00"),
        ("@monthly", "2026-03-31T16:00", "2026-04-30T16:00"),
        ('="0 0 9 * * 7"', "2026-03-08T01:00", "2026-03-15T01:00"),
    ],
)
def test_a_cron_expression_is_a_cycle_in_the_zone_of_the_authority(
    text: str, first: str, second: str
) -> None:
    data = diagram(
        f"""
        <startEvent id="s"/><userTask id="u"/><boundaryEvent id="b" attachedToRef="u" cancelActivity="false">
        <timerEventDefinition><timeCycle>{text}</timeCycle></timerEventDefinition></boundaryEvent>
        <task id="remind"/><endEvent id="e"/>
        s -> u
        u -> e
        b -> remind
        """
    )
    trial = Trial(data).start()
    ((at, _),) = trial.due()
    assert at.startswith(first)
    trial.context.moment = datetime.fromisoformat(at)
    trial.push(Fire(instance=trial.waiting("timer")[0].instance))
    ((at, _),) = trial.due()
    assert at.startswith(second)


@pytest.mark.parametrize(
    "text", ["0 0 25 * * *", "0 0 0 31 2 *", "* * * * MOON *", "0 0 0 ? * 5-2", "? * * * * *"]
)
def test_a_cron_expression_that_means_no_moment_is_an_incident(text: str) -> None:
    trial = Trial(_wait(f"<timeCycle>=&quot;{text}&quot;</timeCycle>")).start()
    assert trial.open("incident") == ["t"]
