"""The demo city: a small organisation and some twenty cases in different states, two of them overdue.

Called by `banjie serve --demo` when the database holds no case yet. The cases are lived through the
real runtime under a virtual clock that ends at the present moment, so everything a newcomer looks at —
journal, due dates, cards — came about as it would in an office.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from engine.casework import founding
from engine.casework.runtime import Runtime
from engine.clock import VirtualClock
from engine.definitions import deployment
from engine.errors import BanjieError
from engine.organisation.model import Actor
from engine.records.tables import case as case_table
from timers.laboratory import Laboratory

PASSWORD = "banjie-demo"  # noqa: S105 - printed at every start of the demo city
SEED = 2012

LICENCE, HOUSEHOLD = "XK-SR-0035", "HJ-LH-0004"

# Role → a login of the demo city who has it.
LOGINS = (
    ("窗口 window", "wangli"),
    ("承办人 handler", "zhangwei"),
    ("科室负责人 section head", "chenjing"),
    ("机关负责人 head of organ", "zhaoguodong"),
    ("户籍内勤 registrar", "lihua"),
    ("监督员 supervisor", "qinzheng"),
    ("审计员 auditor", "yinhe"),
    ("流程设计 designer", "shenlan"),
    ("运维 operator", "weigang"),
)


@dataclass(frozen=True)
class Story:
    """One case of the demo city: received so many days ago, then so many steps (None: until it ends)."""

    item: str
    unit: str
    days_ago: int
    steps: int | None


STORIES = (
    Story(HOUSEHOLD, "shinan.ga.zs", 75, None),
    Story(LICENCE, "shinan.cg", 70, None),
    Story(HOUSEHOLD, "laoshan.ga.sz", 62, None),
    Story(LICENCE, "laoshan.cg", 60, None),
    Story(HOUSEHOLD, "shinan.ga.zs", 55, 3),  # left lying: overdue
    Story(LICENCE, "shinan.cg", 52, 2),  # left lying: overdue
    Story(HOUSEHOLD, "laoshan.ga.sz", 45, None),
    Story(LICENCE, "shinan.cg", 40, None),
    Story(HOUSEHOLD, "shinan.ga.zs", 20, 5),
    Story(LICENCE, "laoshan.cg", 16, 4),
    Story(HOUSEHOLD, "shinan.ga.zs", 13, 4),
    Story(LICENCE, "shinan.cg", 12, 3),
    Story(HOUSEHOLD, "laoshan.ga.sz", 10, 3),
    Story(LICENCE, "shinan.cg", 9, 3),
    Story(HOUSEHOLD, "shinan.ga.zs", 8, 2),
    Story(LICENCE, "laoshan.cg", 6, 2),
    Story(HOUSEHOLD, "shinan.ga.zs", 4, 2),
    Story(LICENCE, "shinan.cg", 4, 1),
    Story(LICENCE, "shinan.cg", 2, 0),
    Story(HOUSEHOLD, "shinan.ga.zs", 1, 0),
    Story(LICENCE, "laoshan.cg", 1, 0),
)


def load(runtime: Runtime, say: Callable[[str], None] = lambda text: None) -> tuple[tuple[str, str], ...]:
    """Bring the demo city to life in an empty database; gives a login for every role."""
    founding.found(runtime, say)
    if not runtime.directory.persons():
        founding.import_people(
            runtime, deployment.shipped_organisation(), Actor.system(), initial_password=PASSWORD
        )
    with runtime.store.reading() as connection:
        cases = connection.execute(select(func.count()).select_from(case_table)).scalar_one()
    if not cases:
        live(runtime, say)
    return LOGINS


def live(runtime: Runtime, say: Callable[[str], None]) -> list[int]:
    """Live through the stories, day by day, up to the present moment; gives the case ids."""
    now = runtime.clock.now()
    clock = VirtualClock(now - timedelta(days=STORIES[0].days_ago))
    past = Runtime(runtime.store, clock, runtime.settings, runtime.directory)
    laboratory = Laboratory(past, clock, SEED)
    today = now.astimezone(runtime.settings.zone).date()
    running: list[tuple[int, Story, int]] = []
    made: list[int] = []
    for day in range(STORIES[0].days_ago, -1, -1):
        date_ = today - timedelta(days=day)
        if not _is_working(past, date_):
            continue
        if day == 0:
            break
        laboratory.at(date_, 9.5)
        running = [_act(laboratory, case_id, story, done) for case_id, story, done in running]
        for story in (s for s in STORIES if s.item and _first_working(past, today, s) == date_):
            case_id = _receive(laboratory, story, say)
            if case_id is not None:
                made.append(case_id)
                running.append((case_id, story, 0))
                say(f"{len(made)} of {len(STORIES)} cases of the demo city")
    laboratory.move(now)
    return made


def _receive(laboratory: Laboratory, story: Story, say: Callable[[str], None]) -> int | None:
    try:
        channel = "window" if laboratory.rng.random() < 0.5 else "online"
        return laboratory.receive(story.item, story.unit, {}, channel=channel).case_id
    except BanjieError as refusal:
        say(refusal.sentence)
        return None


def _act(laboratory: Laboratory, case_id: int, story: Story, done: int) -> tuple[int, Story, int]:
    """A day's work on a case: one step, sometimes none."""
    works = (story.steps is None or done < story.steps) and laboratory.rng.random() < 0.8
    return case_id, story, done + (works and laboratory.advance(case_id))


def _is_working(runtime: Runtime, day: date) -> bool:
    with runtime.store.reading() as connection:
        runtime.shelf.refresh(connection)
        return runtime.calendar(connection).is_working(day)


def _first_working(runtime: Runtime, today: date, story: Story) -> date:
    day = today - timedelta(days=story.days_ago)
    while not _is_working(runtime, day):
        day += timedelta(days=1)
    return day
