"""The demo city: a small organisation and some twenty cases in different states, two of them overdue.

Called by `banjie serve --demo` when the database holds no case yet. The cases are lived through the
real runtime under a virtual clock that ends at the present moment, so everything a newcomer looks at —
journal, due dates, cards — came about as it would in an office.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select

from engine.casework import founding
from engine.casework.runtime import Runtime
from engine.clock import VirtualClock, moment_text
from engine.definitions import deployment
from engine.errors import BanjieError
from engine.organisation.model import Actor
from engine.records import seals
from engine.records.tables import case as case_table
from timers import officers, samples
from timers.laboratory import Laboratory

PASSWORD = "banjie-demo"  # noqa: S105 - printed at every start of the demo city
SEED = 2012
NIGHTS = 7  # of the last week whose patrols a newcomer finds in the book

LICENCE, HOUSEHOLD, JOINT = "XK-SR-0035", "HJ-LH-0004", "XK-LH-0001"
LETTER, PENALTY = "XX-XJ-0001", "CF-CG-0001"

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
    ("流程复核 reviewer", "chengxi"),
    ("运维 operator", "weigang"),
)


# What the people of a story answer wherever a form asks for it; all else is made up.
_LICENCE = {
    "applicant_type": "person",
    "review_outcome": "ok",
    "can_decide_now": False,
    "marked_major": False,
    "needed_steps": ["inspection"],
    "inspection_result": "conform",
    "examiner_opinion": "grant",
    "section_opinion": "agree",
    "legal_opinion": "agree",
    "outcome": "approved",
    "person_present": True,
    "reasons": "设置位置不符合户外广告设置规划，且未提供结构安全证明。",
    "remedies": "可以自收到决定书之日起六十日内申请行政复议，或者六个月内提起行政诉讼。",
}
_HOUSEHOLD = {
    "review_outcome": "complete",
    "relation_verified": "confirmed",
    "residence_verified": "confirmed",
    "station_agrees": "agree",
    "district_opinion": "agree",
    "outcome": "approved",
}
_JOINT = {
    "stage": "permit",
    "project_kind": "government",
    "licences": [f"permit.{part}" for part in ("project", "fire")],
    "e_service_consent": True,
    "e_address": "project@example.cn",
    "complete": True,
    "review_outcome": "ok",
    "joint_visit_needed": True,
    "opinion": "agree",
    "outcome": "approved",
}
_LETTER = {
    "title": "夜间施工扰民",
    "kind": "complain",
    "body": "工地夜间十一点以后仍在施工，噪声很大，附近居民无法休息，请处理。",
    "want_reply": True,
    "secret": False,
    "kind_checked": "complain",
    "disposal": "accept",
    "is_report": False,
    "state_secret": False,
    "defamatory": False,
    "lead_unit": "laoshan.cg",
    "assist_units": [],
    "sign_action": "sign",
    "draft_reply": "已责令施工单位停止夜间施工，并安排每晚巡查，感谢您的监督。",
    "approval": "agree",
    "reply": "已责令施工单位停止夜间施工，并安排每晚巡查，感谢您的监督。",
    "publish": False,
    "no_publish_ground": "privacy",
    "rating_level": 5,
}
_PENALTY = {
    "item_code": "advertising",
    "act_place": "太平路1号",
    "lead_source": "patrol",
    "party_type": "enterprise",
    "party_name": "琴岛广告有限公司",
    "party_id": "91350100M000100Y43",
    "e_service_consent": False,
    "officer1_cert": "鲁B370201",
    "officer2_cert": "鲁B370202",
    "check_finding": "open",
    "open_approved": True,
    "needed_steps": ["inspection"],
    "fact_finding": "established",
    "prohibited": True,
    "area_m2": 25,
    "major": False,
    "complex": False,
    "several_relations": False,
    "review_opinion": "agree",
    "review_result": "pass",
    "decision": "penalise",
    "reasons": "违法事实清楚，证据确凿。",
    "disclosure": "public",
    "person_present": True,
    "service_way": "in_person",
}


@dataclass(frozen=True)
class Story:
    """One case: received so many days ago, then so many acts (None: until it ends), with answers that
    differ from the usual ones.
    """

    item: str
    unit: str
    days_ago: int
    acts: int | None
    answers: Mapping[str, Any] = field(default_factory=dict)

    def given(self, rng: random.Random) -> dict[str, Any]:
        """The answers of this story's people."""
        usual = _USUAL[self.item]
        people = {
            "applicant_name": samples.name(rng),
            "applicant_id": samples.identity_number(rng, date(rng.randint(1946, 1960), 3, 9)),
            "host_name": samples.name(rng),
            "host_id": samples.identity_number(rng, date(rng.randint(1975, 1995), 8, 20)),
        }
        return {**usual, **people, **self.answers}


