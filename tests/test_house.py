"""The walls of the house: where things belong, what they are called, what is never written.

These tests read the source as text and syntax; they run no product code but the import contracts.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest

from engine.definitions.deployment import SHARED_FOLDERS

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("engine", "timers", "web")
ROOMS = {
    "engine": {
        "audit",
        "bpmn",
        "casework",
        "definitions",
        "dmn",
        "feel",
        "organisation",
        "periods",
        "records",
    },
    "timers": set(),
    "web": {
        "api",
        "auditor",
        "casefile",
        "citizen",
        "clerk",
        "cli",
        "designer",
        "operator",
        "signin",
        "statistics",
        "supervisor",
        "watching",
    },
}
LONGEST_FILE = 350
ANYWHERE = {"manager", "managers", "helper", "helpers", "util", "utils", "base"}
AT_THE_END = {"service", "services"}  # a ServiceItem is the domain's word, a TicketService is nobody's
# Words of others: DMN's decision service and base types, the object that the pages are handed.
WORDS_OF_OTHERS = {"DecisionService", "service", "_service", "_fill_base", "Services", "services"}
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
UNSAFE_MODULES = {"pickle", "cPickle", "dill", "marshal", "shelve", "cloudpickle", "joblib"}


def sources(*folders: str) -> list[Path]:
    """Every Python file of the product under some folders."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def trees(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sources(*folders):
        yield short(path), ast.parse(path.read_text(encoding="utf-8"))


def configuration() -> ConfigParser:
    read = ConfigParser()
    read.read(ROOT / "setup.cfg", encoding="utf-8")
    return read


# --- which room knows which ------------------------------------------------------------------------


def test_the_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)

    assert found.returncode == 0, found.stdout + found.stderr


def test_every_wall_of_the_house_has_a_contract() -> None:
    contracts = {
        section["name"]: section
        for name, section in configuration().items()
        if name.startswith("importlinter:contract:")
    }
    layers = [section.get("layers", "").split() for section in contracts.values()]
    kept_outside = {section.get("forbidden_modules", "").strip() for section in contracts.values()}

    assert ["web", "timers", "engine"] in layers
    assert {"SpiffWorkflow", "apscheduler"} <= kept_outside


def test_every_room_of_the_engine_stands_in_its_contract() -> None:
    layers = configuration()["importlinter:contract:engine"]["layers"]
    named = set(re.findall(r"engine\.(\w+)", layers))
    there = {path.name for path in (ROOT / "engine").iterdir() if (path / "__init__.py").is_file()}
    there |= {path.stem for path in (ROOT / "engine").glob("*.py")} - {"__init__"}

    assert named == there


def test_no_import_hides_in_a_function() -> None:
    hidden = [
        f"{name}:{inner.lineno}"
        for name, tree in trees(*PACKAGES)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]

    assert hidden == []


# --- where things are and what they are called -----------------------------------------------------


@pytest.mark.parametrize("package", PACKAGES)
def test_each_room_is_one_of_those_the_house_has(package: str) -> None:
    found = {path.name for path in (ROOT / package).iterdir() if (path / "__init__.py").is_file()}

    assert found <= ROOMS[package]


def test_every_procedure_has_its_facts_its_law_and_one_diagram() -> None:
    folders = [path for path in (ROOT / "processes").iterdir() if path.is_dir() and path.name[0] not in "_."]
    procedures = [path for path in folders if path.name not in SHARED_FOLDERS]
    incomplete = []
    for folder in procedures:
        missing = {"procedure.toml", "LAW.md", "casefile.schema.json"} - {
            one.name for one in folder.iterdir()
        }
        diagrams = list(folder.glob("*.bpmn"))
        facts = tomllib.loads((folder / "procedure.toml").read_text(encoding="utf-8"))
        if missing or len(diagrams) != 1 or facts["id"] != folder.name:
            incomplete.append((folder.name, sorted(missing), len(diagrams), facts.get("id")))

    assert len(procedures) >= 2
    assert incomplete == []


def test_forms_belong_to_a_procedure() -> None:
    folders = {path.name for path in (ROOT / "forms").iterdir() if path.is_dir() and path.name[0] not in "_."}
    procedures = {path.parent.name for path in (ROOT / "processes").glob("*/procedure.toml")}

    assert folders <= procedures


