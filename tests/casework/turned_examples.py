"""Example cases that take another turn: beginnings of what neither the examples nor chance come to.

Used by `test_a_thousand_lives.py` and the mining tests beside the examples that ship. Each says from which
example it turns, what is told there otherwise, and what is done instead of its end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from timers import examples
from timers.examples import Example

Steps = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Turn:
    """From which example (`package/file`), of which item, up to before which step; what is known of the case
    besides, what is `changed` of the answers given at an element, what the registers hold besides, and the
    steps that follow."""

    of: str
    until: str = ""
    item: str = ""
    known: Mapping[str, Any] = field(default_factory=dict)
    changed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    registers: Mapping[str, Any] = field(default_factory=dict)
    steps: str = ""

    def told(self, shipped: Mapping[str, Example]) -> Example:
        """The example with this turn."""
        example = shipped[self.of]
        given = dict(example.given)
        given["registers"] = {**given.get("registers", {}), **self.registers}
        given["item"] = self.item or given["item"]
        given["application"] = {**given.get("application", {}), **self.known}
        when = [self._changed(step) for step in self._kept(example.when)]
        when += [examples._step(step, self.of) for step in yaml.safe_load(self.steps) or []]
        return replace(example, where=f"{self.of}, turned", given=given, when=tuple(when))

    def _kept(self, steps: Steps) -> Steps:
        names = [step.get("complete") or step.get("message") or step.get("due") for step in steps]
        return steps[: names.index(self.until)] if self.until else steps

    def _changed(self, step: Mapping[str, Any]) -> Mapping[str, Any]:
        other = self.changed.get(step.get("complete") or step.get("message") or "")
        return {**step, "with": {**step.get("with", {}), **other}} if other else step


def turned(shipped: Sequence[Example]) -> tuple[Example, ...]:
    """Every turn, of the examples that ship."""
    by_name = {example.where: example for example in shipped}
    return tuple(turn.told(by_name) for turn in TURNS)


def _licence(state: str) -> dict[str, Any]:
    return {
        "kind": "大型户外广告设置许可",
        "item": "XK-SR-9035",
        "holder": "甲公司",
        "unit": "shinan.cg",
        "state": state,
        "valid_from": "2025-06-01",
        "valid_to": "2027-05-31",
    }


_AHEAD = {"item": "XK-SR-9035", "unit": "shinan.cg", "order": "2026-01-01", "state": "waiting"}
TURNS = (
    # One place is left, and somebody was accepted earlier: whoever is examined first waits.
    Turn(
        of="xk_general/limited_in_number.yaml",
        until="decide_full",
        registers={"licences": {"甲证": _licence("valid")}, "licence-queue": {"2026甲": _AHEAD}},
        steps="[{on: 2026-03-05, message: places_moved}, {on: 2026-03-06, message: places_moved}]",
    ),
    # One place is left, and nobody was accepted earlier.
    Turn(
        of="xk_general/limited_in_number.yaml",
        until="decide_full",
        registers={"licences": {"甲证": _licence("valid")}},
    ),
    # The third stage of a project is refused: whoever builds hears so, and may apply for it again.
    Turn(
        of="project_lifecycle/four_stages.yaml",
        until="申请施工许可",
        steps="""
        - {on: 2026-04-20, message: 申请施工许可, with: {licences: [construction.permit]}}
        - {on: 2026-04-21, complete: dept_check, unit: city.zj, with: {complete: true}}
        - {on: 2026-04-21, complete: collate, with: {review_outcome: ok}}
        - {on: 2026-04-21, complete: accept, with: {joint_visit_needed: false}}
        - {on: 2026-04-23, complete: opine, unit: city.zj, with: {opinion: agree}}
        - {on: 2026-04-24, complete: summarise}
        - on: 2026-04-27
          complete: decide
          unit: city.zj
          with: {outcome: refused, reasons: 施工图未经审查, remedies: 可以在六十日内申请行政复议}
        """,
    ),
    # An authority that enforces itself, at first on a Sunday.
    Turn(
        of="cf_general/court_enforcement.yaml",
        until="apply_court",
        item="CF-CG-9001",
        steps="""
        - on: 2026-08-03
          complete: decide_enforcement
          with: {enforce_on: 2026-08-09, enforce_time: "10:00"}
        - on: 2026-08-04
          complete: decide_enforcement
          with: {enforce_on: 2026-08-10, enforce_time: "10:00"}
        - {on: 2026-08-10, complete: record_execution, with: {execution_result: done, executed_amount: 30000}}
        """,
    ),
    # A warning on the spot: nothing is collected.
    Turn(
        of="cf_simple/cigarette_end_concluded.yaml",
        until="hand_over",
        changed={"write_decision": {"decided_amount": 0}},
        steps="[{on: 2026-03-10, complete: hand_over, with: {signed: true, collection_mode: bank}}]",
    ),
    # New facts at the party's statement.
    Turn(
        of="cf_simple/cigarette_end_concluded.yaml",
        until="write_decision",
        changed={"hear_party": {"new_facts": True}},
    ),
    # The legal review sends a case back to each of its parts.
    *(
        Turn(
            of="cf_general/major_case_discussed.yaml",
            until="discuss",
            changed={
                "legal_review": {"review_result": "return", "review_return_to": to, "review_text": "退回"}
            },
        )
        for to in ("investigation", "discretion", "inform")
    ),
    # The statement is rejected while a hearing may still be asked for.
    Turn(
        of="cf_general/hearing_asked_on_a_working_saturday.yaml",
        until="申请听证",
        steps="""
        - {on: 2026-04-30, message: 陈述申辩, with: {statement_text: 请从轻}}
        - on: 2026-04-30
          complete: review_statement
          with: {statement_result: rejected, statement_reason: 没有法定情节, new_facts: false}
        """,
    ),
    # A decision with other duties than to pay, and one with none at all.
    Turn(
        of="cf_general/statement_rejected_then_no_right_to_a_hearing.yaml",
        changed={"decide": {"decided_amount": 0, "other_duties": "清理现场"}},
        steps="""
        - {on: 2026-04-20, complete: choose_way, with: {service_way: in_person}}
        - {on: 2026-04-20, complete: serve_in_person, with: {delivered_on: 2026-04-20}}
        - {on: 2026-04-27, complete: confirm_performance, with: {performance_note: 已清理}}
        """,
    ),
    Turn(
        of="cf_general/statement_rejected_then_no_right_to_a_hearing.yaml",
        changed={"decide": {"decided_amount": 0}},
        steps="""
        - {on: 2026-04-20, complete: choose_way, with: {service_way: in_person}}
        - {on: 2026-04-20, complete: serve_in_person, with: {delivered_on: 2026-04-20}}
        """,
    ),
    # Not within the authority's competence: refused, served, and at an end.
    Turn(
        of="xk_renew/correction_lapses.yaml",
        until="notify_correction",
        changed={"review": {"review_outcome": "not_competent"}},
        steps="""
        - {on: 2026-03-03, complete: refuse_acceptance}
        - {on: 2026-03-04, complete: choose_way, with: {service_way: in_person}}
        - {on: 2026-03-04, complete: serve_in_person, with: {delivered_on: 2026-03-04}}
        """,
    ),
    # What was missing is supplied in time.
    Turn(
        of="xk_renew/correction_lapses.yaml",
        until="supply_lapsed",
        steps="[{on: 2026-03-05, message: supplied}]",
    ),
    # A licence that the register knows is renewed.
    Turn(
        of="xk_renew/renewed.yaml",
        registers={"licences": {"南城管许证字〔2025〕第0001号": {**_licence("valid"), "item": "XK-SR-0035"}}},
    ),
    # Renewed by law for want of a decision, to its end.
    Turn(
        of="xk_renew/deemed_renewed.yaml",
        steps="""
        - {on: 2026-04-08, complete: check_content, with: {disclosure: public}}
        - {on: 2026-04-09, complete: check_file}
        - {on: 2026-04-10, message: rated}
        """,
    ),
    # A decision that was published is reduced to just what was paid: published anew, and nothing is refunded.
    Turn(
        of="cf_remedy/varied.yaml",
        until="refund",
        known={"withdrawn_on": "2026-03-11"},
        changed={"check": {"paid_total": 20000, "late_fee": 0}},
        steps="[{on: 2026-03-16, complete: check_content, with: {disclosure: public}}]",
    ),
    # Facts that are not certain on the spot go the general way, however small.
    Turn(of="cf_simple/carriageway_becomes_general.yaml", changed={"inspect": {"facts_certain": False}}),
    # During the legal review a late request for a hearing proves to have been made in time.
    Turn(
        of="cf_general/major_case_discussed.yaml",
        until="legal_review",
        changed={"record_facts": {"prohibited": True, "area_m2": 30}},
        steps="""
        - {on: 2026-04-21, message: 申请听证, with: {requested_by: 法定代表人}}
        - on: 2026-04-21
          complete: check_late_reviewing
          with: {request_in_time: true, request_made_on: 2026-04-17}
        """,
    ),
    # A decision that is annulled before anything was paid.
    Turn(
        of="cf_general/annulled_on_reconsideration.yaml",
        steps="[{on: 2026-07-21, complete: withdraw_publication}]",
    ),
    # Enforcement ends because the thing is gone: the party is there to be served.
    Turn(
        of="cf_general/party_dissolved_while_the_fine_is_due.yaml",
        until="终结执行",
        steps="""
        - {on: 2026-04-10, message: 终结执行, with: {ending_ground: object_lost, ending_note: 标的灭失}}
        - {on: 2026-04-10, complete: approve_ending, with: {ending_approved: true}}
        - {on: 2026-04-13, complete: choose_way, with: {service_way: in_person}}
        - {on: 2026-04-13, complete: serve_in_person, with: {delivered_on: 2026-04-13}}
        """,
    ),
    # A letter that asks for a licence is told where to apply.
    Turn(of="letter/a_petition.yaml", changed={"classify": {"disposal": "licence", "guidance": "窗口申请"}}),
)
