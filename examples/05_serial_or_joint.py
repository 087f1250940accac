"""Story 5: one after the other, or together? A project's fourteen approvals, run both ways.

Run by a newcomer, `python examples/05_serial_or_joint.py`, and by the tests. One table
(`joint_approval/approvals.csv`) says which authority decides what, what has to be there before, and between
how many working days it takes; the figures are assumptions, there to be changed. From one seed each project
draws its own working times, and the same times drive both diagrams (`serial.bpmn`, `joint.bpmn`) through the
real runtime under a virtual clock and the real calendar. Nothing else differs: the result is what follows.
"""

from __future__ import annotations

import csv
import random
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import mean
from typing import Any

from engine.bpmn.marking import Marking
from engine.casework import commands
from engine.casework.state import CaseState
from engine.clock import read_moment
from engine.definitions.bundles import Bundle
from engine.periods import Calendar
from timers.bench import Bench
from timers.laboratory import Laboratory

HERE = Path(__file__).with_name("joint_approval")
FIRST_DAY, SEED, PROJECTS, LEAD = date(2025, 1, 6), 2011, 4, "city.sp"
ITEM = """
[[item]]
code = "{name}"
procedure = "{name}"
units = ["city.sp"]
promised = ""
period = ""
[item.name]
zh = "{name}"
en = "{name}"
"""


@dataclass(frozen=True)
class Approval:
    """One row of the table; `days` are drawn for a project."""

    code: str
    unit: str
    name: str
    after: tuple[str, ...]
    intake: int
    least: int
    most: int

    def as_data(self) -> dict[str, Any]:
        """What the diagrams read of it."""
        return {"code": self.code, "unit": self.unit, "name": self.name, "after": list(self.after)}


def table() -> list[Approval]:
    """The published table."""
    with (HERE / "approvals.csv").open(encoding="utf-8") as lines:
        return [
            Approval(
                row["code"],
                row["unit"],
                row["name"],
                tuple(row["after"].split()),
                *(int(row[name]) for name in ("intake", "least", "most")),
            )
            for row in csv.DictReader(lines)
        ]


def drawn(approvals: Sequence[Approval], project: int) -> dict[str, int]:
    """The working days each approval takes in a project: the same for both runs."""
    rng = random.Random(f"{SEED}:{project}")
    return {one.code: rng.randint(one.least, one.most) for one in approvals}


def bench() -> Bench:
    """Laboratories in which the two diagrams are deployed, with an item for each."""
    drawings = [
        Bundle("package", name, {f"{name}.bpmn": (HERE / f"{name}.bpmn").read_bytes()})
        for name in ("serial", "joint")
    ]
    items = {f"{one.name}.toml": ITEM.format(name=one.name).encode() for one in drawings}
    return Bench(drafts=[*drawings, Bundle("catalogue", "catalogue", items)])


def run(
    city: Laboratory, how: str, approvals: Sequence[Approval], days: Mapping[str, int], cards: Counter[str]
) -> int:
    """Run one project; gives the working days from its application to its end, and counts its cards."""
    calendar, begun = calendar_of(city), city.today
    given = {"approvals": [one.as_data() for one in approvals], "finished": [], "applicant_name": "某公司"}
    receive = commands.Receive(item=how, unit=LEAD, channel="window", variables=given)
    window = city.someone({"role": "window", "unit": LEAD, "candidates": {}})
    case_id = city.runtime.handle(receive, window).case_id
    intake = {one.code: one.intake for one in approvals}
    while (case := city.case(case_id)).open:
        ready = {key: done_on(city, case, key, calendar, days, intake) for key in case.items}
        key = min(ready, key=lambda one: (ready[one], one))
        city.at(max(ready[key], city.today), 15)
        complete(city, case, key)
    assert case.closed_at
    cards.update(f"{how} {card['rule']}" for card in case.cards)
    return calendar.working_days_between(begun, calendar.local_date(read_moment(case.closed_at)))


def calendar_of(city: Laboratory) -> Calendar:
    """The real calendar."""
    with city.runtime.store.reading() as connection:
        city.runtime.shelf.refresh(connection)
        return city.runtime.calendar(connection)


