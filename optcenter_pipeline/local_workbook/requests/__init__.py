"""``spreadsheets.batchUpdate``: each kind of request is a function on an open spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import InvalidArgumentError, unknown_field, wrong_type
from ..shapes import check_shape
from ..spreadsheet import Spreadsheet
from . import (
    auto_resize,
    cells,
    conditional_formats,
    dimension_groups,
    dimensions,
    filters,
    merges,
    named_ranges,
    pasting,
    protection,
    sheet_copies,
    sheets,
    sorting,
    validation,
)

Handler = Callable[[Spreadsheet, dict[str, Any]], dict[str, Any] | None]
"""Changes the spreadsheet and gives the reply's content, None for an empty one."""

HANDLERS: dict[str, Handler] = {
    "addConditionalFormatRule": conditional_formats.add_conditional_format_rule,
    "addDimensionGroup": dimension_groups.add_dimension_group,
    "addFilterView": filters.add_filter_view,
    "addNamedRange": named_ranges.add_named_range,
    "addProtectedRange": protection.add_protected_range,
    "addSheet": sheets.add_sheet,
    "appendDimension": dimensions.append_dimension,
    "autoResizeDimensions": auto_resize.auto_resize_dimensions,
    "clearBasicFilter": filters.clear_basic_filter,
    "copyPaste": pasting.copy_paste,
    "cutPaste": pasting.cut_paste,
    "deleteConditionalFormatRule": conditional_formats.delete_conditional_format_rule,
    "deleteDimension": dimensions.delete_dimension,
    "deleteDimensionGroup": dimension_groups.delete_dimension_group,
    "deleteFilterView": filters.delete_filter_view,
    "deleteNamedRange": named_ranges.delete_named_range,
    "deleteProtectedRange": protection.delete_protected_range,
    "deleteSheet": sheets.delete_sheet,
    "duplicateFilterView": filters.duplicate_filter_view,
    "duplicateSheet": sheet_copies.duplicate_sheet,
    "insertDimension": dimensions.insert_dimension,
    "mergeCells": merges.merge_cells,
    "repeatCell": cells.repeat_cell,
    "setBasicFilter": filters.set_basic_filter,
    "setDataValidation": validation.set_data_validation,
    "sortRange": sorting.sort_range,
    "unmergeCells": merges.unmerge_cells,
    "updateCells": cells.update_cells,
    "updateDimensionGroup": dimension_groups.update_dimension_group,
    "updateDimensionProperties": dimensions.update_dimension_properties,
    "updateFilterView": filters.update_filter_view,
    "updateNamedRange": named_ranges.update_named_range,
    "updateProtectedRange": protection.update_protected_range,
    "updateSheetProperties": sheets.update_sheet_properties,
    "updateSpreadsheetProperties": sheets.update_spreadsheet_properties,
}


def apply_requests(spreadsheet: Spreadsheet, requests: Any) -> list[dict[str, Any]]:
    """Apply a batch in order; the caller saves the spreadsheet if none of them fails.

    Args:
        spreadsheet: what is changed, in memory.
        requests: the body's ``requests``: objects of one member, the kind.

    Returns:
        One reply a request, ``{}`` where there is nothing to say.

    Raises:
        InvalidArgumentError: at the first request that is refused, in Google's form
            ``Invalid requests[i].kind: reason``; a kind that is not served is refused as an unknown field.
    """
    if not isinstance(requests, list):
        raise wrong_type(requests, "requests", "type.googleapis.com/google.apps.sheets.v4.Request")
    if not requests:
        raise InvalidArgumentError("Must specify at least one request.")
    replies: list[dict[str, Any]] = []
    for number, request in enumerate(requests):
        replies.append(_apply(spreadsheet, request, f"requests[{number}]"))
    return replies


def _apply(spreadsheet: Spreadsheet, request: Any, at: str) -> dict[str, Any]:
    if not isinstance(request, dict):
        raise wrong_type(request, at, "type.googleapis.com/google.apps.sheets.v4.Request")
    for kind in request:
        if kind not in HANDLERS:
            raise unknown_field(kind, at)
    if len(request) != 1:
        reason = "No request set." if not request else "Only one kind of request may be set."
        raise InvalidArgumentError(f"Invalid {at}: {reason}")
    ((kind, body),) = request.items()
    if not isinstance(body, dict):
        raise wrong_type(body, f"{at}.{kind}", "type.googleapis.com/google.apps.sheets.v4.Request")
    check_shape(body, f"{at}.{kind}")
    try:
        reply = HANDLERS[kind](spreadsheet, body)
    except InvalidArgumentError as error:
        raise InvalidArgumentError(f"Invalid {at}.{kind}: {error.message}") from error
    return {} if reply is None else {kind: reply}
