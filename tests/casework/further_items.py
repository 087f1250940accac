"""Items that the lives on paper need beside those that ship: limited in number, enforced by own power, and
with the other parameters that example cases tell of.

Used by `test_a_thousand_lives.py` and the mining tests. A procedure has ways that no item of the catalogue
that ships takes; a city whose catalogue has such an item takes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

from engine.casework import founding
from engine.definitions.bundles import Bundle
from engine.organisation.model import Actor
from timers import examples
from timers.examples import Example
from timers.laboratory import Laboratory

Further = tuple[str, Mapping[str, Any]]
"""Of which item that ships a further one is a copy, and what is other in it."""
NAMED: Mapping[str, Further] = {
    "XK-SR-9035": ("XK-SR-0035", {"quota": 2}),
    "CF-CG-9001": ("CF-CG-0001", {"own_enforcement": True}),
    "CF-CG-9002": ("CF-CG-0002", {"own_enforcement": True}),
}
_ITEM = re.compile(r"^\[\[item\]\]\n", re.MULTILINE)


@cache
def told() -> tuple[Example, ...]:
    """The examples of all procedures that ship, in order, as their files have them."""
    return tuple(
        examples.read(file.read_text(encoding="utf-8"), f"{package.name}/{file.name}")
        for package in sorted(resources.files("processes").iterdir(), key=lambda one: one.name)
        if package.is_dir() and (package / "tests").is_dir()
        for file in sorted((package / "tests").iterdir(), key=lambda one: one.name)
        if file.name.endswith(".yaml")
    )


@cache
def further() -> Mapping[str, Further]:
    """Every further item by its code: those named here, and one for all parameters that an example has."""
    found = dict(NAMED)
    for example in told():
        parameters = example.given.get("parameters")
        wanted = (example.given["item"], parameters)
        if parameters and wanted not in found.values():
            found[f"{wanted[0]}-{len(found)}"] = wanted
    return found


def deploy(lab: Laboratory) -> None:
    """A newer catalogue of this laboratory that has them too."""
    runtime = lab.runtime
    with runtime.store.reading() as connection:
        runtime.shelf.refresh(connection)
        bundle = runtime.shelf.bundle(connection, runtime.shelf.newest("catalogue", "catalogue"))
    texts = bundle.texts(".toml")
    copies = {f"further_{code}.toml": _copy(texts, code) for code in further()}
    files = {**bundle.files, **{path: text.encode() for path, text in copies.items()}}
    founding.deploy(runtime, Bundle("catalogue", "catalogue", files), Actor.system())


def _copy(texts: Mapping[str, str], code: str) -> str:
    shipped, parameters = further()[code]
    blocks = (block for text in texts.values() for block in _ITEM.split(text)[1:])
    block = next(block for block in blocks if f'code = "{shipped}"\n' in block)
    renamed = block.replace(f'code = "{shipped}"\n', f'code = "{code}"\n')
    return "[[item]]\n" + examples._with(renamed, code, parameters)


def placed(example: Example) -> Example:
    """The example, of the further item that has its parameters where it has any."""
    given = dict(example.given)
    asked = given.pop("parameters", None)
    if not asked:
        return example
    code = next(code for code, whose in further().items() if whose == (given["item"], asked))
    rows = {
        register: {
            key: {**row, "item": code} if row.get("item") == given["item"] else row
            for key, row in some.items()
        }
        for register, some in given.get("registers", {}).items()
    }
    return replace(example, given={**given, "item": code, "registers": rows})
