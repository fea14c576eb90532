"""What is wrong in the workbook after a race: by the second client's memory, the database and the sheet itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.statuses import promised_statuses
from optcenter_pipeline.report.output_rows import stamp
from optcenter_pipeline.workbook.cell_text import fitting_text, output_cell
from optcenter_pipeline.workbook.cell_writing import same
from optcenter_pipeline.workbook.grid import TabGrid, read_grids
from optcenter_pipeline.workbook.tabs import TAB_BY_NAME
from optcenter_pipeline.workbook.workbook import Filled, Workbook
from optcenter_pipeline_tests.support.race.second_client import Cells, Row, SecondClient, Sheet, key_of, own_cells

Grids = Mapping[str, TabGrid]
Stamps = tuple[Filled, ...]
_NAMES = ("run_status", "updated_source", "updated_at")
_NONE: Stamps = ("", "", "")


@dataclass
class Findings:
    """Figures of a race; every list should be empty."""

    trials: int = 0
    jobs: int = 0
    """Trials by real jobs; when their requests were sent is not known."""
    trials_hit: int = 0
    """Trials in which a deed ended between a look of the system's and the end of the write that it planned."""
    deeds_between_look_and_write: int = 0
    rows_checked: int = 0
    owed: int = 0
    """Rows that were changed after the last look; the quiet save gave them their status."""
    wrong: list[str] = field(default_factory=list)
    """A status of another row's, or of content that was not judged."""
    missing: list[str] = field(default_factory=list)
    """A row whose content was judged, without its status."""
    owners_cells: list[str] = field(default_factory=list)
    """Cells of people that are not as the second client left them."""
    outputs: list[str] = field(default_factory=list)
    """Output rows that are lost, doubled, wrong, or nobody's."""
    answers: list[str] = field(default_factory=list)
    """Requests whose answer is missing or another's."""
    not_settled: list[str] = field(default_factory=list)
    """What a quiet save did not put right."""

    @property
    def errors(self) -> list[str]:
        """Everything that should not be."""
        return [*self.wrong, *self.missing, *self.owners_cells, *self.outputs, *self.answers, *self.not_settled]


