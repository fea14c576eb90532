"""From cells to row models: what one row says by itself, judged without looking at any other."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from optcenter_pipeline.rows.findings import Findings
from optcenter_pipeline.rows.key_models import row_by_key
from optcenter_pipeline.rows.registry import ContributionRow, InitiativeRow, MetricRow
from optcenter_pipeline.rows.scenario import ScenarioRow
from optcenter_pipeline.rows.sheet_row import SheetRow, SheetRows
from optcenter_pipeline.rows.wording import cell_messages, no_such_type
from optcenter_pipeline.rules.candidate import CandidateRow
from optcenter_pipeline.rules.constraint_row import ROW_BY_TYPE
from optcenter_pipeline.rules.row import Row, SetRow
from optcenter_pipeline.rules.target import TargetRow

MODEL_BY_TAB: Mapping[str, type[Row]] = {
    model.tab: model for model in (ScenarioRow, TargetRow, CandidateRow, InitiativeRow, MetricRow, ContributionRow)
}
"""The tabs with one row model; rows of Constraints have one a type."""


def fill_models(rows: SheetRows, findings: Findings) -> None:
    """Give every row its row model, or its errors."""
    for row in rows.all():
        _fill_model(row, findings)


def _fill_model(row: SheetRow, findings: Findings) -> None:
    cells: dict[str, Any] = {**row.cells, "row_num": row.row_num}
    model: type[Row] | None = MODEL_BY_TAB.get(row.tab)
    if model is None:
        cells["constraint_type"] = row.constraint_type()
        model = ROW_BY_TYPE.get(row.constraint_type())
    row.model = model
    if model is None:
        _report_unknown_type(row, findings)
        return
    try:
        row.row = model.model_validate(cells)
    except ValidationError as error:
        for message in cell_messages(error, model, row.cells):
            findings.error(row, message.column, message.text)
        if issubclass(model, SetRow):
            row.by_key = row_by_key(model, cells)
    else:
        row.by_key = row.row if isinstance(row.row, SetRow) else None
        for remark in row.row.remarks(row.cells):
            findings.warning(row, remark.column, remark.text)


def _report_unknown_type(row: SheetRow, findings: Findings) -> None:
    """Without a type no row model is known; the names that every type has are judged all the same."""
    names = {
        column: row.cells[column] for column in ("scenario_name", "constraint_set_name") if column in row.cells
    }
    try:
        SetRow.model_validate({**names, "row_num": row.row_num})
    except ValidationError as error:
        for message in cell_messages(error, SetRow, row.cells):
            findings.error(row, message.column, message.text)
    findings.error(row, "constraint_type", no_such_type(row.cells.get("constraint_type"), row.constraint_type()))
