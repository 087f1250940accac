"""Every case of the DMN TCK that lies beside the project.

The folder of the kit is named by DMN_TCK; where it is not, it is `dmn-tck` in the folder that
BANJIE_CONFORMANCE names, else `conformance/dmn-tck`. Where it is absent these tests say so and are skipped.
"""

from __future__ import annotations

import csv
import os
from functools import lru_cache
from pathlib import Path

import pytest
from dmn_tck import Result, main, run, summary

_ROOT = Path(__file__).resolve().parents[2]
_BESIDE = Path(os.environ.get("BANJIE_CONFORMANCE") or "conformance") / "dmn-tck"
_FOLDER = _ROOT / (os.environ.get("DMN_TCK") or _BESIDE)

needs_kit = pytest.mark.skipif(
    not _FOLDER.is_dir(), reason=f"The DMN TCK is not at {_FOLDER}; name its folder in DMN_TCK"
)


@lru_cache(maxsize=1)
def results() -> list[Result]:
    return list(run(_FOLDER))


@needs_kit
def test_every_case_of_the_kit_succeeds() -> None:
    failed = [f"{r.folder} {r.case}: {r.detail}" for r in results() if r.status != "SUCCESS"]
    assert not failed, "\n".join(failed[:50])


@needs_kit
def test_the_kit_is_whole() -> None:
    folders = {path.parent.relative_to(_FOLDER).as_posix() for path in _FOLDER.rglob("*.dmn")}
    assert {result.folder for result in results()} == folders


_MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="urn:t" name="t">
<inputData id="a" name="a"><variable name="a" typeRef="number"/></inputData>
<decision id="d" name="d"><variable name="d"/>
<informationRequirement><requiredInput href="#a"/></informationRequirement>
<literalExpression><text>{text}</text></literalExpression></decision></definitions>"""

_CASES = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
<modelName>m.dmn</modelName>
<testCase id="001"><inputNode name="a"><value xsi:type="xsd:decimal">4</value></inputNode>
<resultNode name="d" type="decision"><expected><value xsi:type="xsd:decimal">5</value></expected></resultNode>
</testCase></testCases>"""


def _kit(folder: Path, text: str) -> Path:
    place = folder / "compliance-level-2" / "0001-own"
    place.mkdir(parents=True)
    (place / "m.dmn").write_text(_MODEL.format(text=text), encoding="utf-8")
    (place / "0001-own-test-01.xml").write_text(_CASES, encoding="utf-8")
    return folder


@pytest.mark.parametrize(("text", "status", "code"), [("a + 1", "SUCCESS", 0), ("a + 2", "ERROR", 1)])
def test_the_runner_writes_the_kits_own_lines_and_tells_failure(
    tmp_path: Path, text: str, status: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results.csv"
    assert main([str(_kit(tmp_path / "kit", text)), "--out", str(out)]) == code
    with out.open(encoding="utf-8") as file:
        [line] = list(csv.reader(file))
    assert line[:4] == ["compliance-level-2/0001-own", "0001-own-test-01", "001", status]
    assert f"{1 - code} passed, {code} failed, 1 in all" in capsys.readouterr().out


def test_a_case_that_cannot_be_read_is_an_error_and_the_others_go_on(tmp_path: Path) -> None:
    place = _kit(tmp_path / "kit", "a + 1") / "compliance-level-2" / "0001-own"
    broken = _CASES.replace('xsi:type="xsd:decimal">4', 'xsi:type="xsd:date">the 4th')
    (place / "0001-own-test-02.xml").write_text(broken, encoding="utf-8")
    (place / "0001-own-test-03.xml").write_text(_CASES.replace("m.dmn", "absent.dmn"), encoding="utf-8")
    found = list(run(tmp_path / "kit"))
    assert [result.status for result in found] == ["SUCCESS", "ERROR", "ERROR"]
    assert all(result.detail for result in found[1:])


def test_the_summary_counts_each_level_and_all() -> None:
    lines = list(summary([Result("l2/x", "f", "1", "SUCCESS"), Result("l3/y", "f", "2", "ERROR")]))
    assert lines[-1] == "all levels: 1 passed, 1 failed, 2 in all"
