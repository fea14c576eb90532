"""Folders of CSV files: ours, and those of people and of other programs."""

import csv
from pathlib import Path

import pytest

from optcenter_pipeline.exchange.csv_folder import read_csv_files, write_csv_folder
from optcenter_pipeline.exchange.errors import ExchangeError
from optcenter_pipeline.exchange.file_cells import FileCell, Moment
from optcenter_pipeline.exchange.xlsx_writing import xlsx_bytes
from optcenter_pipeline.workbook.tabs import CANDIDATES, INITIATIVES
from optcenter_pipeline_tests.exchange.books import csv_files, tab_copy

HEADER = ["initiative_key", "engineering_tokens", "deadline_date", "notes"]


def test_a_file_is_what_other_programs_read(tmp_path: Path) -> None:
    rows: list[list[FileCell]] = [["INIT-1", 12, Moment(46477), 'a "b", c'], ["=1+1", 1e-7, "", "two\r\nlines"]]
    write_csv_folder(tmp_path, [tab_copy(CANDIDATES, rows, HEADER)])
    content = (tmp_path / "Candidates.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfinitiative_key,")
    with (tmp_path / "Candidates.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            HEADER,
            ["INIT-1", "12", "2027-03-31", 'a "b", c'],
            ["'=1+1", "1e-07", "", "two\r\nlines"],
        ]


def test_headers_and_columns_of_their_own_come_back(tmp_path: Path) -> None:
    header = [*HEADER, "=HYPERLINK(1)", "2027", "it's"]
    rows: list[list[FileCell]] = [["INIT-1", "", "", "", True, Moment(46477), "007"]]
    write_csv_folder(tmp_path, [tab_copy(CANDIDATES, rows, header)])
    (tab,) = read_csv_files(tmp_path)
    assert [list(row) for row in tab.rows] == [header, *rows]
    assert b"'=HYPERLINK" in (tmp_path / "Candidates.csv").read_bytes()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_files_of_other_programs(tmp_path: Path, delimiter: str, encoding: str, line_end: str) -> None:
    lines = [["Key", "Tokens", "Name"], ["INIT-1", "1,5", "Zürich; 🚀"], ["007", "12", 'a "b"']]
    quoted = (delimiter.join(f'"{cell}"'.replace('"b"', '""b""') for cell in line) for line in lines)
    (tmp_path / "candidates.CSV").write_bytes(line_end.join(quoted).encode(encoding))
    (tab,) = read_csv_files(tmp_path)
    assert [list(row) for row in tab.rows] == [lines[0], lines[1], ["007", 12, 'a "b"']]


@pytest.mark.parametrize("first", ["sep=;\r\n", "SEP=;\n", '"sep=;"\r\n', "\ufeffsep=;\r\n"])
def test_the_line_by_which_excel_names_the_separator_is_no_row(tmp_path: Path, first: str) -> None:
    # by its header alone it would be taken for a file with commas
    text = first + "key,title;key;title,name\r\nx;INIT-1;One, two\r\n"
    (tab,) = read_csv_files(csv_files(tmp_path, {"Initiatives.csv": text}))
    assert [list(row) for row in tab.rows] == [["key,title", "key", "title,name"], ["x", "INIT-1", "One, two"]]


def test_only_csv_files_that_people_see_are_read(tmp_path: Path) -> None:
    files = {"Initiatives.csv": "key\r\nINIT-1", ".~lock.Targets.csv#": "x", ".Targets.csv": "x", "readme.txt": "x"}
    tabs = read_csv_files(csv_files(tmp_path, {**files, "Budget.csv": "a,b"}))
    assert [tab.title for tab in tabs] == ["Budget", "Initiatives"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            "key,title\nINIT-1,Zürich".encode("latin-1"),
            r"Initiatives\.csv line 2: this is not UTF-8 text; save it as",
        ),
        ("key,title\nINIT-1,x".encode("utf-16"), r"Initiatives\.csv: this is UTF-16 text .*; save it as CSV UTF-8"),
        (b"\xfe\xff" + "key,title".encode("utf-16-be"), "this is UTF-16 text"),
        (
            xlsx_bytes([tab_copy(INITIATIVES, [])]),
            r"this is an Excel book or .*name it \.xlsx; save it as CSV UTF-8",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"an Excel book of the old format \.xls"),
        (b'sep=;\nkey;title\nINIT-1;"x', r"Initiatives\.csv line 3: this is not CSV: .*quotation mark"),
        (b'key,title\nINIT-1,"x', r"Initiatives\.csv line 2: this is not CSV: .*quotation mark"),
        (b'key,title\nINIT-1,"x"y', "line 2: this is not CSV"),
        (
            b"key,title\nINIT-1," + b"x" * 200_000,
            "line 2: the field .* has more than 131,072 characters, and a "
            "cell holds 50,000; shorten it; is a quotation mark missing",
        ),
    ],
)
def test_what_is_no_csv_text_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "Initiatives.csv").write_bytes(content)
    with pytest.raises(ExchangeError, match=words):
        read_csv_files(tmp_path)


def test_one_file_alone_is_read_as_its_tab(tmp_path: Path) -> None:
    csv_files(tmp_path, {"Initiatives.csv": "key\r\nINIT-1", "Targets.csv": "scenario\r\nPlan"})
    assert [tab.title for tab in read_csv_files(tmp_path / "Initiatives.csv")] == ["Initiatives"]


def test_files_that_are_not_of_the_export_stay_and_are_told_where_an_import_would_read_them(tmp_path: Path) -> None:
    csv_files(tmp_path, {"Targets.csv": "old", "Budget.csv": "theirs"})
    (warning,) = write_csv_folder(tmp_path, [tab_copy(INITIATIVES, [])])
    assert warning.startswith(f"{tmp_path / 'Targets.csv'}: left as it was")
    assert (tmp_path / "Budget.csv").read_text() == "theirs"
