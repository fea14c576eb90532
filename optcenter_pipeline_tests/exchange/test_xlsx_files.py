"""Excel books: what is written comes back, what other programs write is understood, what is none is told."""

import datetime as dt
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optcenter_pipeline.exchange.errors import ExchangeError
from optcenter_pipeline.exchange.file_cells import FileCell, FileTab, Moment
from optcenter_pipeline.exchange.xlsx_reading import read_xlsx
from optcenter_pipeline.exchange.xlsx_writing import xlsx_bytes
from optcenter_pipeline.workbook.tabs import ALL_TABS, CANDIDATES, INITIATIVES, RUNS
from optcenter_pipeline_tests.exchange.books import book, book_of, parts, tab_copy, with_xml
from optcenter_pipeline_tests.exchange.generated_cells import cells, typed
from optcenter_pipeline_tests.support.dangerous_text import DANGEROUS
from optcenter_pipeline_tests.support.random_cases import cases

WIDTH = len(CANDIDATES.columns)


def there_and_back(folder: Path, rows: list[list[FileCell]]) -> FileTab:
    path = folder / "book.xlsx"
    path.write_bytes(xlsx_bytes([tab_copy(CANDIDATES, rows)]))
    (tab,) = read_xlsx(path)
    return tab


def first_cells(tab: FileTab, count: int) -> list[FileCell]:
    """Of the first row below the header."""
    return [tab.cell(1, column) for column in range(count)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.lists(cells, max_size=WIDTH), max_size=8))
def test_every_cell_comes_back_the_same(tmp_path: Path, rows: list[list[FileCell]]) -> None:
    tab = there_and_back(tmp_path, rows)
    for number, row in enumerate(rows, 1):
        assert [typed(tab.cell(number, column)) for column in range(len(row))] == [typed(cell) for cell in row]


def test_a_moment_that_no_date_says_exactly_keeps_its_number(tmp_path: Path) -> None:
    odd = 46477.123456789
    tab = there_and_back(tmp_path, [[Moment(odd), Moment(-3.5), Moment(46477.604166666664)]])
    assert first_cells(tab, 3) == [odd, -3.5, Moment(46477.604166666664)]


@pytest.mark.parametrize("text", [text for text in DANGEROUS if len(text) <= 32_767])
def test_text_is_text_in_the_file(tmp_path: Path, text: str) -> None:
    content = xlsx_bytes([tab_copy(INITIATIVES, [[text]])])
    xml = parts(content)
    sheets = [part for name, part in xml.items() if name.startswith("xl/worksheets/")]
    assert not [sheet for sheet in sheets if re.search(r"<f[ >]|hyperlink", sheet, re.IGNORECASE)]
    assert re.search(r'<c r="A2"( s="\d+")? t="s">', xml["xl/worksheets/sheet1.xml"])


@pytest.mark.parametrize("text", ["<r>bold</r>", "<r> two  spaces </r>", "<r>&amp;</r>", "<r></r>", "<r>a\nb</r>"])
def test_text_that_looks_like_a_books_own_markup_stays_text(tmp_path: Path, text: str) -> None:
    assert first_cells(there_and_back(tmp_path, [[text]]), 1) == [text]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * 32_768, "32,768 characters; a cell of an Excel file holds 32,767"),
        ("🚀" * 16_384, "32,768 characters"),
        ("\uffff", "U+FFFF"),
        ("<r>\x01</r>", "control characters"),
    ],
)
def test_what_an_excel_file_cannot_hold_is_told_with_its_cell(text: str, words: str) -> None:
    with pytest.raises(ExchangeError) as caught:
        xlsx_bytes([tab_copy(INITIATIVES, [["INIT-1", "fine"], ["INIT-2", text]])])
    (line,) = caught.value.lines
    assert line.startswith("Initiatives!3 title: ")
    assert words in line


def test_the_longest_text_that_fits_comes_back(tmp_path: Path) -> None:
    longest = ["x" * 32_767, "🚀" * 16_383]
    assert first_cells(there_and_back(tmp_path, [list(longest)]), 2) == longest


