"""Sheets as legal offices keep them: .csv and .xlsx bytes to rows of text, and back.

Called by whoever imports or exports a catalogue. Reads the first sheet of a workbook; formulas give their
stored result, formats are left alone. A workbook is XML in an archive: it goes through the same hardened
door as every other XML, and an archive that unfolds without measure is refused.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.sax.saxutils import escape

from engine.dmn.xml import Node, parse
from engine.errors import Malformed, TooLarge, said

Rows = list[list[str]]

MAX_BYTES = 64 * 1024 * 1024
"""How large a part of a workbook may be when unpacked."""
MAX_ROWS = 200_000

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, KeyError, IndexError,
)  # fmt: skip
"""What reading an archive, or cells that point to texts it lacks, can end with."""
_STAMP = (2026, 1, 1, 0, 0, 0)


def read_sheet(data: bytes, encoding: str | None = None) -> Rows:
    """The rows of a .csv (UTF-8 or GB18030) or .xlsx file; rows without any text are left out at the end.

    A text that is UTF-8 is read as such, unless an encoding is named. Raises Malformed where the bytes are
    neither, TooLarge over the limits.
    """
    rows = _read_workbook(data) if data.startswith(b"PK") else _read_csv(data, encoding)
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    return rows


# .csv


def _read_csv(data: bytes, encoding: str | None) -> Rows:
    if len(data) > MAX_BYTES:
        raise TooLarge(
            said(
                "Expected a file of at most {max_bytes} bytes, but it has {count}",
                max_bytes=MAX_BYTES,
                count=len(data),
            )
        )
    try:
        return [
            list(row) for row in csv.reader(io.StringIO(_decoded(data, encoding), newline=""), strict=True)
        ]
    except csv.Error as error:
        raise Malformed(said("Expected a CSV file, but {error}", error=error)) from error


def _decoded(data: bytes, named: str | None) -> str:
    for encoding in (named,) if named else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Malformed(said("Expected text in UTF-8 or GB18030, but the file is in neither"))


def write_csv(rows: Rows, encoding: str = "utf-8-sig") -> bytes:
    """Rows as a CSV file, by default in UTF-8 with the byte order mark that spreadsheet programs expect."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue().encode(encoding)


# .xlsx


def _read_workbook(data: bytes) -> Rows:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            texts = [_rich_text(node) for node in _part(archive, "xl/sharedStrings.xml", "si")]
            return _read_rows(_part(archive, _first_sheet(archive), "sheetData"), texts)
    except _BROKEN as error:
        raise Malformed(said("Expected a workbook (.xlsx), but {error}", error=error)) from error


def _first_sheet(archive: zipfile.ZipFile) -> str:
    names = sorted(n for n in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n))
    if not names:
        raise Malformed(said("Expected a workbook with a sheet, but it has none"))
    return min(names, key=lambda name: int(re.sub(r"\D", "", name)))


def _part(archive: zipfile.ZipFile, name: str, child: str) -> Iterator[Node]:
    if name not in archive.namelist():
        return iter(())
    if archive.getinfo(name).file_size > MAX_BYTES:
        raise TooLarge(
            said(
                "Expected {name} to unfold to at most {max_bytes} bytes, but it is larger",
                name=name,
                max_bytes=MAX_BYTES,
            )
        )
    return parse(archive.read(name), max_bytes=MAX_BYTES, max_nodes=10_000_000).each(child)


def _read_rows(sheets: Iterator[Node], texts: list[str]) -> Rows:
    rows: Rows = []
    for row in (row for sheet in sheets for row in sheet.each("row")):
        number = int(row.get("r") or len(rows) + 1)
        if number > MAX_ROWS:
            raise TooLarge(
                said(
                    "Expected at most {max_rows} rows, but there is row {number}",
                    max_rows=MAX_ROWS,
                    number=number,
                )
            )
        rows.extend([] for _ in range(len(rows), number))
        for cell in row.each("c"):
            _place(rows[number - 1], cell, texts)
    return rows


def _place(row: list[str], cell: Node, texts: list[str]) -> None:
    at = column_number(cell.get("r")) if cell.get("r") else len(row)
    row.extend("" for _ in range(len(row), at + 1))
    row[at] = _cell_text(cell, texts)


def _cell_text(cell: Node, texts: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        inline = cell.first("is")
        return _rich_text(inline) if inline else ""
    value = cell.first("v")
    if value is None:
        return ""
    if cell.get("t") == "s":
        return texts[int(value.text)]
    return value.text


def _rich_text(node: Node) -> str:
    parts = list(node.each("t")) or [text for run in node.each("r") for text in run.each("t")]
    return "".join(part.text for part in parts)


def column_number(reference: str) -> int:
    """The place (from 0) of a cell reference's column: A1 is 0, AA7 is 26. Raises Malformed beyond XFD."""
    letters = re.match(r"[A-Z]{1,3}", reference)
    if letters is None:
        raise Malformed(
            said("Expected a cell reference like B7, but found {reference!r}", reference=reference)
        )
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - 64
    if number > 16_384:
        raise Malformed(said("Expected a column up to XFD, but found {reference!r}", reference=reference))
    return number - 1


def column_letters(place: int) -> str:
    """The letters of a column's place: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def write_xlsx(rows: Rows) -> bytes:
    """Rows as a workbook of one sheet, all cells text; the same rows give the same bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**_FIXED_PARTS, "xl/worksheets/sheet1.xml": _sheet_xml(rows)}.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), text, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _sheet_xml(rows: Rows) -> str:
    body = "".join(
        f'<row r="{number}">{"".join(_cell_xml(number, place, cell) for place, cell in enumerate(row))}</row>'
        for number, row in enumerate(rows, start=1)
    )
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'


def _cell_xml(row: int, place: int, text: str) -> str:
    shown = escape(text, {"\r": "&#13;"})
    reference = f"{column_letters(place)}{row}"
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'


_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FIXED_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="裁量基准" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}
