"""The page in a real browser, by itself: what people type, what others change meanwhile, and what is refused."""

import re

from playwright.sync_api import expect

from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline_tests.browser.planner import Planner
from optcenter_pipeline_tests.support.planning_space import PlanningSpace


def cells(space: PlanningSpace, tab: str, column: str) -> list[object]:
    """A column as it stands in the sheet, from row 2 on."""
    header, *rows = space.grid(tab)
    place = header.index(column)
    return [row[place] if place < len(row) else "" for row in rows]


def test_what_is_typed_stands_in_the_sheet_as_the_sheet_understands_it(
    planner: Planner, sample_space: PlanningSpace
) -> None:
    planner.open("Candidates")
    planner.type(2, "engineering_tokens", "41.5")
    planner.shows(2, "engineering_tokens", "41.5")
    # Enter went to the row below
    planner.page.keyboard.type("0017")
    planner.page.keyboard.press("Enter")
    planner.shows(3, "engineering_tokens", "17")
    planner.type(2, "mandate_reason", "for the board")
    planner.shows(2, "mandate_reason", "for the board")
    assert cells(sample_space, "Candidates", "engineering_tokens")[:2] == [41.5, 17]
    assert cells(sample_space, "Candidates", "mandate_reason")[0] == "for the board"


def test_escape_leaves_a_cell_as_it_was_and_what_people_type_is_never_markup(
    planner: Planner, sample_space: PlanningSpace
) -> None:
    planner.open("Candidates")
    before = sample_space.grid("Candidates")
    planner.type(2, "engineering_tokens", "99", end="Escape")
    planner.shows(2, "engineering_tokens", "34")
    assert sample_space.grid("Candidates") == before
    typed = "<img src=x onerror=alert(1)>"
    planner.type(2, "notes", typed)
    planner.shows(2, "notes", typed)
    assert planner.page.locator("main img").count() == 0


def test_columns_that_are_not_the_planners_cannot_be_typed_into(
    planner: Planner, sample_space: PlanningSpace
) -> None:
    before = sample_space.grid("Candidates")
    planner.open("Candidates")
    planner.type(2, "title", "mine")
    planner.is_told("A formula fills this column.")
    planner.type(2, "run_status", "OK")
    planner.is_told("The system writes this column.")
    assert sample_space.grid("Candidates") == before


def test_a_range_is_copied_pasted_cleared_and_taken_back(planner: Planner, sample_space: PlanningSpace) -> None:
    planner.open("Candidates")
    was = cells(sample_space, "Candidates", "engineering_tokens")[:4]
    planner.select(2, "engineering_tokens")
    for _ in range(2):
        planner.page.keyboard.press("Shift+ArrowDown")
    assert planner.copied() == "\n".join(map(str, was[:3]))
    planner.paste("7\r\n8,000\r\n=4+5\r\n")
    planner.shows(2, "engineering_tokens", "7")
    planner.shows(3, "engineering_tokens", "8,000")
    planner.shows(4, "engineering_tokens", "9")
    assert cells(sample_space, "Candidates", "engineering_tokens")[:4] == [7, 8000, 9, was[3]]
    planner.page.keyboard.press("Delete")
    planner.shows(4, "engineering_tokens", "")
    assert cells(sample_space, "Candidates", "engineering_tokens")[:4] == ["", "", "", was[3]]
    for shown in ("9", str(was[2])):
        planner.page.keyboard.press("Control+z")
        planner.shows(4, "engineering_tokens", shown)
    assert cells(sample_space, "Candidates", "engineering_tokens")[:4] == was


def test_a_pasted_block_leaves_locked_columns_alone(planner: Planner, sample_space: PlanningSpace) -> None:
    before = sample_space.grid("Candidates")[40]
    planner.open("Candidates")
    planner.go_to("A61")
    planner.paste("INIT-107\tmine\tUK\tmine\tready\t12\nINIT-108\tmine\tUK\tmine\tready\t13")
    planner.is_told("8 cells were left as they are")
    planner.shows(62, "engineering_tokens", "13")
    planner.shows(61, "title", re.compile("Local bank"))
    assert sample_space.grid("Candidates")[40] == before


