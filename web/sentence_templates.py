"""The templates of what the engine says, gathered from the source: `said("…")`, `sayable("…")`, `listed(…)`.

Called by `web.translations`. It reads the source as a tree and runs nothing of it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("engine", "timers", "web")
COMMAND_LINE = "cli"
"""The room of what the command line alone says."""
SHARED = "engine"
"""The room of what several rooms say, and of files that belong to none."""

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def gathered() -> dict[str, dict[str, set[str]]]:
    """Room → template → the files that say it. What two rooms say stands in `engine` alone."""
    rooms: dict[str, dict[str, set[str]]] = {}
    for path in _sources():
        file = path.relative_to(ROOT).as_posix()
        source = path.read_text(encoding="utf-8")
        explained = helps(source) if _room(file) == COMMAND_LINE else ()
        for template in (*templates(source), *explained):
            rooms.setdefault(_room(file), {}).setdefault(template, set()).add(file)
    return _parted(rooms)


def templates(source: str) -> Iterator[str]:
    """Every template of a Python text, in its order."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _READERS:
            yield from _READERS[node.func.id](node)


def helps(source: str) -> Iterator[str]:
    """What the commands of a Python text say of themselves: `help=` and the docstrings, by the paragraph."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg == "help" and isinstance(node.value, ast.Constant):
            yield str(node.value.value)
        if isinstance(node, ast.FunctionDef) and any(map(_makes_command, node.decorator_list)):
            text = ast.get_docstring(node) or ""
            yield from (" ".join(part.split()) for part in text.split("\n\n"))


def _makes_command(decorator: ast.expr) -> bool:
    made = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(made, ast.Attribute) and made.attr in {"command", "group"}


def is_chinese(template: str) -> bool:
    """Whether a template is Chinese and wants an English text; every other wants a Chinese one."""
    return bool(_CHINESE.search(template))


def _said(call: ast.Call) -> Iterator[str]:
    first = call.args[0] if call.args else None
    arms = (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,)
    for arm in arms:
        if isinstance(arm, ast.Constant) and isinstance(arm.value, str):
            yield arm.value


def _separator(call: ast.Call) -> Iterator[str]:
    between = call.args[1] if len(call.args) > 1 else ast.Constant(", ")
    if isinstance(between, ast.Constant):
        yield str(between.value)


def _words(call: ast.Call) -> Iterator[str]:
    for text in _said(call):
        yield from text.split()


_READERS = {"said": _said, "sayable": _said, "listed": _separator, "sayable_words": _words}


def _sources() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted((ROOT / folder).rglob("*.py"))


def _room(file: str) -> str:
    parts = file.split("/")
    if parts[:2] == ["web", COMMAND_LINE]:
        return COMMAND_LINE
    if parts[0] != "engine":
        return parts[0]
    return parts[1] if len(parts) > 2 else SHARED


def _parted(rooms: dict[str, dict[str, set[str]]]) -> dict[str, dict[str, set[str]]]:
    shared = rooms.setdefault(SHARED, {})
    for room, found in rooms.items():
        for template in [one for one in found if room != SHARED and _elsewhere(one, room, rooms)]:
            shared.setdefault(template, set()).update(found.pop(template))
    return rooms


def _elsewhere(template: str, room: str, rooms: dict[str, dict[str, set[str]]]) -> bool:
    return any(template in found for other, found in rooms.items() if other != room)
