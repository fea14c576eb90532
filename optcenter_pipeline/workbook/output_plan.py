"""Which cells of the output tabs have to be written, asked before the first write and after each."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from optcenter_pipeline.workbook.cell_writing import CellMap, Grids, NoteMap, Written, same
from optcenter_pipeline.workbook.columns import Tab
from optcenter_pipeline.workbook.former_rows import FormerRow, RowKey, key_text, likeness, rest_of, trimmed
from optcenter_pipeline.workbook.grid import Formula, TabGrid, value_key
from optcenter_pipeline.workbook.header_notes import HeaderNotes, formula_lines, newest_stamp
from optcenter_pipeline.workbook.workbook import Filled

_STAMPS = ("updated_source", "updated_at")
"""When nothing but these would change, nothing does."""


@dataclass(frozen=True)
class Whole:
    """Which rows of a tab a delivery gives all of."""

    beginnings: tuple[RowKey, ...]
    """Of keys: a row of the sheet whose key begins so, and which is not given, is no longer true."""
    leaves: Mapping[str, Filled]
    """What is left in the system's cells of such a row, beside its key; the others are cleared."""


@dataclass
class TabPlan:
    """One tab's part of a delivery, with what has to be remembered from look to look."""

    tab: Tab
    rows: dict[RowKey, dict[str, Filled]]
    """What the rows should hold, by key."""
    whole: Whole | None = None
    withdrawn: set[RowKey] = field(default_factory=set)
    """Of these, rows that are no longer true; one that people delete stays away."""
    unchanged: set[RowKey] = field(default_factory=set)
    """Rows that held it at the first look."""
    problems: list[str] = field(default_factory=list)
    former: list[FormerRow] | None = None
    """Every row at the first look, in the sheet's order."""
    is_blocked: bool = False
    """Whether the tab could not be understood."""

    def cells(self, grid: TabGrid, written: Written) -> CellMap:
        """What has to be written into this tab as it stands, after what was written so far."""
        self.is_blocked = bool(grid.layout.error)
        self.problems = [f"{self.tab.name}: {grid.layout.error}"] if self.is_blocked else self._lacking(grid)
        if self.is_blocked:
            return {}
        places = _places(grid)
        if self.former is None:
            keys = {row: key for key, rows in places.items() for row in rows}
            self.former = [FormerRow(keys[row], grid, row) for row in range(1, len(grid.rows))]
            self._withdraw(places, grid)
            self._keep_unchanged(places, grid)
        cells: CellMap = {}
        if written.cells:
            # first what is to be put back: it may take rows from keys of ours, which then are missing
            for row, former in self._doubled(grid, places).items():
                cells.update(_back(grid, row, former))
                if all(former.key):
                    places.setdefault(former.key, []).append(row)
            for row, former in self._overwritten(grid, places, written).items():
                cells.update(_back(grid, row, former))
                for rows in places.values():
                    if row in rows:
                        rows.remove(row)
                places.setdefault(former.key, []).append(row)
            cells.update(self._strays(grid, places, written.cells))
        bottom = next((row for row in reversed(range(len(grid.rows))) if grid.has_content(row)), 0)
        bottom = max([bottom, *(row for row, _ in cells)])
        formulas = self._former_formulas() if written.cells else {}
        ours = written.values if formulas else set()
        for key, wanted in self.rows.items():
            rows = places.get(key, [])
            if not rows and key in self.withdrawn:
                continue
            if not rows:
                bottom += 1
                rows = [bottom]
            own = formulas.get(key, {})
            for row in rows:
                # a formula that was moved into the way of our write comes back
                moved = {name: text for name, text in own.items() if value_key(grid.named(row, name)) in ours}
                cells.update(_differences(grid, row, {**wanted, **moved} if moved else wanted))
        return cells

    def _withdraw(self, places: Mapping[RowKey, list[int]], grid: TabGrid) -> None:
        """Rows that are no longer true are to say so."""
        if self.whole is None:
            return
        blank = dict.fromkeys(grid.system_positions.keys() - set(self.tab.key_columns), "")
        for key in places.keys() - self.rows.keys():
            if any(key[: len(beginning)] == beginning for beginning in self.whole.beginnings):
                self.rows[key] = {**blank, **self.whole.leaves}
                self.withdrawn.add(key)

    def _former_formulas(self) -> dict[RowKey, dict[str, Formula]]:
        """Formulas of the rows as they stood, by key; of several rows with one key the first row's."""
        first = {row.key: row for row in reversed(self.former or [])}
        found: dict[RowKey, dict[str, Formula]] = {}
        for key, row in first.items():
            if row.grid is not None and row.row in row.grid.rows_with_formulas:
                found[key] = {name: cell for name, cell in row.system.items() if isinstance(cell, Formula)}
        return found

    def stamps(self) -> Iterator[tuple[str, str]]:
        """(updated_at, updated_source) of the rows."""
        for row in self.rows.values():
            yield str(row.get("updated_at", "")), str(row.get("updated_source", ""))

    def _lacking(self, grid: TabGrid) -> list[str]:
        """Columns that the sheet does not have: what belongs there is not written."""
        named = set[str]().union(*self.rows.values()) - set(grid.layout.positions)
        text = f"{self.tab.name}: no column {', '.join(sorted(named))}; run `optcenter workbook init` to add it"
        return [text] if named else []

    def _keep_unchanged(self, places: Mapping[RowKey, list[int]], grid: TabGrid) -> None:
        """Rows where nothing but the stamps would change keep their stamps."""
        for key, wanted in self.rows.items():
            rows = places.get(key, [])
            said = {name: value for name, value in wanted.items() if name not in _STAMPS}
            if rows and all(grid.is_formula(*place) for row in rows for place in _differences(grid, row, said)):
                self.unchanged.add(key)
                stamps = {name: grid.named(rows[0], name) for name in wanted if name in _STAMPS}
                self.rows[key] = {**said, **(stamps if len(rows) == 1 else {})}

    def _strays(self, grid: TabGrid, places: Mapping[RowKey, list[int]], written: CellMap) -> CellMap:
        """Cells of rows that are not ours which hold what we wrote: back to what they held."""
        values: dict[int, set[tuple[bool, Filled]]] = {}
        for (_, column), value in written.items():
            values.setdefault(column, set()).add(value_key(value))
        cells: CellMap = {}
        former: dict[RowKey, list[FormerRow]] = {}
        for known in self.former or ():
            former.setdefault(known.key, []).append(known)
        blank_key = ("",) * len(self.tab.key_columns)
        for key, rows in places.items():
            if key in self.rows:
                continue
            for turn, row in enumerate(rows):
                known_rows = former.get(key, []) if key != blank_key else []
                known_row = known_rows[turn] if turn < len(known_rows) else None
                if known_row is None and all(key):
                    continue  # a row that came since: whose it is we cannot know
                if known_row is not None and known_row.stands_in(grid, row):
                    continue
                before = known_row.system if known_row else {}
                for name, column in grid.system_positions.items():
                    cell = grid.value(row, column)
                    was = before.get(name, "")
                    is_ours = value_key(cell) in values.get(column, ())
                    if is_ours and not same(cell, was) and not grid.is_formula(row, column):
                        cells[row, column] = was
        return cells

    def _doubled(self, grid: TabGrid, places: dict[RowKey, list[int]]) -> dict[int, FormerRow]:
        """Rows that have a key of another since a write of ours landed on them; they leave `places`.

        What such a row was before shows in the cells that we left alone; where none tells, it is cleared.
        """
        counts = Counter(row.key for row in self.former or ())
        vanished = [row for row in self.former or () if all(row.key) and row.key not in places]
        found: dict[int, FormerRow] = {}
        for key, rows in places.items():
            surplus = len(rows) - max(1, counts[key]) if all(key) else 0
            if surplus <= 0:
                continue
            known = next((row.system for row in self.former or () if row.key == key), {})
            said = {**known, **self.rows.get(key, {})}
            for row in sorted(rows, key=lambda row: (likeness(grid, row, said), any(rest_of(grid, row)), -row))[
                :surplus
            ]:
                rows.remove(row)
                match = max(vanished, key=lambda former: likeness(grid, row, former.system), default=None)
                if match is not None and likeness(grid, row, match.system) > 1:
                    vanished.remove(match)
                    found[row] = match
                else:
                    found[row] = FormerRow(("",) * len(key))
        return found

    def _overwritten(
        self, grid: TabGrid, places: Mapping[RowKey, list[int]], written: Written
    ) -> dict[int, FormerRow]:
        """Rows where a new key of ours was written over a row that had just been pushed down to there.

        A row that vanished was either deleted by somebody or overwritten by us. It was overwritten if what is not
        the system's still stands beside a new key of ours, or if the grid has grown by an insertion.
        """
        former = self.former or []
        known = {row.key for row in former}
        vanished = [row for row in former if all(row.key) and row.key not in places]
        key_columns = {grid.layout.positions[name] for name in self.tab.key_columns}
        fresh = sorted(
            row
            for key, rows in places.items()
            if key in self.rows and key not in known
            for row in rows
            if any((row, column) in written.cells for column in key_columns)
        )
        if not vanished or not fresh:
            return {}
        found: dict[int, FormerRow] = {}
        for row in fresh:
            rest = rest_of(grid, row)
            match = next((v for v in vanished if any(rest) and trimmed(v.rest) == trimmed(rest)), None)
            if match is not None:
                found[row] = match
                vanished.remove(match)
        inserted = grid.row_count - written.row_count
        if inserted > 0:
            # the rows pushed down are the last ones; one that vanished further up was deleted
            free = [row for row in fresh if row not in found]
            pushed_down = [v for v in vanished if not any(v.rest)][-inserted:]
            found.update(zip(free, pushed_down, strict=False))
        return found