def test_a_drop_down_gives_its_choices_and_a_check_box_its_two_values(
    planner: Planner, sample_space: PlanningSpace
) -> None:
    planner.open("Scenario_Config")
    planner.select(2, "objective_mode")
    planner.page.keyboard.press("Delete")
    planner.shows(2, "objective_mode", "")
    planner.page.keyboard.press("Enter")
    expect(planner.page.get_by_role("option")).to_have_text(["north_star", "weighted_kpis", "lexicographic"])
    planner.page.keyboard.type("lex")
    planner.page.keyboard.press("ArrowDown")
    planner.page.keyboard.press("Enter")
    planner.shows(2, "objective_mode", "lexicographic")
    planner.open("Candidates")
    was = cells(sample_space, "Candidates", "is_mandatory")[0]
    planner.select(2, "deadline_date")
    planner.page.keyboard.press("ArrowRight")
    planner.page.keyboard.press("Space")
    box = planner.cell(2, "is_mandatory").get_by_role("checkbox")
    expect(box).to_have_attribute("aria-checked", "false" if was is True else "true")
    planner.shows(2, "is_mandatory", "")
    assert cells(sample_space, "Candidates", "is_mandatory")[0] is (was is not True)


def test_headers_tell_their_notes_and_rows_their_numbers(planner: Planner) -> None:
    planner.open("Constraints")
    title = planner.page.locator(".tabulator-col").get_by_text("dimension_key", exact=True)
    assert "UK|Payments" in (title.get_attribute("title") or "")
    assert "row's key" in (title.get_attribute("title") or "")
    first = planner.page.locator(".tabulator-row .row-number").first
    expect(first).to_have_text("2")


def test_what_others_change_appears_by_itself_but_not_under_ones_hands(
    planner: Planner, sample_space: PlanningSpace
) -> None:
    planner.open("Candidates")
    planner.shows(3, "engineering_tokens", "22")
    sample_space.type_cell("Candidates", 3, "engineering_tokens", 23)
    planner.shows(3, "engineering_tokens", "23")
    planner.select(3, "engineering_tokens")
    planner.page.keyboard.type("5")
    sample_space.type_cell("Candidates", 4, "engineering_tokens", 77)
    # several looks of the page later
    planner.page.wait_for_timeout(2500)
    expect(planner.page.get_by_role("textbox", name="engineering_tokens, row 3")).to_have_value("5")
    planner.page.keyboard.type("1")
    planner.page.keyboard.press("Enter")
    planner.shows(3, "engineering_tokens", "51")
    planner.shows(4, "engineering_tokens", "77")


def test_an_edit_follows_its_row_when_another_sorts_meanwhile(
    planner: Planner, sample_space: PlanningSpace
) -> None:
    planner.open("Candidates")
    planner.select(2, "engineering_tokens")
    planner.page.keyboard.type("99")
    _sort_descending(sample_space, "Candidates", rows=40)
    planner.page.keyboard.press("Enter")
    row = cells(sample_space, "Candidates", "initiative_key").index("INIT-101") + 2
    assert row != 2
    planner.shows(row, "engineering_tokens", "99")
    tokens = dict(
        zip(
            cells(sample_space, "Candidates", "initiative_key"),
            cells(sample_space, "Candidates", "engineering_tokens"),
            strict=True,
        )
    )
    assert [key for key, value in tokens.items() if value == 99] == ["INIT-101"]


def test_an_edit_of_a_row_that_is_no_longer_there_is_refused_and_told(
    planner: Planner, sample_space: PlanningSpace
) -> None:
    planner.open("Candidates")
    planner.select(5, "engineering_tokens")
    planner.page.keyboard.type("88")
    sample_space.type_cell("Candidates", 5, "initiative_key", "INIT-999")
    planner.page.keyboard.press("Enter")
    planner.is_told("Row 5 of Candidates was changed, moved or deleted meanwhile. Nothing was written")
    planner.is_told("You typed: 88")
    planner.shows(5, "initiative_key", "INIT-999")
    planner.shows(5, "engineering_tokens", "18")
    assert 88 not in cells(sample_space, "Candidates", "engineering_tokens")


