"""Sheets of legal offices into DMN files and back: losslessly, and never half."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import dmn
from engine.dmn import catalogue
from engine.dmn.catalogue import wording
from engine.dmn.catalogue.sheets import column_letters, column_number
from engine.errors import BanjieError, Malformed, TooLarge

_HEAD = ["违法行为", "依据", "情节", "阶次", "处罚种类", "幅度"]
_SHEET = [
    _HEAD,
    ["占用道路经营", "条例第24条", "占用面积5平方米以下", "1", "罚款", "500元"],
    ["", "", "占用面积超过5平方米10平方米以下", "2", "罚款", "1000元"],
    ["", "", '占用面积超过10平方米；地点: not("车行道")', "3", "罚款", "1,500元"],
    ["", "", "占用面积超过10平方米；地点 = 车行道", "4", "罚款", "0.3万元"],
    ["随地吐痰", "条例第56条", "已清理 = true；次数 = 0", "1", "不予处罚", ""],
    ["随地吐痰", "条例第56条", "已清理 = false", "2", "罚款", "50元以上200元以下"],
]


def models(imported: catalogue.Imported) -> list[dmn.Model]:
    return [dmn.read(data) for data in imported.files.values()]


def test_a_sheet_becomes_one_file_for_each_item_and_comes_back_unchanged() -> None:
    imported = catalogue.import_sheet(_SHEET)
    assert (sorted(imported.files), imported.faults) == (["item-0001", "item-0002"], ())
    assert catalogue.export_sheet(models(imported)) == _SHEET


def test_an_imported_item_is_evaluated_and_proven_like_any_table() -> None:
    street, spitting = models(catalogue.import_sheet(_SHEET))
    assert dmn.evaluate(street, "占用道路经营", {"占用面积": 10, "地点": "人行道"}).json == {
        "kind": "罚款",
        "amount": 1000,
    }
    assert dmn.evaluate(street, "占用道路经营", {"占用面积": 11, "地点": "车行道"}).json == {
        "kind": "罚款",
        "amount": 3000,
    }
    assert dmn.prove(street, "占用道路经营") == []
    assert {finding.kind for finding in dmn.prove(spitting, "随地吐痰")} == {"gap", "range-output"}


def test_an_imported_file_has_a_shape_for_each_element_so_that_editors_show_it() -> None:
    text = catalogue.import_sheet(_SHEET).files["item-0001"].decode()
    assert text.count("dmnElementRef") == 3
    assert 'name="banjie.item" value="占用道路经营"' in text


def test_the_same_sheet_gives_the_same_bytes() -> None:
    assert catalogue.import_sheet(_SHEET) == catalogue.import_sheet(_SHEET)


def test_a_rule_changed_in_an_editor_is_exported_in_new_words() -> None:
    data = catalogue.import_sheet(_SHEET).files["item-0001"].decode()
    changed = dmn.read(
        data.replace("&lt;= 5", "&lt;= 4").replace("<text>500</text>", "<text>400</text>").encode()
    )
    assert catalogue.export_sheet([changed])[1] == [
        "占用道路经营",
        "条例第24条",
        "占用面积: <= 4",
        "1",
        "罚款",
        "400",
    ]


def test_a_table_drawn_in_an_editor_is_exported_too() -> None:
    data = catalogue.import_sheet(_SHEET).files["item-0002"].decode()
    without_words = "\n".join(line for line in data.splitlines() if "annotation" not in line).encode()
    rows = catalogue.export_sheet([dmn.read(without_words)])
    assert rows[0] == ["违法行为", "情节", "处罚种类", "幅度"]
    assert rows[1] == ["随地吐痰", "已清理: true；次数: 0", "不予处罚", ""]


@pytest.mark.parametrize(
    ("row", "column", "text", "place"),
    [
        (1, 4, "", "E2"),
        (2, 2, "面积: <= ", "C3"),
        (2, 2, "面积: > 上限", "C3"),
        (3, 2, "占用面积 = 很大", "C4"),
        (5, 0, "占用道路经营", "A6"),
        (1, 1, "条例\x0b", "B2"),
    ],
)
def test_a_faulty_row_is_listed_with_row_and_column_and_its_item_left_out(
    row: int, column: int, text: str, place: str
) -> None:
    sheet = [list(cells) for cells in _SHEET]
    if column == 0:
        sheet.append([text, "", "", "9", "罚款", "1元"])
        place = f"A{len(sheet)}"
    else:
        sheet[row][column] = text
    imported = catalogue.import_sheet(sheet)
    assert place in {fault.where for fault in imported.faults}
    assert len(imported.files) == (2 if column == 0 else 1)


def test_a_cell_beyond_the_head_row_is_a_fault_not_lost() -> None:
    imported = catalogue.import_sheet([*_SHEET[:1], [*_SHEET[1], "备注"]])
    assert [fault.where for fault in imported.faults] == ["G2"]


def test_the_first_row_must_name_an_item() -> None:
    imported = catalogue.import_sheet([_HEAD, ["", "", "不限", "1", "罚款", "1元"]])
    assert [fault.where for fault in imported.faults] == ["A2"]


@pytest.mark.parametrize("head", [[], ["违法行为", "情节"], [*_HEAD, "依据"], [*_HEAD, ""]])
def test_a_head_row_without_the_columns_is_refused(head: list[str]) -> None:
    with pytest.raises(Malformed, match="head row"):
        catalogue.import_sheet([head])


@pytest.mark.parametrize(
    ("words", "tests"),
    [
        ("不限", {}),
        ("占用面积5平方米以下", {"占用面积": "<= 5"}),
        ("占用面积不满5平方米的", {"占用面积": "< 5"}),
        ("占用面积超过10平方米", {"占用面积": "> 10"}),
        ("违法所得1.5万元以上", {"违法所得": ">= 15000"}),
        ("占用面积5平方米以上不满10平方米", {"占用面积": "[5..10)"}),
        ("占用面积超过5平方米10平方米以下", {"占用面积": "(5..10]"}),
        ("次数 ≥ 2", {"次数": ">= 2"}),
        ('地点: "人行道", "广场"', {"地点": '"人行道", "广场"'}),
        ("地点 ≠ 车行道", {"地点": 'not("车行道")'}),
        ("次数 = 0且占用面积5平方米以下", {"次数": "0", "占用面积": "<= 5"}),
        ("情节轻微", {"情节": '"情节轻微"'}),
        ("占用面积5平方米10平方米", {"情节": '"占用面积5平方米10平方米"'}),
    ],
)
def test_wordings_become_conditions_and_nothing_is_guessed(words: str, tests: dict[str, str]) -> None:
    assert wording.conditions(words) == tests
    assert wording.conditions(wording.worded(tests)) == tests


@pytest.mark.parametrize(
    ("words", "feel"),
    [
        ("500元", "500"),
        ("1,500.50元", "1500.5"),
        ("2万元", "20000"),
        ("", "null"),
        ("罚款50元", "50"),
        ("500元以上2000元以下", '"500元以上2000元以下"'),
    ],
)
def test_amounts_are_numbers_only_where_one_is_named(words: str, feel: str) -> None:
    assert wording.amount(words) == feel


_CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@given(st.lists(st.lists(_CELL, min_size=1, max_size=4), min_size=1, max_size=6))
def test_sheets_survive_csv_and_xlsx(rows: list[list[str]]) -> None:
    rows[-1][0] = "end"
    assert catalogue.read_sheet(catalogue.write_csv(rows)) == rows
    assert catalogue.read_sheet(catalogue.write_xlsx(rows)) == rows


@given(st.lists(st.tuples(_CELL, _CELL, _CELL.filter(str.strip), _CELL), min_size=1, max_size=5))
def test_whatever_is_imported_is_exported_unchanged(cells: list[tuple[str, str, str, str]]) -> None:
    sheet = [_HEAD, *(["项目", law, facts, "1", kind, amount] for law, facts, kind, amount in cells)]
    imported = catalogue.import_sheet(sheet)
    if not imported.faults:
        assert catalogue.export_sheet(models(imported)) == sheet


def test_gb18030_is_read_as_the_offices_write_it() -> None:
    assert catalogue.read_sheet("违法行为,幅度\r\n吐痰,50元\r\n".encode("gb18030")) == [
        ["违法行为", "幅度"],
        ["吐痰", "50元"],
    ]


def _workbook(parts: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


_SPREADSHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def _sheet(rows: str) -> str:
    return f"<worksheet {_SPREADSHEET}><sheetData>{rows}</sheetData></worksheet>"


def test_shared_and_rich_texts_numbers_and_gaps_of_a_workbook_are_read() -> None:
    shared = f"<sst {_SPREADSHEET}><si><t>甲</t></si><si><r><t>乙</t></r><r><t>丙</t></r></si></sst>"
    cells = '<c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c>'
    sheet = _sheet(f'<row r="1">{cells}</row><row r="3"><c r="B3"><v>1.5</v></c></row>')
    data = _workbook({"xl/sharedStrings.xml": shared, "xl/worksheets/sheet1.xml": sheet})
    assert catalogue.read_sheet(data) == [["甲", "", "乙丙"], [], ["", "1.5"]]


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 no archive",
        b"\xff\xfe\x00\x81",
        b'a,"b',
        _workbook({"other.txt": "x"}),
        _workbook({"xl/worksheets/sheet1.xml": _sheet('<row><c r="??"/></row>')}),
        _workbook({"xl/worksheets/sheet1.xml": "<!DOCTYPE x><worksheet/>"}),
    ],
)
def test_what_is_no_sheet_is_refused(data: bytes) -> None:
    with pytest.raises(BanjieError):
        catalogue.read_sheet(data)


def test_a_sheet_without_measure_is_refused() -> None:
    sheet = _sheet('<row r="99999999"/>')
    with pytest.raises(TooLarge):
        catalogue.read_sheet(_workbook({"xl/worksheets/sheet1.xml": sheet}))


@pytest.mark.parametrize(("letters", "place"), [("A", 0), ("Z", 25), ("AA", 26), ("XFD", 16383)])
def test_columns_are_counted_as_spreadsheets_do(letters: str, place: int) -> None:
    assert (column_letters(place), column_number(f"{letters}1")) == (letters, place)
