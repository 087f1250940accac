"""`banjie tables`: a folder is proven with a report, a sheet becomes files and comes back unchanged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from dmn_texts import decision, definitions, input_data, table

from engine.dmn import catalogue, report
from web.cli import main

_HEAD = ["违法行为", "依据", "情节", "阶次", "处罚种类", "幅度"]
_SHEET = [
    _HEAD,
    ["占用道路经营", "条例第24条", "占用面积5平方米以下", "1", "罚款", "500元"],
    ["", "", "占用面积超过5平方米", "2", "罚款", "1,000元"],
    ["焚烧秸秆、㐂䶮", "条例第9条", "面积10亩以下", "1", "警告", ""],
    ["", "", "面积超过10亩", "2", "罚款", "0.2万元"],
]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["tables", *map(str, arguments)])


def model(rows: str, **properties: str) -> bytes:
    named = {f"banjie.{key}": text for key, text in properties.items()}
    logic = table(["n"], ["amount"], rows)
    return definitions(input_data("n", "number"), decision("D", logic, inputs=["n"], properties=named))


SOUND = model("<= 5 | 50\n> 5 | 100", band="[50..100]", gravity="n")
FAULTY = model("<= 5 | 50\n>= 5 | 10", band="[50..100]", gravity="n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "tables" / "deeper"
    inside.mkdir(parents=True)
    (inside / "sound.dmn").write_bytes(SOUND)
    (inside.parent / "faulty.dmn").write_bytes(FAULTY)
    (inside.parent / "notes.txt").write_text("no table")
    return inside.parent


def test_sound_tables_end_well(folder: Path) -> None:
    result = run("prove", folder / "deeper")
    assert (result.exit_code, result.stdout.strip()) == (0, "1 files, 1 decisions, 0 findings: none")
    assert "proving" in result.stderr


def test_findings_are_told_with_file_line_and_an_input_and_end_with_status_1(folder: Path) -> None:
    result = run("prove", folder)
    assert result.exit_code == 1
    told = result.stdout.splitlines()
    assert told[-1] == "2 files, 2 decisions, 3 findings: 1 band, 1 gravity, 1 overlap"
    [overlap] = [each for each in told if " overlap " in each]
    assert overlap.startswith(f"{folder / 'faulty.dmn'}:")
    assert overlap.endswith('e.g. {"n":5}')


def test_findings_are_data_where_data_is_asked_for(folder: Path) -> None:
    result = run("prove", "--json", folder)
    data: dict[str, Any] = json.loads(result.stdout)
    assert (data["files"], data["decisions"], result.exit_code) == (2, 2, 1)
    band = next(each for each in data["findings"] if each["kind"] == "band")
    assert (band["decision"], band["rules"], band["severity"]) == ("D", [2], "error")


@pytest.mark.parametrize("name", ["report.csv", "report.xlsx"])
def test_the_report_is_kept_as_a_sheet(folder: Path, name: str) -> None:
    out = folder / name
    run("prove", folder, "--report", out)
    head, *rows = catalogue.read_sheet(out.read_bytes())
    assert head == list(report.HEAD)
    assert sorted(row[3] for row in rows) == ["band", "gravity", "overlap"]


def test_a_file_that_is_no_model_is_a_finding_and_the_rest_is_proven(folder: Path) -> None:
    (folder / "broken.dmn").write_text("<definitions>")
    (folder / "other.dmn").write_bytes(b"\x00\xff")
    result = run("prove", folder)
    assert (result.exit_code, result.exception.__class__) == (1, SystemExit)
    assert "4 files, 2 decisions, 5 findings: 1 band, 1 gravity, 2 illegal, 1 overlap" in result.stdout


def test_a_model_is_read_after_the_one_it_imports(tmp_path: Path) -> None:
    needing = SOUND.replace(b"urn:test", b"urn:needing").replace(
        b"<inputData", b'<import name="base" namespace="urn:test" importType="x/DMN/"/><inputData', 1
    )
    (tmp_path / "a.dmn").write_bytes(needing)
    assert run("prove", tmp_path).exit_code == 1
    (tmp_path / "b.dmn").write_bytes(SOUND)
    assert run("prove", tmp_path).exit_code == 0


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    result = run("prove", tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Expected DMN files" in result.stderr


@pytest.mark.parametrize(
    ("name", "encoding"), [("s.csv", None), ("s.csv", "utf-8"), ("s.csv", "gb18030"), ("s.xlsx", None)]
)
def test_a_sheet_goes_into_a_folder_and_comes_back_byte_for_byte(
    tmp_path: Path, name: str, encoding: str | None
) -> None:
    first, second, folder = tmp_path / name, tmp_path / f"again-{name}", tmp_path / "items"
    named = {"utf-8": "utf-8-sig", "gb18030": "gb18030", None: "utf-8-sig"}[encoding]
    write = catalogue.write_xlsx(_SHEET) if name == "s.xlsx" else catalogue.write_csv(_SHEET, named)
    first.write_bytes(write)
    options = ["--encoding", encoding] if encoding else []
    assert run("import", first, "--out", folder).exit_code == 0
    assert run("export", folder, "--out", second, *options).exit_code == 0
    assert second.read_bytes() == first.read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == ["item-0001.dmn", "item-0002.dmn"]


def test_faulty_rows_are_listed_with_row_and_column_and_their_item_is_left_out(tmp_path: Path) -> None:
    sheet = [*_SHEET[:3], ["焚烧秸秆", "", "面积 = 很大；面积 > 3", "", "", "x"], *_SHEET[4:]]
    (tmp_path / "s.csv").write_bytes(catalogue.write_csv(sheet))
    result = run("import", tmp_path / "s.csv", "--out", tmp_path / "items")
    assert result.exit_code == 1
    assert "E4:4: Expected a kind of penalty" in result.stdout
    assert [path.name for path in (tmp_path / "items").iterdir()] == ["item-0001.dmn"]


def test_a_sheet_without_the_columns_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("a,b\n1,2\n")
    result = run("import", tmp_path / "s.csv", "--out", tmp_path / "items")
    assert result.exit_code == 1
    assert "head row" in result.stderr
    assert not (tmp_path / "items").exists()


def test_an_import_never_mixes_with_what_lies_there(folder: Path) -> None:
    (folder / "s.csv").write_bytes(catalogue.write_csv(_SHEET))
    result = run("import", folder / "s.csv", "--out", folder)
    assert result.exit_code == 1
    assert "no DMN files yet" in result.stderr


def test_a_sheet_is_written_as_csv_or_xlsx_only(folder: Path) -> None:
    result = run("export", folder / "deeper", "--out", folder / "s.pdf")
    assert result.exit_code == 1
    assert not (folder / "s.pdf").exists()


def test_items_are_exported_in_their_order_beyond_9999(tmp_path: Path) -> None:
    imported = catalogue.import_sheet(_SHEET).files
    (tmp_path / "item-10000.dmn").write_bytes(imported["item-0002"])
    (tmp_path / "item-9999.dmn").write_bytes(imported["item-0001"])
    run("export", tmp_path, "--out", tmp_path / "s.csv")
    rows = catalogue.read_sheet((tmp_path / "s.csv").read_bytes())
    assert [row[0] for row in rows if row[0]] == ["违法行为", "占用道路经营", "焚烧秸秆、㐂䶮"]