def test_a_column_that_was_put_in_meanwhile_does_not_shift_an_edit(
    planner: Planner, sample_space: PlanningSpace
) -> None:
    planner.open("Scenario_Config")
    planner.select(2, "capacity_total_tokens")
    planner.page.keyboard.type("1")
    _insert_column(sample_space, "Scenario_Config")
    planner.page.keyboard.press("Enter")
    planner.is_told("The columns of Scenario_Config were changed meanwhile. Nothing was written")
    expect(planner.page.locator(".tabulator-col").nth(2)).to_have_text("\u00a0")
    planner.shows(2, "capacity_total_tokens", "470")


def test_a_server_that_stopped_is_told_and_the_cell_stays(planner: Planner, served: LocalWorkbookServer) -> None:
    planner.open("Candidates")
    served.stop()
    planner.type(2, "engineering_tokens", "3")
    planner.is_told("The server does not answer")
    planner.shows(2, "engineering_tokens", "34")
    expect(planner.page.locator("#connection")).to_have_text(re.compile("does not answer"))


def test_rows_with_errors_are_marked_counted_and_found(planner: Planner, sample_space: PlanningSpace) -> None:
    planner.open("Candidates")
    wrong = "FAILED: engineering_tokens: '12k' is not a number; give e.g. 12"
    sample_space.type_cell("Candidates", 20, "run_status", wrong)
    sample_space.type_cell("Candidates", 21, "run_status", "OK (warning: a period in the past)")
    expect(planner.page.locator("#error-count")).to_have_text("1")
    planner.page.get_by_label("Rows with errors").check()
    expect(planner.page.locator(".tabulator-row")).to_have_count(1)
    planner.shows(20, "run_status", wrong)
    assert "failed" in (planner.cell(20, "run_status").get_attribute("data-look") or "")
    planner.select(20, "initiative_key")
    expect(planner.page.locator("#content")).to_contain_text(f"Row 20 {wrong}")


def test_ten_thousand_rows_scroll_and_change(planner: Planner, sample_space: PlanningSpace) -> None:
    rows = [[f"INIT-{number}", "gmv", number] for number in range(10_000)]
    with sample_space.workbook.open() as book:
        sheet = next(sheet for sheet in book.sheets() if sheet.title == "KPI_Contributions")
        grow = {"sheetId": sheet.sheet_id, "gridProperties": {"rowCount": 10_100}}
        book.structural_update(
            [{"updateSheetProperties": {"properties": grow, "fields": "gridProperties.rowCount"}}], idempotent=True
        )
    sample_space.type_rows(
        "KPI_Contributions",
        [{"initiative_key": key, "kpi_key": kpi, "contribution": value} for key, kpi, value in rows],
        first_row=2,
    )
    planner.open("KPI_Contributions")
    planner.select(2, "contribution")
    planner.page.keyboard.press("Control+ArrowDown")
    planner.shows(10_001, "contribution", "9999")
    assert planner.page.locator(".tabulator-row").count() < 200
    planner.page.keyboard.type("5")
    planner.page.keyboard.press("Enter")
    planner.shows(10_001, "contribution", "5")


def test_a_run_that_is_chosen_leaves_its_id_little_room(planner: Planner, sample_space: PlanningSpace) -> None:
    run = {"run_id": "0190c1d2-7e4b-7000-8000-0123456789ab"}
    sample_space.type_rows("Results", [{**run, "initiative_key": "INIT-101", "title": "Checkout"}], first_row=2)
    planner.open("Results")
    header = planner.page.locator(".tabulator-col", has=planner.page.get_by_text("run_id", exact=True))
    expect(header).to_have_css("width", "64px")
    planner.page.locator("#chart select").first.select_option("Every run")
    expect(header).not_to_have_css("width", "64px")
    planner.shows(2, "run_id", run["run_id"])


def _sort_descending(space: PlanningSpace, tab: str, *, rows: int) -> None:
    with space.workbook.open() as book:
        sheet = next(sheet for sheet in book.sheets() if sheet.title == tab)
        area = {"sheetId": sheet.sheet_id, "startRowIndex": 1, "endRowIndex": 1 + rows}
        order = [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]
        book.structural_update([{"sortRange": {"range": area, "sortSpecs": order}}], idempotent=True)


def _insert_column(space: PlanningSpace, tab: str) -> None:
    with space.workbook.open() as book:
        sheet = next(sheet for sheet in book.sheets() if sheet.title == tab)
        span = {"sheetId": sheet.sheet_id, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}
        book.structural_update([{"insertDimension": {"range": span, "inheritFromBefore": False}}], idempotent=True)
