"""The offline program as one file: what `offline` imports of ours stands before it, part by part.

Called by `dossier`, which sends it along. Changes nothing of what the parts do: the file is their own text,
each under the first sentence of its docstring.
"""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from types import ModuleType

from engine.audit import approvals, authority, certificates, offline, opened, outside, past, rights

PARTS = (opened, past, approvals, outside, rights, certificates, authority)
"""Each uses what stands before it alone."""
_FUTURE = "from __future__ import annotations\n"
_OWN = re.compile(r"^from engine\.audit\.\w+ import (?:\([^)]*\)|.*)\n", re.MULTILINE)
_IMPORT = re.compile(r"^import .*\n", re.MULTILINE)
_FROM = re.compile(r"^from (\S+) import (.*)\n", re.MULTILINE)
_GAP = re.compile(r"\n{4,}")


def program() -> str:
    """The text of the program, which needs Python's standard library alone."""
    own, *parts = [_own_text(module) for module in (offline, *PARTS)]
    said, _, does = own.partition('"""\n\n')
    told = [_headed(number, text) for number, text in enumerate((*parts, f'"""The checks.\n"""\n{does}'), 1)]
    imports = "\n".join(_imports([inspect.getsource(module) for module in (offline, *PARTS)]))
    return _GAP.sub("\n\n\n", "\n\n".join([f'{said}"""', _FUTURE + "\n" + imports, *told]))


def _own_text(module: ModuleType) -> str:
    """A module without its imports."""
    return _FROM.sub("", _IMPORT.sub("", _OWN.sub("", inspect.getsource(module)))).strip() + "\n"


def _headed(number: int, text: str) -> str:
    """A part under its first sentence; what else its docstring says is about the room it comes from."""
    docstring, _, does = text.removeprefix('"""').partition('"""\n')
    heading = f"# {number}. {docstring.splitlines()[0]}"
    return f"\n# {'-' * 108}\n{heading}\n\n{does.strip()}\n"


def _imports(sources: list[str]) -> list[str]:
    names: dict[str, set[str]] = defaultdict(set)
    plain: set[str] = set()
    for source in sources:
        text = _OWN.sub("", source).replace(_FUTURE, "")
        plain.update(line.strip() for line in _IMPORT.findall(text))
        for module, told in _FROM.findall(text):
            names[module].update(told.split(", "))
    told = [f"from {module} import {', '.join(sorted(names[module]))}" for module in sorted(names)]
    return [*sorted(plain), *told]
