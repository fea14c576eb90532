"""Requests of a save and of a run, counted where they arrive: at the server, over HTTP."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from optcenter_pipeline.definitions import build_defs
from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline.stages.resources import WorkbookResource
from optcenter_pipeline.workbook.tabs import TAB_BY_NAME
from optcenter_pipeline.workbook.workbook import RangeWrite, Workbook, cell_range
from optcenter_pipeline_tests.support.planning_space import PlanningSpace, failure_text, materialized


class CountedSpace(PlanningSpace):
    """A planning space whose workbook is served by a server that counts what it is asked."""

    def __init__(self, home: Path, server: LocalWorkbookServer) -> None:
        self.server = server
        super().__init__(home)

    def counted(self) -> dict[str, Any]:
        """What has arrived since the last time, as the server counts it."""
        address = f"{self.server.root_url}/__admin/requests"
        with urllib.request.urlopen(address) as answer:
            said = json.load(answer)
        with urllib.request.urlopen(urllib.request.Request(address, method="DELETE")):
            return {**said["counts"], "by_path": said["by_path"]}


@contextmanager
def counted_space(home: Path, rows: int, patch: pytest.MonkeyPatch) -> Iterator[CountedSpace]:
    """The template with so many candidates, at an address of its own as Google is."""
    home.mkdir()
    with LocalWorkbookServer(home / "workbook.sqlite", admin=True) as server:
        credentials = home / "account.json"
        credentials.write_text(json.dumps(server.service_account_info()))
        patch.setenv("OPTCENTER_GOOGLE_CREDENTIALS", str(credentials))
        patch.setenv("OPTCENTER_GOOGLE_API_ROOT", server.root_url)
        space = CountedSpace(home, server)
        space.init(sample=False)
        with space.workbook.open() as book:
            type_plan(book, rows)
        space.workbook = WorkbookResource(location=f"gsheets:{server.spreadsheet_id}")
        space.defs = build_defs(workbook=space.workbook, database=space.database)
        space.counted()
        yield space


def type_plan(book: Workbook, rows: int) -> None:
    keys = [f"INIT-{n}" for n in range(rows)]
    plan: dict[str, list[dict[str, Any]]] = {
        "Initiatives": [{"initiative_key": k, "title": f"Title of {k}", "lifecycle_status": "ready"} for k in keys],
        "Metrics_Config": [{"kpi_key": "gmv", "kpi_level": "north_star", "unit": "EUR"}],
        "KPI_Contributions": [
            {"initiative_key": k, "kpi_key": "gmv", "contribution": 1 + n % 17} for n, k in enumerate(keys)
        ],
        "Scenario_Config": [{"scenario_name": "plan", "period_key": "2027-Q1", "capacity_total_tokens": rows}],
        "Candidates": [{"initiative_key": k, "engineering_tokens": 1 + n % 5} for n, k in enumerate(keys)],
    }
    grow = [
        {"appendDimension": {"sheetId": sheet.sheet_id, "dimension": "ROWS", "length": len(plan[sheet.title])}}
        for sheet in book.sheets()
        if sheet.title in plan
    ]
    book.structural_update(grow, idempotent=True)
    for tab, listed in plan.items():
        names = [column.name for column in TAB_BY_NAME[tab].columns]
        values = [[row.get(name) for name in names] for row in listed]
        book.batch_update([RangeWrite(cell_range(tab, 1, 0, len(values), len(names) - 1), values)])


def told(result: dg.ExecuteInProcessResult, stage: str) -> tuple[int, int, int]:
    said = materialized(result, stage)
    return said["run_read_requests"], said["run_write_requests"], said["run_request_retries"]


@pytest.mark.parametrize("rows", [40, 2000])
def test_requests_do_not_grow_with_rows(tmp_path: Path, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 2,000 rows the outputs do not fit into the template's grid: it grows in the same request."""
    with counted_space(tmp_path / "space", rows, monkeypatch) as space:
        saved = space.save()
        assert saved.success, failure_text(saved)
        at_server = space.counted()
        assert (at_server["read"], at_server["write"], at_server["drive"]) == (3, 1, 0)
        assert told(saved, "row_statuses") == (3, 1, 0)
        assert materialized(saved, "row_statuses")["rows_written"] == 3 * rows + 2

        again = space.save()
        at_server = space.counted()
        assert (at_server["read"], at_server["write"]) == (2, 0)
        assert told(again, "row_statuses") == (2, 0, 0)

        space.type_cell("Candidates", 2, "notes", "changed")
        space.counted()
        run = space.optimize("plan")
        assert run.success, failure_text(run)
        at_server = space.counted()
        assert (at_server["read"], at_server["write"], at_server["drive"]) == (5, 2, 0), at_server["by_path"]
        assert told(run, "output_tabs") == (5, 2, 0)
        assert len(space.rows("Results")) == rows
        assert [row["status"] for row in space.rows("Runs")] == ["optimal"]