def done_on(
    city: Laboratory,
    case: CaseState,
    key: int,
    calendar: Calendar,
    days: Mapping[str, int],
    intake: Mapping[str, int],
) -> date:
    """The day on which an open work item will be done."""
    item = case.items[key]
    approval = sees(city, case, item["scope"]).get("approval")
    if approval is None:  # one intake for all of them is as long as the longest
        takes = max(intake.values())
    else:
        takes = (days if item["element"] == "approve" else intake)[approval["code"]]
    return calendar.add_working_days(offered(city, item), takes)


def offered(city: Laboratory, item: Mapping[str, Any]) -> date:
    """The local day on which a work item came up."""
    return read_moment(item["offered_at"]).astimezone(city.runtime.settings.zone).date()


def sees(city: Laboratory, case: CaseState, scope: int) -> dict[str, Any]:
    """The variables an element sees, inner scopes before outer ones."""
    with city.runtime.store.reading() as connection:
        marking = Marking.load(city.runtime.load(connection, case.case_id).marking.encode())
    found: dict[str, Any] = {}
    for one in reversed(case.chain(scope)):
        found.update(marking.variables(one))
    return found


def complete(city: Laboratory, case: CaseState, key: int) -> None:
    """Somebody of the unit claims and completes a work item."""
    item = case.items[key]
    seen = {"role": item["role"], "unit": item["unit"], "candidates": {}}
    actor = city.someone(seen)
    city.runtime.handle(commands.Claim(case_id=case.case_id, key=key), actor)
    city.runtime.handle(commands.Complete(case_id=case.case_id, key=key), actor)


def picture(figures: Mapping[str, Sequence[int]]) -> str:
    """Both runs of every project as bars, in SVG."""
    most = max(figures["serial"])
    rows = []
    for place, (serial, joint) in enumerate(zip(figures["serial"], figures["joint"], strict=True)):
        top = 56 + place * 52
        rows.append(f'<text x="16" y="{top + 25}">{place + 1}</text>')
        for offset, days, ink in ((0, serial, "#5f6f74"), (20, joint, "#0f4a4f")):
            length = days * 520 // most
            rows.append(f'<rect x="44" y="{top + offset}" width="{length}" height="17" fill="{ink}"/>')
            rows.append(f'<text x="{length + 52}" y="{top + offset + 14}">{days}</text>')
    height = 72 + len(figures["serial"]) * 52
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 {height}" role="img" '
            'font-family="sans-serif" font-size="14">',
            "<title>Working days from application to end, one after the other and together</title>",
            f'<rect width="640" height="{height}" fill="#ffffff"/>',
            '<rect x="44" y="18" width="17" height="17" fill="#5f6f74"/>',
            '<text x="68" y="32">逐项审批 one after the other</text>',
            '<rect x="300" y="18" width="17" height="17" fill="#0f4a4f"/>',
            '<text x="324" y="32">联合审批 together</text>',
            *rows,
            "</svg>\n",
        ]
    )


def main() -> None:
    """Tell the story; with the name of a file, draw it there too."""
    approvals = table()
    print(f"{len(approvals)} approvals, {PROJECTS} projects, seed {SEED}; working days from start to end\n")
    print(f"   {'project':>7} {'serial':>7} {'joint':>7}   joint / serial")
    figures: dict[str, list[int]] = {"serial": [], "joint": []}
    cards: Counter[str] = Counter()
    with bench() as made:
        for project in range(1, PROJECTS + 1):
            days = drawn(approvals, project)
            for how, told in figures.items():
                with made.laboratory(FIRST_DAY, SEED) as city:
                    told.append(run(city, how, approvals, days, cards))
            line(str(project), figures["serial"][-1], figures["joint"][-1])
    print()
    line("mean", *(round(mean(figures[how])) for how in ("serial", "joint")))
    print("\n   cards: " + ", ".join(f"{name} {number}" for name, number in sorted(cards.items())))
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(picture(figures), encoding="utf-8")


def line(name: str, serial: int, joint: int) -> None:
    """One line of the table."""
    print(f"   {name:>7} {serial:>7} {joint:>7}   {joint * 100 // serial} %")


if __name__ == "__main__":
    main()