class Verdict:
    """Compares the workbook with what it should be."""

    def __init__(self, database: Database, workbook: Workbook, client: SecondClient, findings: Findings) -> None:
        self.database = database
        self.workbook = workbook
        self.client = client
        self.findings = findings
        self.run_delivered_at = 0.0
        self._promised: dict[str, dict[str, list[Stamps]]] = {}
        self._former: set[tuple[str, str, Stamps]] = set()
        self._ever: set[tuple[str, str, Stamps]] = set()
        self._outputs: dict[str, dict[tuple[str, ...], Mapping[str, Any]]] = {}
        self._answers: dict[str, str] = {}

    def remember_promises(self) -> None:
        """Take over what the last save says of each row's content."""
        with self.database.reading() as session:
            promised = promised_statuses(session)
        self._promised = {}
        self._former = set(self._ever)
        for status in promised:
            stamps = (fitting_text(status.run_status), status.updated_source, stamp(status.updated_at) or "")
            self._promised.setdefault(status.tab, {}).setdefault(status.content_hash, []).append(stamps)
            self._ever.add((status.tab, status.content_hash, stamps))

    def expect_run(self, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """A run's output rows should be in the sheet from now on."""
        for name, listed in rows.items():
            tab = TAB_BY_NAME[name]
            for row in listed:
                key = tuple(
                    f"{v:g}" if isinstance(v, int | float) else str(v) for v in map(row.get, tab.key_columns)
                )
                self._outputs.setdefault(name, {})[key] = row

    def forget_runs(self) -> None:
        """All output rows were taken away."""
        self._outputs.clear()

    def requests_in_sheet(self) -> list[str]:
        """The ids of the requests as the second client knows them at this moment."""
        rows = list(self.client.sheets["Actions"].rows)
        return sorted({str(row.cells["request_id"]) for row in rows if row.cells.get("request_id")})

    def expect_answers(self, messages: Mapping[str, str]) -> None:
        """Requests should be answered so from now on."""
        self._answers.update(messages)

    @property
    def answers(self) -> dict[str, str]:
        """request_id → the last answer."""
        return dict(self._answers)

    def after_race(self, name: str, last_look: float) -> None:
        """Right after a save or run; what was changed since its last look is owed by the next one."""
        grids = self._look()
        self._check_owners_cells(name, grids)
        for sheet, grid in self._inputs(grids):
            for row, stamps, content, turn in _rows(grid):
                self.findings.rows_checked += 1
                promised = self._promised.get(sheet.tab.name, {}).get(content, [])
                if promised and stamps == promised[min(turn, len(promised) - 1)]:
                    continue
                known = sheet.rows[row - 1] if row <= len(sheet.rows) else Row({})
                problem = self._problem(sheet, known, stamps, content, promised, last_look)
                if problem == "owed":
                    self.findings.owed += 1
                elif problem:
                    text = f"{name}: {sheet.tab.name}!{row + 1} says {stamps}; {known.cells}; promised {promised}"
                    (self.findings.missing if problem == "missing" else self.findings.wrong).append(text)
        self._check_outputs(name, grids)
        self._check_answers(name, grids, since=last_look)

    def _problem(
        self, sheet: Sheet, row: Row, stamps: Stamps, content: str, promised: list[Stamps], last_look: float
    ) -> str:
        """`wrong`, `missing`, `owed` to the next save, or nothing."""
        tab = sheet.tab.name
        own = {self._content(sheet, cells) for cells in [row.cells, *row.earlier]} | {content}
        is_own = stamps == _NONE or any((tab, its, stamps) in self._ever for its in own)
        is_changed = row.changed_at >= last_look
        if not promised:
            fresh = stamps != _NONE and not any((tab, its, stamps) in self._former for its in own)
            return "" if is_own and (is_changed or not fresh) else "wrong"
        if not is_own:
            return "wrong"
        has_twins = len(promised) > 1 or sheet.copies(row)
        if is_changed or (has_twins and sheet.order_changed_at >= last_look):
            return "owed"
        return "missing"

    def _content(self, sheet: Sheet, cells: Cells) -> str:
        headers = list(cells)
        return TabGrid(sheet.tab, [list(headers), list(cells.values())], 2, len(headers)).content_hash(1)

    def after_quiet_save(self, name: str) -> None:
        """After a save that nobody interfered with everything is exactly right."""
        grids = self._look()
        self._check_owners_cells(name, grids)
        for sheet, grid in self._inputs(grids):
            for row, stamps, content, turn in _rows(grid):
                promised = self._promised.get(sheet.tab.name, {}).get(content, [])
                wanted = promised[turn] if turn < len(promised) else _NONE
                if stamps != wanted:
                    self.findings.not_settled.append(
                        f"{name}: {sheet.tab.name}!{row + 1} says {stamps}, not {wanted}"
                    )
        self._check_outputs(name, grids)
        self._check_answers(name, grids, since=None)

    def _look(self) -> Grids:
        return read_grids(self.workbook, [sheet.tab for sheet in self.client.sheets.values()])

    def _inputs(self, grids: Grids) -> list[tuple[Sheet, TabGrid]]:
        sheets = [s for s in self.client.sheets.values() if not s.is_output and s.tab.name != "Actions"]
        return [(sheet, grids[sheet.tab.name]) for sheet in sheets]

    def _check_owners_cells(self, name: str, grids: Grids) -> None:
        """Every cell of people's, in its row and order, as the second client left it."""
        found = [f"{name}: {text}" for text in self.client.violations]
        self.client.violations.clear()
        sheets = self.client.sheets.values()
        for sheet in sheets:
            grid = grids[sheet.tab.name]
            headers = [str(grid.value(0, column)) for column in range(len(sheet.headers))]
            if headers != sheet.headers:
                found.append(f"{name}: {sheet.tab.name} has headers {headers}, not {sheet.headers}")
                sheet.headers = headers
            if sheet.is_output:
                continue
            rows, known = own_cells(sheet, grid), [row.cells for row in sheet.rows]
            while known and not known[-1]:
                known.pop()
            if rows != known:
                differing = [
                    f"row {number + 2} is {is_}, not {was}"
                    for number, (is_, was) in enumerate(zip(rows, known, strict=False))
                    if is_ != was
                ]
                found.append(f"{name}: {sheet.tab.name} {len(rows)} rows, not {len(known)}; {differing[:3]}")
                self.client.reorder(sheet, grid)
                self.client.violations.clear()
        self.findings.owners_cells += found

    def _check_outputs(self, name: str, grids: Grids) -> None:
        """Every output row once, as it was delivered, its note beside it."""
        sheets = [sheet for sheet in self.client.sheets.values() if sheet.is_output]
        for sheet in sheets:
            tab, grid = sheet.tab, grids[sheet.tab.name]
            expected = self._outputs.get(tab.name, {})
            places: dict[tuple[str, ...], list[int]] = {}
            problems = []
            for row in range(1, len(grid.rows)):
                key = key_of(grid, row)
                if all(key):
                    places.setdefault(key, []).append(row)
                elif any(grid.value(row, column) != "" for column in grid.system_positions.values()):
                    problems.append(f"row {row + 1} belongs to no run: {grid.rows[row]}")
            for key, values in expected.items():
                rows = places.pop(key, [])
                deleted = sheet.deleted.get(key)
                may_lack = deleted is not None
                may_stand = deleted is None or deleted < self.run_delivered_at
                if len(rows) > 1 or (not rows and not may_lack) or (rows and not may_stand):
                    problems.append(f"{key} stands in rows {[row + 1 for row in rows]}")
                for row in rows[:1]:
                    problems += [f"{key} {text}" for text in _differences(grid, row, values, sheet.notes.get(key))]
            problems += [f"{key} is nobody's" for key in places]
            self.findings.outputs += [f"{name}: {tab.name} {problem}" for problem in problems]

    def _check_answers(self, name: str, grids: Grids, since: float | None) -> None:
        """Every request of the sheet shows its own answer; one typed since may still wait."""
        sheet = self.client.sheets["Actions"]
        grid = grids["Actions"]
        for number, row in enumerate(sheet.rows, 1):
            key = str(row.cells.get("request_id", ""))
            said, wanted = grid.named(number, "message"), self._answers.get(key, "")
            waits = since is not None and row.changed_at >= since and said == ""
            if said != wanted and not waits:
                self.findings.answers.append(f"{name}: {key} says {said!r}, not {wanted!r}")


def _rows(grid: TabGrid) -> list[tuple[int, Stamps, str, int]]:
    """Every row below the header: its number from 0, stamps, content hash, and how many above are the same."""
    turns: dict[str, int] = {}
    rows = []
    for row in range(1, len(grid.rows)):
        content = grid.content_hash(row)
        turns[content] = turns.get(content, -1) + 1
        rows.append((row, tuple(grid.named(row, name) for name in _NAMES), content, turns[content]))
    return rows


def _differences(grid: TabGrid, row: int, values: Mapping[str, Any], note: Filled | None) -> list[str]:
    """Cells of an output row that are not as delivered."""
    wanted = {name: output_cell(value, grid.tab.by_name[name].kind) for name, value in values.items()}
    if "notes" in grid.tab.by_name:
        wanted["notes"] = note or ""
    return [
        f"{name} is {grid.named(row, name)!r}, not {value!r}"
        for name, value in wanted.items()
        if not same(grid.named(row, name), value)
    ]
