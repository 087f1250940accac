"""Joins the modules of bpmnlint into one script a page can load: `window.bpmnlint`.

Called by `web.assets` while the vendor folder is built. It understands the one way these modules name each
other (`require('…')` with a plain text) and stops at anything else; it runs nothing.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

_REQUIRE = re.compile(r"require\('([^']+)'\)")
# Three functions of a library that has no CommonJS form; what bpmnlint uses of it, in our own words.
_SMALL = """
exports.isArray = Array.isArray;
exports.isObject = (value) => Object.prototype.toString.call(value) === "[object Object]";
exports.isFunction = (value) => typeof value === "function";
exports.flatten = (lists) => [].concat(...lists);
exports.groupBy = (items, by) => {
  const found = {};
  for (const item of items) {
    const key = typeof by === "function" ? by(item) : item[by];
    (found[key] ||= []).push(item);
  }
  return found;
};
"""
_FRAME = """(() => {{
const modules = {{
{modules}
}};
const kept = {{}};
function load(name) {{
  if (!kept[name]) {{
    kept[name] = {{ exports: {{}} }};
    modules[name](kept[name], kept[name].exports, load);
  }}
  return kept[name].exports;
}}
window.bpmnlint = {{ Linter: load({entry}), rules: {{ {rules} }} }};
}})();
"""


def bpmnlint(modules: Path) -> str:
    """The script, from a `node_modules` folder. Raises FileNotFoundError where a module is missing."""
    home = modules / "bpmnlint"
    rules = sorted(path for path in (home / "rules").glob("*.js") if path.stem != "helper")
    found: dict[str, str] = {"min-dash": _SMALL}
    for path in (home / "lib" / "linter.js", *rules):
        _collect(path, modules, found)
    listed = ",\n".join(
        f"{json.dumps(name)}: (module, exports, require) => {{\n{text}\n}}" for name, text in found.items()
    )
    named = ", ".join(f"{json.dumps(path.stem)}: load({json.dumps(_key(path, modules))})" for path in rules)
    entry = json.dumps(_key(home / "lib" / "linter.js", modules))
    return _FRAME.format(modules=listed, entry=entry, rules=named)


def _key(path: Path, modules: Path) -> str:
    return path.resolve().relative_to(modules.resolve()).as_posix()


def _collect(path: Path, modules: Path, found: dict[str, str]) -> None:
    key = _key(path, modules)
    if key in found:
        return
    text = path.read_text(encoding="utf-8")
    found[key] = ""  # its place, before whatever it names in turn
    for name in dict.fromkeys(_REQUIRE.findall(text)):
        target = _target(name, path, modules)
        if target is not None:
            _collect(target, modules, found)
            text = text.replace(f"require('{name}')", f"require({json.dumps(_key(target, modules))})")
    found[key] = "\n".join(line for line in text.splitlines() if not line.startswith("//# sourceMapping"))


def _target(name: str, path: Path, modules: Path) -> Path | None:
    if name.startswith("."):
        found = path.parent / name
        return found if found.suffix == ".js" else found.with_name(f"{found.name}.js")
    return modules / name / "dist" / "index.cjs" if name != "min-dash" else None