def test_a_book_looks_like_the_workbook() -> None:
    copies = [tab_copy(tab, [], [column.name for column in tab.columns]) for tab in ALL_TABS]
    xml = parts(xlsx_bytes(copies))
    for number, tab in enumerate(ALL_TABS, 1):
        sheet = xml[f"xl/worksheets/sheet{number}.xml"]
        assert '<pane ySplit="1"' in sheet, tab.name
        assert sheet.count("<dataValidation ") == sum(bool(column.choices) for column in tab.columns), tab.name
        for column in tab.columns:
            if column.choices:
                shown = ",".join(column.choices)
                assert f'<formula1>"{shown}"</formula1>' in sheet, column.name
        notes = re.findall(r"<comment ", xml[f"xl/comments{number}.xml"])
        assert len(notes) == len(tab.columns), tab.name
        assert sheet.count('<cfRule type="beginsWith"') == 3, tab.name
    assert "<b/>" in xml["xl/styles.xml"]


def test_dates_are_shown_as_dates(tmp_path: Path) -> None:
    xml = parts(xlsx_bytes([tab_copy(CANDIDATES, [[""] * 6 + [Moment(46477)]])]))
    (look,) = re.findall(r'<c r="G2" s="(\d+)"><v>46477</v>', xml["xl/worksheets/sheet1.xml"])
    looks = re.findall(r"<xf [^>]*>", xml["xl/styles.xml"].split("<cellXfs")[1])
    (format_id,) = re.findall(r'numFmtId="(\d+)"', looks[int(look)])
    assert f'numFmtId="{format_id}" formatCode="yyyy-mm-dd"' in xml["xl/styles.xml"]


def test_a_book_of_another_program_is_understood(tmp_path: Path) -> None:
    def fill(file: Any) -> None:
        bold, day = file.add_format({"bold": True}), file.add_format({"num_format": "dd/mm/yyyy"})
        sheet = file.add_worksheet("runs")
        sheet.write_formula(0, 0, "=1/0", None, "#DIV/0!")
        sheet.write_formula(1, 0, "=NA()", None, "#N/A")
        sheet.write_formula(2, 0, "=A9", None, "given by a formula")
        sheet.write_rich_string(3, 0, "rich ", bold, "text", " stays whole")
        sheet.write_number(4, 0, 0.25, file.add_format({"num_format": "0%"}))
        sheet.write_datetime(5, 0, dt.datetime(2027, 3, 31), day)
        sheet.write_datetime(6, 0, dt.datetime(1900, 1, 30), day)
        sheet.write_datetime(7, 0, dt.time(14, 30), file.add_format({"num_format": "hh:mm"}))
        sheet.write_boolean(8, 0, False)
        sheet.write_string(9, 0, "007")
        sheet.write_number(11, 0, 7)

    (tab,) = read_xlsx(book(tmp_path / "book.xlsx", fill))
    first_january = (dt.date(1900, 1, 30) - dt.date(1899, 12, 30)).days
    assert [tab.cell(row, 0) for row in range(12)] == [
        "#DIV/0!",
        "#N/A",
        "given by a formula",
        "rich text stays whole",
        0.25,
        Moment(46477),
        Moment(first_january),
        Moment(14.5 / 24),
        False,
        "007",
        "",
        7,
    ]


