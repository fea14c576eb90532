"""Requests that create, change and delete developer metadata."""

from __future__ import annotations

import secrets
from typing import Any

from ..developer_metadata import Metadata, all_metadata, check_storage, holder, location_resource, read_location
from ..errors import InvalidArgumentError
from ..field_mask import Mask
from ..spreadsheet import Spreadsheet
from .arguments import fields
from .data_filters import matching_metadata, numbered_filters

_UPDATABLE = ("metadataKey", "metadataValue", "visibility", "location")


def create_developer_metadata(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Hang an entry on the spreadsheet, a sheet, a row or a column; replies it with its id."""
    given = body.get("developerMetadata") or {}
    location = read_location(spreadsheet, given.get("location") or {}, "developerMetadata.location")
    kept = {
        "metadataId": _identifier(spreadsheet, given.get("metadataId")),
        **{name: given[name] for name in ("metadataKey", "metadataValue") if given.get(name)},
        "location": location_resource(location),
        **{name: given[name] for name in ("visibility",) if name in given},
    }
    _check_complete(kept)
    holder(spreadsheet, location).append(kept)
    check_storage(spreadsheet)
    return {"developerMetadata": Metadata(kept, location).resource()}


def _identifier(spreadsheet: Spreadsheet, wanted: int | None) -> int:
    taken = {metadata.kept["metadataId"] for metadata in all_metadata(spreadsheet)}
    if wanted is not None and wanted <= 0:
        raise InvalidArgumentError("developerMetadata.metadataId must be positive.")
    if wanted in taken:
        raise InvalidArgumentError(f"Developer metadata with ID {wanted} already exists.")
    while wanted is None or wanted in taken:
        wanted = secrets.randbelow(2**31 - 1) + 1
    return wanted


def _check_complete(kept: dict[str, Any]) -> None:
    for name in ("metadataKey", "visibility"):
        if not kept.get(name):
            raise InvalidArgumentError(f"developerMetadata.{name} must be specified.")


def update_developer_metadata(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Change every entry that one of the filters selects; replies them."""
    filters = numbered_filters(body)
    mask = fields(body, (*_UPDATABLE, "metadataId"))
    if "metadataId" in mask and body["fields"].strip() != "*":
        raise InvalidArgumentError("The metadataId of developer metadata cannot be changed.")
    chosen: list[Metadata] = []
    for _, data_filter in filters:
        chosen += [found for found in matching_metadata(spreadsheet, data_filter) if found not in chosen]
    changed = [_changed(spreadsheet, metadata, body.get("developerMetadata") or {}, mask) for metadata in chosen]
    check_storage(spreadsheet)
    return {"developerMetadata": [metadata.resource() for metadata in changed]} if changed else {}


def _changed(spreadsheet: Spreadsheet, metadata: Metadata, given: dict[str, Any], mask: Mask) -> Metadata:
    kept, location = metadata.kept, metadata.location
    for name in ("metadataKey", "metadataValue", "visibility"):
        if name in mask:
            kept.pop(name, None)
            if given.get(name):
                kept[name] = given[name]
    _check_complete(kept)
    if "location" in mask:
        holder(spreadsheet, location).remove(kept)
        location = read_location(spreadsheet, given.get("location") or {}, "developerMetadata.location")
        kept["location"] = location_resource(location)
        holder(spreadsheet, location).append(kept)
    return Metadata(kept, location)


def delete_developer_metadata(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Delete every entry that a filter selects; replies them."""
    chosen = matching_metadata(spreadsheet, body.get("dataFilter") or {})
    for metadata in chosen:
        holder(spreadsheet, metadata.location).remove(metadata.kept)
    return {"deletedDeveloperMetadata": [metadata.resource() for metadata in chosen]} if chosen else {}