def defined_names(tree: ast.Module) -> Iterator[str]:
    """Names of classes, functions and modules' own variables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
    for node in tree.body:
        if isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def is_empty_word(name: str) -> bool:
    """Whether a name says what kind of thing it is instead of what it does."""
    if name in WORDS_OF_OTHERS:
        return False
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+[0-9]*", name)
    lower = [word.lower() for word in words]
    return bool(set(lower) & ANYWHERE) or (bool(lower) and lower[-1] in AT_THE_END)


@pytest.mark.parametrize(
    "name", ["TaskService", "FormManager", "helper_of", "date_utils", "BaseRule", "Utils", "mail_service"]
)
def test_an_empty_word_in_a_name_is_noticed(name: str) -> None:
    assert is_empty_word(name)


@pytest.mark.parametrize(
    "name", ["Runtime", "ServiceItem", "based_on", "database", "Baseline", "service_task_has_job_type"]
)
def test_a_telling_name_is_left_alone(name: str) -> None:
    assert not is_empty_word(name)


def test_no_name_says_service_manager_helper_utils_or_base() -> None:
    empty = [short(path) for path in sources(*PACKAGES) if is_empty_word(path.stem)]
    empty += [
        f"{place}: {name}"
        for place, tree in trees(*PACKAGES)
        for name in defined_names(tree)
        if is_empty_word(name)
    ]

    assert empty == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [name for name, tree in trees(*PACKAGES, "examples", "tests") if not ast.get_docstring(tree)]

    assert silent == []


def test_no_file_of_the_product_is_longer_than_a_reader_holds_in_mind() -> None:
    lengths = {
        short(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in sources(*PACKAGES, "examples")
    }
    long = {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE}

    assert long == {}


def test_no_two_test_files_have_the_same_name() -> None:
    names = [path.name for path in sources("tests") if path.name.startswith("test_")]

    assert sorted(names) == sorted(set(names))


# --- what is never written -------------------------------------------------------------------------


def text_runners(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Calls that run text as Python, imports that unpickle it, and loading YAML with tags."""
    # `feel.compile` is a function of our own: a name that the module itself defines is not Python's.
    own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in RUNS_TEXT - own:
                yield node.lineno, called.id
            if isinstance(called, ast.Attribute) and ast.unparse(called) in ("yaml.load", "yaml.unsafe_load"):
                yield node.lineno, ast.unparse(called)
        if isinstance(node, ast.Import):
            yield from ((node.lineno, one.name) for one in node.names if one.name in UNSAFE_MODULES)
        if isinstance(node, ast.ImportFrom) and node.module in UNSAFE_MODULES:
            yield node.lineno, str(node.module)


@pytest.mark.parametrize(
    "text", ["eval('1')", "exec(x)", "import pickle", "from marshal import loads", "yaml.load(x, Loader=y)"]
)
def test_running_text_as_python_is_noticed(text: str) -> None:
    assert list(text_runners(ast.parse(text)))


def test_nothing_is_ever_run_as_python() -> None:
    found = [f"{name}:{line} {what}" for name, tree in trees(*PACKAGES) for line, what in text_runners(tree)]

    assert found == []


def test_only_the_clock_asks_for_the_present_moment() -> None:
    asks = re.compile(r"\b(?:datetime\.now|datetime\.utcnow|datetime\.today|date\.today|time\.time)\(")
    found = [
        f"{short(path)}:{number}"
        for path in sources(*PACKAGES)
        if short(path) != "engine/clock.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if asks.search(line)
    ]

    assert found == []


def test_a_decision_draws_no_random_numbers() -> None:
    """Salts and codes are drawn outside decide, and recorded; nothing else is left to chance."""
    drawing = ("records/entries", "casework/runtime", "casework/documents")
    may_draw = {f"engine/{name}.py" for name in drawing}
    found = [
        name
        for name, tree in trees("engine")
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for one in node.names
        if one.name in ("random", "secrets", "uuid") and name not in may_draw
    ]

    assert [name for name in found if not name.startswith("engine/organisation/")] == []