class OutputPlan:
    """All tabs of one delivery; see `cell_writing.Plan`."""

    def __init__(self, tabs: Mapping[str, TabPlan]) -> None:
        self.tabs = tabs
        self._notes = HeaderNotes()

    def cells(self, grids: Grids, written: Mapping[str, Written]) -> dict[str, CellMap]:
        """What has to be written, by tab."""
        return {name: self.tabs[name].cells(grid, written.get(name, Written())) for name, grid in grids.items()}

    def notes(
        self, grids: Grids, written: Mapping[str, Written], formulas: Mapping[str, CellMap]
    ) -> dict[str, NoteMap]:
        """The formulas that are in the way, told in notes."""
        return {
            name: self._notes.wanted(
                grid,
                written.get(name, Written()),
                newest_stamp(self.tabs[name].stamps()),
                formula_lines(grid, formulas.get(name, {})),
            )
            for name, grid in grids.items()
            if not self.tabs[name].is_blocked
        }


def _places(grid: TabGrid) -> dict[RowKey, list[int]]:
    """Key → its rows: more than one where somebody copied a row."""
    places: dict[RowKey, list[int]] = {}
    for row in range(1, len(grid.rows)):
        places.setdefault(_key(grid, row), []).append(row)
    return places


def _key(grid: TabGrid, row: int) -> RowKey:
    return tuple(key_text(grid.named(row, name)) for name in grid.tab.key_columns)


def _differences(grid: TabGrid, row: int, wanted: Mapping[str, Filled]) -> CellMap:
    """The cells of a row that do not hold what they should; columns that the sheet lacks are skipped."""
    cells: CellMap = {}
    positions = grid.layout.positions
    for name, value in wanted.items():
        place = positions.get(name)
        if place is None or same(grid.value(row, place), value):
            continue
        if not (isinstance(value, Formula) and grid.is_formula(row, place)):
            cells[row, place] = value
    return cells


def _back(grid: TabGrid, row: int, former: FormerRow) -> CellMap:
    """The system's cells of a row as they were."""
    return _differences(grid, row, {name: former.system.get(name, "") for name in grid.system_positions})
