"""`workbook export` and `workbook import` from a terminal."""

from pathlib import Path

import pytest

from optcenter_pipeline_tests.cli.conftest import Optcenter
from optcenter_pipeline_tests.exchange.books import book_of
from optcenter_pipeline_tests.support.planning_space import PlanningSpace

ROWS = {"Constraints": 31, "Candidates": 40, "Initiatives": 42}


@pytest.mark.parametrize("name", ["book.xlsx", "folder/", "folder"])
def test_out_and_into_another_workbook(
    optcenter: Optcenter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    out = optcenter("workbook", "export", f"{tmp_path}/{name}", "--json")
    assert out.code == 0
    assert ROWS.items() <= out.document["rows"].items()
    assert out.document["warnings"] == []
    assert (tmp_path / "folder" / "Candidates.csv").is_file() == (name != "book.xlsx")
    monkeypatch.setenv("OPTCENTER_HOME", str(tmp_path / "other"))
    into = optcenter("workbook", "import", f"{tmp_path}/{name}", "--json")
    assert into.code == 0
    assert {tab: into.document["tabs"][tab]["rows"] for tab in ROWS} == ROWS
    assert into.document["next"] == "optcenter save"


def test_what_people_read(optcenter: Optcenter, tmp_path: Path) -> None:
    book = str(tmp_path / "book.xlsx")
    out = optcenter("workbook", "export", book)
    assert "  Candidates: 40 rows\n" in out.out
    again = optcenter("workbook", "import", book)
    assert "  Candidates: 40 rows, nothing to change\n" in again.out
    assert "Next: `optcenter save`" in again.out


def test_a_workbook_in_use_says_what_to_do(
    optcenter: Optcenter, sample_space: PlanningSpace, tmp_path: Path
) -> None:
    before = sample_space.grids()
    rows = [["initiative_key", "title"], ["INIT-1", "One"]]
    book = str(book_of(tmp_path / "book.xlsx", {"Initiatives": rows, "Budget": rows}))
    refused = optcenter("workbook", "import", book)
    assert refused.code == 1
    assert refused.err.startswith("Initiatives!2 initiative_key: the workbook's tab has 42 rows already")
    assert "Traceback" not in refused.err
    assert sample_space.grids() == before
    replaced = optcenter("workbook", "import", "--replace", book)
    assert replaced.code == 0
    assert "  Initiatives: 1 row, " in replaced.out
    assert "Budget: not imported" in replaced.err
    assert sample_space.rows("Initiatives") == [{"initiative_key": "INIT-1", "title": "One"}]


def test_invalid_files_as_json(optcenter: Optcenter, tmp_path: Path) -> None:
    book = str(book_of(tmp_path / "book.xlsx", {"Initiatives": [["title"], ["One"]]}))
    ran = optcenter("workbook", "import", book, "--json")
    assert ran.code == 1
    assert ran.document["status"] == "invalid"
    assert ran.document["messages"][0].startswith("Initiatives!1 header: row 1 lacks the column initiative_key")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["import", "nowhere.xlsx"], 1, "nowhere.xlsx: there is no such file or folder"),
        (["import", "letter.txt"], 2, "ends with .xlsx or .csv"),
        (["import", "empty.xlsx"], 1, "no Excel book"),
        (["import", "none"], 1, "none has none of the planning tabs"),
        (["export", "book.xls"], 2, "ends with .xlsx, or a folder"),
        (["export", "letter.txt/"], 2, "letter.txt/ is a file; name a folder"),
        (["export", "nowhere/book.xlsx"], 4, "nowhere/book.xlsx: there is no folder "),
        (["export", "nowhere/book.xlsx"], 4, "/nowhere; make it first; nothing was changed"),
        (["export"], 2, "Missing argument"),
        (["export", ""], 2, "the target is blank"),
        (["import", " "], 2, "the source is blank"),
    ],
)
def test_what_cannot_be(
    optcenter: Optcenter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "letter.txt").write_text("x")
    (tmp_path / "empty.xlsx").touch()
    (tmp_path / "none").mkdir()
    ran = optcenter("workbook", *arguments)
    assert ran.code == code
    assert words in " ".join(ran.err.split())
    assert "Traceback" not in ran.err
