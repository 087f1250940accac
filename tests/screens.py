"""Pictures of the running product, one or two for each person in front of the screen.

Run by `make screens` (`python -m tests.screens docs/screens`), for the README. Founds the demo city in a
database of its own on a fixed day, serves it, signs everybody in with a real Chromium and takes the
pictures. It tests nothing.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page
from sqlalchemy import select

from engine.casework.case_row import Outcome
from engine.clock import VirtualClock
from engine.records.tables import case as case_table
from tests.web.browser import browsing, serving
from timers import city
from timers.laboratory import Laboratory
from web.app import create_app
from web.house import House, open_house
from web.rooms import ROOMS
from web.services import Settings

MOMENT = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)  # a Friday, half past two in the afternoon there
PHONE = "13905320017"
WINDOW = {"width": 1280, "height": 900}
LARGEST = 250_000  # bytes of one picture


@dataclass(frozen=True)
class Scene:
    """One picture: its name, who is signed in (None: a citizen), where they go, what they do there."""

    name: str
    login: str | None
    path: str
    act: Callable[[Page], None] = lambda page: None


def say(text: str) -> None:
    """Progress, on standard error."""
    sys.stderr.write(text + "\n")


def founded(folder: str) -> tuple[House, Outcome]:
    """The demo city on the fixed day, and one application whose query code we know."""
    clock = VirtualClock(MOMENT)
    settings = Settings(secret="pictures", authority={"zh": "琴岛市", "en": "Qindao"})
    house = open_house(f"sqlite:///{folder}/pictures.db", clock, settings)
    city.load(house.runtime, say)
    people = Laboratory(house.runtime, clock, 4)
    given = {"applicant_name": "周立民", "phone": PHONE, "review_outcome": "complete"}
    outcome = people.receive(city.HOUSEHOLD, "shinan.ga.zs", given)
    people.complete(outcome.case_id, "review", review_outcome="complete")
    people.complete(outcome.case_id, "sign_statement")
    return house, outcome


def case_numbers(house: House) -> dict[str, str]:
    """Cases worth looking at: a licence that was granted, an overdue one."""
    t = case_table.c
    query = select(t.number, t.level, t.status, t.procedure, t.version).where(t.number.is_not(None))
    with house.store.reading() as connection:
        rows = connection.execute(query.order_by(t.case_id)).all()
    closed = [row for row in rows if row.status == "closed" and row.procedure == "xk_general"]
    grave = [row for row in rows if row.status == "open" and row.level in ("R", "R+")]
    return {
        "closed": max(closed or rows, key=lambda row: row.version).number,
        "grave": (grave or rows)[0].number,
    }


def sign_in(page: Page, address: str, login: str) -> None:
    """Through the form, as people do."""
    page.goto(f"{address}/signin")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", city.PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda reached: not reached.endswith("/signin"))


def ask(outcome: Outcome) -> Callable[[Page], None]:
    """A citizen asks how far the case is, with query code and the end of the phone number."""

    def filled(page: Page) -> None:
        page.fill("input[name=number]", str(outcome.query_code))
        page.fill("input[name=tail]", PHONE[-4:])
        page.click("main form button.govuk-button")
        page.wait_for_url(re.compile(r"/citizen/cases/"))
        page.wait_for_load_state("networkidle")

    return filled


def first_item(page: Page) -> None:
    """Open the most urgent work item of the worklist and claim it, so that its form is there."""
    page.locator("main table a").first.click()
    page.wait_for_load_state("networkidle")
    page.locator("form[action$='/claim'] button").first.click()
    page.wait_for_selector("main form [name]:not([type=hidden])")
    page.wait_for_load_state("networkidle")


def halfway(page: Page) -> None:
    """Drag the slider of the history to the middle."""
    slider = page.locator("input[type=range]")
    if slider.count():
        slider.first.evaluate(
            "one => { one.value = Math.round((+one.min + +one.max) / 2);"
            " one.dispatchEvent(new Event('input', {bubbles: true}));"
            " one.dispatchEvent(new Event('change', {bubbles: true})); }"
        )
        page.wait_for_timeout(800)
        page.mouse.wheel(0, 330)
        page.wait_for_timeout(400)


def scenes(house: House, outcome: Outcome) -> list[Scene]:
    """What the README shows."""
    cases = case_numbers(house)
    return [
        Scene("citizen", None, f"/citizen/items/{city.LICENCE}"),
        Scene("citizen-progress", None, "/citizen/query", ask(outcome)),
        Scene("clerk", "zhangwei", "/clerk/"),
        Scene("clerk-item", "zhangwei", "/clerk/", first_item),
        Scene("supervisor", "qinzheng", "/supervisor/"),
        Scene("auditor", "yinhe", f"/auditor/cases/{cases['closed']}", halfway),
        Scene("designer", "shenlan", "/designer/packages/xk_general"),
        Scene("operator", "weigang", "/operator/"),
    ]


def take(browser: Browser, address: str, scene: Scene, folder: Path) -> None:
    """Take one picture. Raises ValueError where the page refuses or the picture is too large."""
    context = browser.new_context(viewport=WINDOW, locale="zh-CN", reduced_motion="reduce")
    context.set_default_timeout(15_000)
    with context:
        page = context.new_page()
        if scene.login:
            sign_in(page, address, scene.login)
        answer = page.goto(address + scene.path)
        page.wait_for_load_state("networkidle")
        if answer is None or not answer.ok:
            raise ValueError(f"Expected a page at {scene.path}, but found {answer and answer.status}")
        scene.act(page)
        page.wait_for_timeout(400)
        path = folder / f"{scene.name}.png"
        page.screenshot(path=str(path))
    size = path.stat().st_size
    if size > LARGEST:
        raise ValueError(f"Expected {path.name} to be smaller than {LARGEST} bytes, but it has {size}")
    say(f"{path}: {size} bytes")


def main(arguments: Any) -> int:
    """`python -m tests.screens FOLDER [NAME …]`: all pictures, or those named."""
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    faults = []
    with ExitStack() as open_things:
        house, outcome = founded(open_things.enter_context(TemporaryDirectory(prefix="banjie-screens-")))
        address = open_things.enter_context(serving(create_app(house, ROOMS)))
        browser = open_things.enter_context(browsing())
        for scene in scenes(house, outcome):
            if len(arguments) > 1 and scene.name not in arguments[1:]:
                continue
            try:
                take(browser, address, scene, folder)
            except Exception as fault:  # one page that fails does not cost the other pictures
                faults.append(f"{scene.name}: {fault}")
    say("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