@pytest.mark.parametrize(
    ("cell", "is_calculated"),
    [
        ("<c r='A1'><f>10+5</f></c>", False),
        ('<c r="A1" s="1"><f>10+5</f><v></v></c>', False),
        ('<c r="A1" t="n">\n<f>10+5</f>\n<v/>\n</c>', False),
        ('<c r="A1"><f t="shared" si="0"/><v /></c>', False),
        ('<c r="A1" t="str"><f>10+5</f></c>', False),
        ('<c r="A1" t="b"><f>1=1</f><v/></c>', False),
        ('<c r="A1" t="str"><f>""</f><v></v></c>', True),
        ("<c r='A1' t='str'><f>\"\"</f><v/></c>", True),
    ],
)
def test_formulas_that_were_never_calculated_are_told_from_those_that_give_nothing(
    tmp_path: Path, cell: str, is_calculated: bool
) -> None:
    def fill(file: Any) -> None:
        file.add_format()
        file.add_worksheet().write_row(0, 0, [77, 3])

    path = with_xml(book(tmp_path / "book.xlsx", fill), lambda xml: xml.replace('<c r="A1"><v>77</v></c>', cell))
    (tab,) = read_xlsx(path)
    assert tab.rows == [["", 3]]
    assert tab.uncalculated == ([] if is_calculated else [(0, 0)])


def test_dates_of_the_1904_calendar_are_the_same_days(tmp_path: Path) -> None:
    def fill(file: Any) -> None:
        file.add_worksheet().write_datetime(0, 0, dt.datetime(2027, 3, 31), file.add_format({"num_format": 14}))

    (tab,) = read_xlsx(book(tmp_path / "book.xlsx", fill, date_1904=True))
    assert tab.rows[0] == [Moment(46477)]


def test_hidden_sheets_merged_cells_and_charts(tmp_path: Path) -> None:
    def fill(file: Any) -> None:
        file.add_worksheet("shown").merge_range(1, 0, 3, 0, "for three rows")
        file.add_worksheet("hidden").hide()
        chart = file.add_chart({"type": "line"})
        chart.add_series({"values": "=shown!$A$1:$A$2"})
        file.add_chartsheet("chart").set_chart(chart)

    shown, hidden = read_xlsx(book(tmp_path / "book.xlsx", fill))
    assert shown.remarks == ["merged cells (A2:A4) have their value in the first cell alone"]
    assert hidden.remarks == ["the sheet is hidden in the file; it was read all the same"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no Excel book"),
        (b"initiative_key,title\r\n", "no Excel book"),
        (b"<html><table></table></html>", "no Excel book"),
        (b"PK\x03\x04 and no more", "no Excel book"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "password"),
    ],
)
def test_what_is_no_book_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    with pytest.raises(ExchangeError, match=words):
        read_xlsx(path)


def test_a_zip_of_something_else_is_told(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("letter.txt", "hello")
    with pytest.raises(ExchangeError, match="no Excel book"):
        read_xlsx(path)


def test_a_stray_cell_far_away_is_told_instead_of_eating_the_memory(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx", lambda file: file.add_worksheet().write("XFD1048576", 1))
    with pytest.raises(ExchangeError, match="as far as XFD1048576"):
        read_xlsx(path)


def test_a_date_that_cannot_be_is_told_although_it_crashes_the_reader(tmp_path: Path) -> None:
    def fill(file: Any) -> None:
        file.add_worksheet().write_number(0, 0, -1e12, file.add_format({"num_format": "yyyy-mm-dd"}))

    with pytest.raises(ExchangeError, match="a cell says what cannot be"):
        read_xlsx(book(tmp_path / "book.xlsx", fill))


def test_a_large_plain_sheet_is_read_whole(tmp_path: Path) -> None:
    rows = [[f"INIT-{n}", n, n % 2 == 0] for n in range(5000)]
    (tab,) = read_xlsx(book_of(tmp_path / "book.xlsx", {RUNS.name: rows}))
    assert [list(row) for row in tab.rows] == rows


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=cases(200))
@given(place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_book_is_told_or_read_and_never_crashes(
    tmp_path: Path, place: float, byte: int, cut: bool
) -> None:
    content = bytearray(xlsx_bytes([tab_copy(RUNS, [["run-1", "Q1", "", "2027-Q1"]])]))
    spot = int(place * len(content))
    content[spot] = byte
    path = tmp_path / "book.xlsx"
    path.write_bytes(content[:spot] if cut else content)
    try:
        tabs = read_xlsx(path)
    except ExchangeError as error:
        assert str(path) in str(error)
    else:
        assert all(isinstance(tab, FileTab) for tab in tabs)