_USUAL: Mapping[str, Mapping[str, Any]] = {
    LICENCE: _LICENCE,
    HOUSEHOLD: _HOUSEHOLD,
    JOINT: _JOINT,
    LETTER: _LETTER,
    PENALTY: _PENALTY,
}
_ZS, _SZ, _SN, _LS = "shinan.ga.zs", "laoshan.ga.sz", "shinan.cg", "laoshan.cg"
_SP, _RX = "city.sp", "city.rx"
STORIES = (
    Story(HOUSEHOLD, _ZS, 75, None),
    Story(LICENCE, _SN, 70, None),
    Story(HOUSEHOLD, _SZ, 62, None, {"outcome": "refused"}),
    Story(LICENCE, _LS, 60, None, {"outcome": "refused", "examiner_opinion": "refuse"}),
    Story(HOUSEHOLD, _ZS, 55, 3),  # left lying at the station: overdue
    Story(LICENCE, _SN, 52, 2),  # left lying with the handler: overdue
    Story(PENALTY, _SN, 50, 12),
    Story(HOUSEHOLD, _SZ, 45, None),
    Story(JOINT, _SP, 44, None),
    Story(LICENCE, _SN, 42, None, {"needed_steps": ["inspection", "consultation"]}),
    Story(LICENCE, _LS, 38, None, {"review_outcome": "not_needed"}),
    Story(LETTER, _RX, 26, None),
    Story(HOUSEHOLD, _ZS, 24, 5),
    Story(LICENCE, _LS, 12, 5, {"needed_steps": ["special"], "special_kind": "专家评审"}),
    Story(LICENCE, _SN, 11, 4, {"needed_steps": ["hearing"]}),
    Story(PENALTY, _SN, 15, 5),
    Story(JOINT, _SP, 12, 7),
    Story(HOUSEHOLD, _ZS, 18, 4),
    Story(LICENCE, _SN, 16, 4),
    Story(HOUSEHOLD, _SZ, 14, 3),
    Story(LICENCE, _SN, 13, 3, {"needed_steps": ["inspection", "interested"]}),
    Story(HOUSEHOLD, _ZS, 11, 1, {"review_outcome": "incomplete"}),
    Story(LICENCE, _LS, 10, 2),
    Story(LICENCE, _SN, 9, 2, {"review_outcome": "incomplete"}),
    Story(HOUSEHOLD, _ZS, 5, 2),
    Story(LICENCE, _SN, 4, 1),
    Story(LETTER, _RX, 4, 2),
    Story(HOUSEHOLD, _SZ, 3, 0),
    Story(LICENCE, _SN, 2, 0),
    Story(LICENCE, _LS, 2, 0),
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
    if cases:
        officers.certify(runtime)
    else:
        live(runtime, say)
    return LOGINS


def live(runtime: Runtime, say: Callable[[str], None]) -> list[int]:
    """Live through the stories, day by day, up to the present moment; gives the case ids."""
    now = runtime.clock.now()
    clock = VirtualClock(now - timedelta(days=STORIES[0].days_ago))
    past = Runtime(runtime.store, clock, runtime.settings, runtime.directory)
    officers.certify(past)  # who shows a certificate in the first story has had it by then
    laboratory = Laboratory(past, clock, SEED)
    today = now.astimezone(runtime.settings.zone).date()
    running: list[tuple[int, Story, int]] = []
    made: list[int] = []
    for day in range(STORIES[0].days_ago, -1, -1):
        date_ = today - timedelta(days=day)
        if day < STORIES[0].days_ago:
            _night(laboratory, date_, now, patrolled=day < NIGHTS)
        if not _is_working(past, date_):
            continue
        if day == 0:
            break
        laboratory.at(date_, 9.5)
        running = [_act(laboratory, case_id, story, done) for case_id, story, done in running]
        for story in (s for s in STORIES if _first_working(past, today, s) == date_):
            case_id = _receive(laboratory, story, say)
            if case_id is not None:
                made.append(case_id)
                running.append((case_id, story, 0))
                say(f"{len(made)} of {len(STORIES)} cases of the demo city")
    laboratory.move(now)
    for problem, times in laboratory.problems.items():
        say(f"{times} × {problem}")
    return made


def _night(laboratory: Laboratory, day: date, now: datetime, *, patrolled: bool) -> None:
    """What the heartbeat of an installed system does by itself after midnight: the seal, then the patrol."""
    runtime = laboratory.runtime
    midnight = datetime.combine(day, time(), runtime.settings.zone).astimezone(UTC)
    laboratory.move(min(midnight + timedelta(minutes=5), now))
    with runtime.store.writing() as connection:
        seals.make(connection, moment_text(laboratory.clock.now()))
    if patrolled:
        laboratory.move(min(midnight + timedelta(hours=2), now))
        laboratory.heartbeat.patrol()


def _receive(laboratory: Laboratory, story: Story, say: Callable[[str], None]) -> int | None:
    try:
        channel = "window" if laboratory.rng.random() < 0.5 else "online"
        given = story.given(laboratory.rng)
        return laboratory.receive(story.item, story.unit, given, channel=channel).case_id
    except BanjieError as refusal:
        say(refusal.sentence)
        return None


def _act(laboratory: Laboratory, case_id: int, story: Story, done: int) -> tuple[int, Story, int]:
    """A day's work on a case: one step, sometimes none."""
    works = (story.acts is None or done < story.acts) and laboratory.rng.random() < 0.8
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
