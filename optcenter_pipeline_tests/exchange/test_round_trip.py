"""Out into a file and into a fresh workbook: no value changes, and no type."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from optcenter_pipeline.exchange.exporting import export_csv, export_xlsx
from optcenter_pipeline.exchange.file_cells import FileCell, Moment
from optcenter_pipeline.exchange.importing import import_file
from optcenter_pipeline.runs.workbook_access import open_workbook
from optcenter_pipeline.workbook.tabs import CANDIDATES, INITIATIVES
from optcenter_pipeline.workbook.template import init_workbook
from optcenter_pipeline.workbook.workbook import RangeWrite, Workbook, cell_range
from optcenter_pipeline_tests.exchange.sheets import everything
from optcenter_pipeline_tests.support.dangerous_text import DANGEROUS

Export = Callable[[Workbook, Path], object]
BOTH = pytest.mark.parametrize(
    ("export", "name"), [(export_xlsx, "book.xlsx"), (export_csv, "folder")], ids=["xlsx", "csv"]
)


IntoAFreshWorkbook = Callable[[Path], dict[str, list[list[FileCell]]]]


@pytest.fixture
def into_a_fresh_workbook(tmp_path: Path, ready_files: dict[str, Path]) -> IntoAFreshWorkbook:
    """Imports a file into a workbook that nobody has used; gives every cell that then stands there."""

    def imported(file: Path) -> dict[str, list[list[FileCell]]]:
        with open_workbook(f"local:{shutil.copy(ready_files['empty'], tmp_path / 'fresh.sqlite')}") as fresh:
            import_file(fresh, file)
            return everything(fresh)

    return imported


@BOTH
def test_the_sample_comes_back_as_it_was(
    sample: Workbook, tmp_path: Path, export: Export, name: str, into_a_fresh_workbook: IntoAFreshWorkbook
) -> None:
    export(sample, tmp_path / name)
    assert into_a_fresh_workbook(tmp_path / name) == everything(sample)


@BOTH
def test_importing_what_stands_there_writes_nothing(
    sample: Workbook, tmp_path: Path, export: Export, name: str
) -> None:
    export(sample, tmp_path / name)
    before = sample.counts.writes
    report = import_file(sample, tmp_path / name)
    assert {tab.cells_written for tab in report.tabs.values()} == {0}
    assert sample.counts.writes == before


@BOTH
def test_dangerous_cells_of_every_type_come_back(
    empty: Workbook, tmp_path: Path, export: Export, name: str, into_a_fresh_workbook: IntoAFreshWorkbook
) -> None:
    texts = [text for text in DANGEROUS if len(text) <= 32_767]
    texts += [
        "_x0041_",
        "\x01\x0b",
        "a\rb",
        " both ends ",
        "<r>x</r>",
        "\u3000",
        "#REF!",
        "x" * 32_767,
        "'=1",
        "''=1",
    ]
    numbers = [0, -1, 7, 1e-7, 0.1 + 0.2, 123456789012345, 1e300, -0.5]
    rows: list[list[str | int | float | bool | None]] = [[f"K{n}", text] for n, text in enumerate(texts)]
    rows += [[f"N{n}", number, number, True, False] for n, number in enumerate(numbers)]
    empty.batch_update([RangeWrite(cell_range(INITIATIVES.name, 1, 0, len(rows), 4), _padded(rows))])
    kinds: list[list[str | int | float | bool | None]] = [
        ["007", 12.5, 46477, True],
        ["K1", "12", "2027-03-31", "TRUE"],
        ["K2", "12k", 46477.5, "yes"],
        ["K3", "#REF!", 20270331, 1],
    ]
    for place, cells in zip((0, 5, 6, 7), zip(*kinds, strict=True), strict=True):
        area = cell_range(CANDIDATES.name, 1, place, len(kinds), place)
        empty.batch_update([RangeWrite(area, [[cell] for cell in cells])])
    before = everything(empty)
    assert isinstance(before[CANDIDATES.name][1][6], Moment)
    export(empty, tmp_path / name)
    assert into_a_fresh_workbook(tmp_path / name) == before


def _padded(rows: list[list[str | int | float | bool | None]]) -> list[list[str | int | float | bool | None]]:
    return [[*row, *[None] * (5 - len(row))] for row in rows]


@BOTH
def test_dates_outside_date_columns_stay_dates(
    empty: Workbook, tmp_path: Path, export: Export, name: str, into_a_fresh_workbook: IntoAFreshWorkbook
) -> None:
    ids = {sheet.title: sheet.sheet_id for sheet in empty.sheets()}
    day = {"userEnteredFormat": {"numberFormat": {"type": "DATE", "pattern": "dd.mm.yyyy"}}}
    area = {"sheetId": ids["Scenario_Config"], "startRowIndex": 1, "endRowIndex": 2}
    fields = "userEnteredFormat.numberFormat"
    empty.structural_update(
        [
            {"repeatCell": {"range": {**area, "startColumnIndex": place, "endColumnIndex": place + 1}, **how}}
            for place in (1, 7)
            for how in [{"cell": day, "fields": fields}]
        ],
        idempotent=True,
    )
    cells: list[str | int | float | bool | None] = ["Plan", 46447, 10, None, None, None, None, 46447.25]
    empty.batch_update([RangeWrite(cell_range("Scenario_Config", 1, 0, 1, 7), [cells])])
    export(empty, tmp_path / name)
    back = into_a_fresh_workbook(tmp_path / name)["Scenario_Config"][1]
    assert (back[1], back[7]) == (Moment(46447), Moment(46447.25))


@BOTH
def test_more_rows_than_the_grid_has(
    empty: Workbook, tmp_path: Path, export: Export, name: str, into_a_fresh_workbook: IntoAFreshWorkbook
) -> None:
    rows: list[list[str | int | float | bool | None]] = [[f"INIT-{n}", f"title {n}"] for n in range(1500)]
    ids = {sheet.title: sheet.sheet_id for sheet in empty.sheets()}
    more = {"sheetId": ids["Initiatives"], "dimension": "ROWS", "length": 1000}
    empty.structural_update([{"appendDimension": more}], idempotent=False)
    empty.batch_update([RangeWrite(cell_range("Initiatives", 1, 0, len(rows), 1), rows)])
    export(empty, tmp_path / name)
    assert into_a_fresh_workbook(tmp_path / name)["Initiatives"][1:] == rows


def test_candidates_beyond_the_templates_formulas_get_theirs(tmp_path: Path) -> None:
    initiatives = "\r\n".join(["initiative_key,title", *[f"INIT-{n},title {n}" for n in range(400)]])
    candidates = "\r\n".join(["initiative_key,engineering_tokens", *[f"INIT-{n},1" for n in range(400)]])
    (tmp_path / "Initiatives.csv").write_text(initiatives)
    (tmp_path / "Candidates.csv").write_text(candidates)
    with open_workbook(f"local:{tmp_path / 'new.sqlite'}") as workbook:
        init_workbook(workbook)
        import_file(workbook, tmp_path)
        assert [row[1] for row in everything(workbook)["Candidates"][1:]] == [f"title {n}" for n in range(400)]
