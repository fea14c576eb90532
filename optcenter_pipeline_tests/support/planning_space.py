"""A planning space in a folder: a local workbook over real HTTP, a database, and the real Dagster jobs on both."""

import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from optcenter_pipeline.definitions import build_defs
from optcenter_pipeline.stages.partitions import CONSTRAINT_SETS, partition_key
from optcenter_pipeline.stages.resources import DatabaseResource, ReportsResource, WorkbookResource
from optcenter_pipeline.workbook.columns import Owner
from optcenter_pipeline.workbook.sample import sample_rows
from optcenter_pipeline.workbook.tabs import TAB_BY_NAME
from optcenter_pipeline.workbook.template import init_workbook
from optcenter_pipeline.workbook.workbook import RangeWrite, cell_range, whole_sheet

Cells = list[list[Any]]


class PlanningSpace:
    """A workbook and a database in `home`, and one ephemeral Dagster instance."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.workbook = WorkbookResource(location=f"local:{home / 'workbook.sqlite'}")
        self.database = DatabaseResource(url=f"sqlite:///{home / 'optcenter.db'}")
        self.reports = ReportsResource(folder=str(home / "reports"))
        self.defs = build_defs(workbook=self.workbook, database=self.database, reports=self.reports)
        self.instance = dg.DagsterInstance.ephemeral()

    def init(self, *, sample: bool = True) -> None:
        """Make the workbook ready."""
        with self.workbook.open() as book:
            init_workbook(book, sample=sample_rows() if sample else None)

    def copied_to(self, home: Path) -> "PlanningSpace":
        """The same space in another folder."""
        shutil.copytree(self.home, home, dirs_exist_ok=True)
        return PlanningSpace(home)

    def save(self, **request: Any) -> dg.ExecuteInProcessResult:
        """Run save_job."""
        return self._run("save_job", {"tables": request, "row_statuses": request} if request else {}, None)

    def optimize(self, scenario: str, constraint_set: str = "", **request: Any) -> dg.ExecuteInProcessResult:
        """Run optimize_job for one set, as the command line does."""
        key = partition_key(scenario, constraint_set)
        self.instance.add_dynamic_partitions(str(CONSTRAINT_SETS.name), [key])
        names = {"scenario_name": scenario, "constraint_set_name": constraint_set}
        return self._run("optimize_job", {"run_snapshot": {**names, **request}}, key)

    def analyse(
        self, scenario: str, constraint_set: str, *assets: str, **options: Any
    ) -> dg.ExecuteInProcessResult:
        """Materialise some assets of analyses_job for one set, as a person does in Dagster's UI.

        The options are typed in the Launchpad, for the first of the assets.
        """
        selection = [dg.AssetKey(asset) for asset in assets]
        ops = {assets[0]: options} if options else {}
        return self._run("analyses_job", ops, partition_key(scenario, constraint_set), selection)

    def _run(
        self, job: str, ops: Mapping[str, Any], key: str | None, selection: list[dg.AssetKey] | None = None
    ) -> dg.ExecuteInProcessResult:
        return self.defs.resolve_job_def(job).execute_in_process(
            instance=self.instance,
            partition_key=key,
            asset_selection=selection,
            raise_on_error=False,
            run_config={
                "ops": {op: {"config": dict(config)} for op, config in ops.items()},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
        )

    def grid(self, tab: str) -> Cells:
        """Every cell of a tab as it stands, the header first."""
        with self.workbook.open() as book:
            return book.batch_get([whole_sheet(tab)])[0].rows

    def grids(self) -> dict[str, Cells]:
        """Every cell of every tab."""
        with self.workbook.open() as book:
            titles = [sheet.title for sheet in book.sheets()]
            return dict(
                zip(titles, (b.rows for b in book.batch_get([whole_sheet(t) for t in titles])), strict=True)
            )

    def rows(self, tab: str) -> list[dict[str, Any]]:
        """The rows below the header by column; blank cells are left out."""
        header, *rows = self.grid(tab)
        filled = [{name: cell for name, cell in zip(header, row, strict=False) if cell != ""} for row in rows]
        while filled and not filled[-1]:  # look-up formulas wait below the last row
            filled.pop()
        return filled

    def type_cell(self, tab: str, row_num: int, column: str, value: Any) -> None:
        """What a person does: type into one cell (row_num as the sheet counts)."""
        self.type_rows(tab, [{column: value}], first_row=row_num)

    def type_rows(self, tab: str, rows: Sequence[Mapping[str, Any]], *, first_row: int) -> None:
        """Type rows of cells; columns that a row does not name stay as they are."""
        with self.workbook.open() as book:
            header = book.batch_get([f"{whole_sheet(tab)}!1:1"])[0].rows[0]
            values = [[row.get(str(name)) for name in header] for row in rows]
            last = first_row + len(rows) - 1
            book.batch_update([RangeWrite(cell_range(tab, first_row - 1, 0, last - 1, len(header) - 1), values)])

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table of the database."""
        with sqlite3.connect(self.home / "optcenter.db") as connection:
            names = [n for (n,) in connection.execute("select name from sqlite_master where type = 'table'")]
            return {name: connection.execute(f'select * from "{name}"').fetchall() for name in sorted(names)}

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of a query on the database."""
        with sqlite3.connect(self.home / "optcenter.db") as connection:
            return connection.execute(sql, parameters).fetchall()


def pm_cells(grids: Mapping[str, Cells]) -> dict[str, list[list[Any]]]:
    """The cells of the columns that PMs own, by tab; trailing blanks dropped."""
    kept: dict[str, list[list[Any]]] = {}
    for tab, (header, *rows) in grids.items():
        owned = [i for i, name in enumerate(header) if TAB_BY_NAME[tab].by_name[name].owner is Owner.PM]
        kept[tab] = [[row[i] if i < len(row) else "" for i in owned] for row in rows]
    return kept


def materialized(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, Any]:
    """Metadata of one asset's materialisation in a run."""
    for event in result.get_asset_materialization_events():
        if event.asset_key is not None and event.asset_key.to_user_string() == asset:
            return {label: getattr(v, "value", v) for label, v in event.materialization.metadata.items()}
    raise AssertionError(f"{asset} was not materialised")


def failure_text(result: dg.ExecuteInProcessResult) -> str:
    """The text of the first step that failed."""
    for event in result.all_events:
        if event.is_step_failure:
            told = event.step_failure_data.user_failure_data
            if told is not None:
                messages = told.metadata["messages"].value if "messages" in told.metadata else []
                return "\n".join([str(told.description), *map(str, messages)])  # type: ignore[arg-type]
            return str(event.step_failure_data.error)
    raise AssertionError("no step failed")
