"""The hours of authorities are refused where they name a unit nobody has, whichever way they come in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib.resources import files

import pytest
from founded import runtime_over

from engine.casework import founding
from engine.definitions import deployment, hour_units
from engine.definitions.bundles import Bundle
from engine.errors import IllegalDefinition
from engine.organisation.model import Actor
from engine.periods import Calendar, Ledger, PeriodRule, due

HOURS = (files("processes") / "organisation" / "hours.toml").read_text(encoding="utf-8")


def shipped_with(hours: str) -> Bundle:
    shipped = next(bundle for bundle in deployment.shipped() if bundle.kind == "calendar")
    return Bundle("calendar", "calendar", {**shipped.files, "hours.toml": hours.encode()})


def test_a_code_nobody_bears_is_refused_with_its_entry_and_all_known_ones_are_taken(
    founded_sqlite_url: str,
) -> None:
    runtime, _clock = runtime_over(founded_sqlite_url)
    faulty = HOURS.replace('["city.rx"]', '["city.rx", "city.hotline"]').replace('["shinan"]', '["north"]', 1)
    with pytest.raises(IllegalDefinition) as refused:
        founding.deploy(runtime, shipped_with(faulty), Actor.system())
    assert [(one.where, one.rule) for one in refused.value.findings] == [
        ("qindao-hotline", "hours.unit"),
        ("qindao-shinan", "hours.unit"),
    ]
    assert "'city.hotline' is none" in refused.value.sentence
    assert founding.deploy(runtime, shipped_with(HOURS), Actor.system())
    runtime.store.close()


def test_an_installation_without_units_takes_any_hours() -> None:
    hour_units.demand_known(shipped_with(HOURS), [])
    hour_units.demand_known(shipped_with(HOURS), [Bundle("units", "units", {"units.json": b'{"units":[]}'})])


def test_a_code_above_the_units_that_continue_it_is_known() -> None:
    tree = Bundle(
        "units", "units", {"units.json": b'{"units":[{"code":"city.rx.day"},{"code":"shinan.cg"}]}'}
    )
    hour_units.demand_known(shipped_with(HOURS), [tree])


@pytest.mark.parametrize(
    ("unit", "end"),
    [
        ("city.rx", datetime(2026, 2, 15, 1, tzinfo=UTC)),  # by day and night, through the holidays
        ("shinan.cg", datetime(2026, 2, 26, 7, tzinfo=UTC)),  # 6.5 hours on the 14th, 24th, 25th, then 4.5
    ],
)
def test_service_hours_of_the_demo_city_run_by_each_authority_s_roster(unit: str, end: datetime) -> None:
    calendar = Calendar.read(shipped_with(HOURS).texts(".toml")).of_unit(unit)
    facts = {"id": "t", "basis": "b", "limit": "24H", "valid_from": "2000-01-01", "hours": "service"}
    start = datetime(2026, 2, 14, 1, tzinfo=UTC)  # a worked Saturday before the holidays, 09:00
    ledger = Ledger.open(PeriodRule.from_data(facts), date(2026, 2, 14), at=start)
    assert due(ledger, calendar).moment == end
