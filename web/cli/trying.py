"""`banjie try`, `test` and `simulate`: seeing what a definition does, in memory, before it binds anyone.

Nothing here touches the installation's database.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from engine import canonical, feel
from engine.bpmn.happenings import Happening
from engine.bpmn.trial import Trial
from engine.casework.desk import calendar_functions
from engine.clock import read_moment
from engine.definitions import deployment
from engine.definitions.bundles import Bundle
from engine.errors import Finding, NotFound, listed, said
from engine.periods import Calendar
from timers import deadlines, examples, simulation
from timers.bench import Bench
from web.cli.definitions import bundle_at, forms_option
from web.cli.door import Door, existing, line, main, pass_door, setting, variables

MOST_STEPS = 1_000  # a trial that needs more runs in a circle


@main.command(name="test")
@click.argument("package")
@forms_option
@click.option("--only", default="", help="Only examples whose file name contains this text.")
@pass_door
def test_package(door: Door, package: str, forms: Path | None, only: str) -> None:
    """Live the example cases of a PACKAGE (its folder, ZIP file, or the name of one that ships)."""
    bundle = _package(package, forms)
    files = {path: data for path, data in sorted(bundle.files.items()) if _is_example(path) and only in path}
    if not files:
        raise NotFound(
            said("Expected example cases under tests/ of {package}, but there are none", package=package)
        )
    results = []
    with Bench(drafts=[bundle]) as bench:
        for path, data in files.items():
            findings = _lived(path, data, bench)
            told = [finding.as_dict() for finding in findings]
            results.append({"example": path, "holds": not findings, "findings": told})
            door.say(f"{'ok  ' if not findings else 'FAIL'} {path}")
            for finding in findings:
                door.say(said("     {line}", line=line(finding)))
    failed = sum(not result["holds"] for result in results)
    hold = said("{good} of {number} examples hold", good=len(results) - failed, number=len(results))
    door.show(results, [hold])
    if failed:
        click.get_current_context().exit(1)


def _package(name: str, forms: Path | None) -> Bundle:
    if Path(name).exists():
        return bundle_at(Path(name), forms)
    shipped = {bundle.name: bundle for bundle in deployment.shipped() if bundle.kind == "package"}
    if name not in shipped:
        raise NotFound(
            said(
                "Expected a folder, a file or one of {names}, but found {name!r}",
                names=listed(shipped),
                name=name,
            )
        )
    return shipped[name]


def _is_example(path: str) -> bool:
    return path.startswith("tests/") and path.endswith((".yaml", ".yml"))


def _lived(path: str, data: bytes, bench: Bench) -> list[Finding]:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return [Finding(path, said("Expected UTF-8 text, but {error}", error=error), "example")]
    return examples.run(text, path, bench.laboratory)


@main.command(name="try")
@click.argument("file", type=existing)
@setting
@click.option("--variables", "given", type=existing, help="Variables as a JSON file.")
@click.option("--process", help="The process to start, where the file has several.")
@click.option("--auto", is_flag=True, help="Complete every work item and job, and let every timer come due.")
@click.option("--trace", is_flag=True, help="Print everything that happens, one happening a line.")
@pass_door
def try_diagram(
    door: Door,
    file: Path,
    pairs: Sequence[str],
    given: Path | None,
    process: str | None,
    auto: bool,
    trace: bool,
) -> None:
    """Run a BPMN FILE in memory: where it goes with these variables, and what it waits for.

    The names case, item and unit stand for made-up ones; periods have no ledger here (see `test`).
    """
    watched: list[dict[str, Any]] = []
    trial = Trial(file.read_bytes(), names=_lent(), watch=lambda happening: watched.append(_told(happening)))
    trial.start(process, **variables(pairs, given))
    if auto:
        _run_on(trial)
    data = {
        "ended": trial.ended,
        "ends": list(trial.ends),
        "done": trial.done,
        "passed": trial.passed,
        "waiting": [{"kind": one.kind, "element": one.element, "due": one.at} for one in trial.waiting()],
        "variables": trial.variables,
        **({"trace": watched} if trace else {}),
    }
    door.show(data, _lines(data))


def _lent() -> dict[str, Any]:
    """What every expression of a real case can read, made up, and the shipped calendar's functions."""
    law = next(bundle for bundle in deployment.shipped() if bundle.kind == "calendar")
    calendar = Calendar.read(law.texts(".toml"))
    made_up = {
        "case": {"number": "20260000001", "procedure": "", "unit": "unit", "title": "", "channel": "online"},
        "item": {"code": "ITEM", "name": "ITEM"},
        "unit": {"code": "unit", "name": "unit", "name_en": "unit", "kind": "department", "short": ""},
    }
    return {**feel.from_json(made_up), **calendar_functions(calendar)}


def _told(happening: Happening) -> dict[str, Any]:
    return {"type": happening.type, **happening.data()}


def _lines(data: dict[str, Any]) -> Iterator[str]:
    for happening in data.get("trace", ()):
        facts = {
            name: value for name, value in happening.items() if name != "type" and value not in (None, {}, [])
        }
        yield f"  {happening['type']:18} {canonical.dumps(facts)}"
    yield said("passed   {path}", path=" → ".join(data["passed"]))
    for one in data["waiting"]:
        yield said(
            "waits    {kind:12} {element} until {due}" if one["due"] else "waits    {kind:12} {element}",
            **one,
        )
    ends = said("ended    {ends}", ends=", ".join(data["ends"])) if data["ends"] else said("ended")
    yield ends if data["ended"] else said("running")
    yield said("has      {variables}", variables=canonical.dumps(data["variables"]))


def _run_on(trial: Trial) -> None:
    """Complete whatever can be completed, the oldest first, until nothing moves."""
    for _ in range(MOST_STEPS):
        if trial.ended or not _moved(trial):
            return


def _moved(trial: Trial) -> bool:
    for waiting in trial.waiting("item"):
        trial.complete(waiting.instance)
        return True
    for waiting in trial.waiting("job"):
        trial.complete_job(waiting.instance)
        return True
    return _next_timer(trial)


def _next_timer(trial: Trial) -> bool:
    due = trial.due()
    if not due:
        return False
    moment = read_moment(due[0][0])
    trial.move(max(moment - trial.context.moment, timedelta()))
    return True


@main.command()
@click.argument("item")
@click.option("--unit", required=True)
@click.option("--cases", type=click.IntRange(1, 100_000), default=20, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--from", "first_day", type=click.DateTime(["%Y-%m-%d"]), help="First day (default: today).")
@click.option("--window", is_flag=True, help="How early and how late cases end lawfully, each lived twice.")
@pass_door
def simulate(door: Door, item: str, unit: str, cases: int, seed: int, first_day: Any, window: bool) -> None:
    """Run generated cases of an ITEM through the real runtime with a virtual clock, in memory."""
    day: date = first_day.date() if first_day else door.house.directory.today()
    if window:
        with Bench() as bench:
            found = deadlines.window(
                bench.laboratory, item, unit, cases=cases, seed=seed, first_day=day, given={}
            )
        door.show(found.as_data(), [found.text()])
        return
    report = simulation.simulate(item, unit, cases=cases, seed=seed, first_day=day, say=door.say)
    door.show(report.as_data(), [report.text()])
