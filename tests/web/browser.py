"""A real headless Chromium, a live server and a look at the page, for every test that needs a browser.

Fixtures are offered by `conftest.py` beside it; tests import `look` and `accessibility_faults`.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from waitress import create_server

ROOT = Path(__file__).resolve().parents[2]
SCREENS = ROOT / "build" / "screens"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def chromium() -> str:
    """The path of a Chromium on this machine. Fails the test with a sentence when there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    pytest.fail(
        "Expected a Chromium on PATH for the browser tests, but found none; "
        "on Debian: apt-get install chromium fonts-noto-cjk",
        pytrace=False,
    )


@contextmanager
def browsing() -> Iterator[Browser]:
    """One headless browser for as long as the block runs."""
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def run(server: Any) -> None:
    """Serve until closed: a socket that closes under the loop that waits for it is the end, not a fault."""
    with suppress(OSError):
        server.run()


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The application on a free port of this machine; yields its address without a trailing slash."""
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=run, args=(server,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        thread.join(timeout=10)


def listen(page: Page) -> list[str]:
    """What the page complains about: script faults and breaches of the content security policy."""
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "content-security-policy" in message.text.lower():
            complaints.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda fault: complaints.append(f"script fault: {fault}"))
    return complaints


def look(page: Page, name: str, whole: bool = True) -> Path:
    """Keep a picture of the page as build/screens/<name>.png and say where it lies."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    path = SCREENS / f"{name}.png"
    page.screenshot(path=str(path), full_page=whole)
    return path


def accessibility_faults(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA and its best practices, one sentence per element."""
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
    )
    return [
        f"{fault['id']}: {fault['help']} — {' '.join(node['target'])} {node['html'][:160]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def sideways_scroll(page: Page) -> int:
    """By how many pixels the page is wider than the window; 0 when nothing is cut off."""
    wider = int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
    return max(wider, 0)


Opener = Callable[..., Page]
Server = Callable[[Flask], str]
