"""Story 4: a year in a minute. Twelve made-up cases live through 2026, with people who dawdle and err.

Run by a newcomer, `python examples/04_a_year_in_a_minute.py`, and by the tests. The clerks and citizens
are drawn from a seed, so the year is the same every time; every fourth case is left lying for a month. The
rules are those that ship, and nobody bends them.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from datetime import date

from engine import audit
from engine.errors import BanjieError
from engine.records import journal
from timers import simulation
from timers.laboratory import Laboratory, of_its_own

YEAR, SEED = 2026, 12
LEFT_LYING = 4  # the first of every four cases waits a month before anybody touches it
PLACES = (("HJ-LH-0004", "shinan.ga.zs"), ("XK-SR-0035", "shinan.cg"))
ANSWERS = {
    "HJ-LH-0004": {"review_outcome": "complete"},
    "XK-SR-0035": {
        "applicant_type": "person",
        "review_outcome": "ok",
        "can_decide_now": False,
        "needed_steps": ["inspection"],
    },
}
NAMES = {"HJ-LH-0004": "落户（投靠子女）", "XK-SR-0035": "大型户外广告设置许可"}


def month_of(city: Laboratory, month: int, made: list[int]) -> None:
    """One month: an application arrives, then everybody works as chance has it."""
    city.at(date(YEAR, month, 8))
    item, unit = PLACES[month % 2]
    try:
        made.append(city.receive(item, unit, ANSWERS[item], channel="window").case_id)
    except BanjieError as refusal:
        print(f"   not taken: {refusal.sentence}")
    lying = made[-1] if len(made) % LEFT_LYING == 1 else None
    worked_on = [case_id for case_id in made if case_id != lying and city.case(case_id).open]
    city.run(worked_on, date(YEAR, month, monthrange(YEAR, month)[1]))
    cards = sum(len(city.case(case_id).cards) for case_id in made)
    closed = sum(not city.case(case_id).open for case_id in made)
    print(f"   {YEAR}-{month:02d}  received {len(made):2}   concluded {closed:2}   cards so far {cards:3}")


def tally(city: Laboratory, made: list[int]) -> None:
    """Cards by rule and level, outcomes, and how many clocks were kept."""
    report = simulation.report(city, made)
    cards: Counter[tuple[str, str]] = Counter()
    for case_id in made:
        cards.update((card["rule"], card["level"]) for card in city.case(case_id).cards)
    print(f"   clocks stopped in time {report.in_time}, too late {report.late}")
    print("   outcomes: " + ", ".join(f"{name} {n}" for name, n in sorted(report.outcomes.items())))
    print("\n   rule   level   cards")
    for (rule, level), number in sorted(cards.items()):
        print(f"   {rule:6} {level:7} {number:5}")


def prove(city: Laboratory, made: list[int]) -> None:
    """Verify and replay every case of the year."""
    runtime = city.runtime
    alike = holding = events = 0
    with runtime.store.reading() as connection:
        for case_id in made:
            entries = list(journal.read(connection, journal.case_stream(case_id)))
            verdict = audit.replay(connection, runtime.shelf, runtime.settings, entries)
            row = runtime.load(connection, case_id)
            checks = audit.verify_case(connection, case_id, row._mapping)
            alike, events = alike + verdict.conforms, events + verdict.events
            holding += all(check.holds for check in checks)
    print(f"   {holding} of {len(made)} cases verify; {alike} of {len(made)} replay, {events} events alike")


def main() -> None:
    """Tell the story."""
    with of_its_own(date(YEAR, 1, 5), seed=SEED) as city:
        tell(city)


def tell(city: Laboratory) -> None:
    """What happens, month by month, and what is left of it."""
    print(f"1. The year {YEAR}, month by month: {'、'.join(NAMES.values())}.\n")
    made: list[int] = []
    for month in range(1, 13):
        month_of(city, month, made)

    print("\n2. What electronic supervision (电子监察) wrote down.\n")
    tally(city, made)

    print("\n3. And all of it can be proven.\n")
    prove(city, made)


if __name__ == "__main__":
    main()
