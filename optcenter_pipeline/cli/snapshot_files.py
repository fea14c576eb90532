"""Snapshots read from files, and documents written to them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optcenter_pipeline.cli.console import InvalidInputError, SystemFailureError

if TYPE_CHECKING:
    from optcenter_pipeline.engine.result import Result
    from optcenter_pipeline.engine.snapshot import Snapshot
    from optcenter_pipeline.rules.what_if import Overrides


def loaded_snapshot(
    path: Path, overrides: dict[str, Any], what_if: "Overrides | None" = None
) -> "Snapshot | Result":
    """A snapshot with the command's own solver options, or the `invalid` result that says what is wrong with it.

    Args:
        path: of the file.
        overrides: solver options.
        what_if: numbers that are not the file's.

    Raises:
        InvalidInputError: an override is of no use to this snapshot.
    """
    from optcenter_pipeline.engine import InvalidInputError as UnusableError
    from optcenter_pipeline.engine import Snapshot, load_snapshot, unreadable_snapshot
    from optcenter_pipeline.engine.what_if import with_overrides

    try:
        content = path.read_bytes()
    except OSError as error:
        return unreadable_snapshot(f"cannot be read: {error.strerror}")
    loaded = load_snapshot(content)
    if not isinstance(loaded, Snapshot):
        return loaded
    try:
        changed = with_overrides(loaded, what_if or {})
    except UnusableError as error:
        raise InvalidInputError([f"{path} {message}" for message in error.messages]) from error
    return (
        changed.model_copy(update={"solver": changed.solver.model_copy(update=overrides)}) if overrides else changed
    )


def invalid_lines(path: Path, result: "Result") -> list[str]:
    """What is wrong with a snapshot, a line each: the sheet's row where it is known, else the file."""
    return [f"{', '.join(alert.source_rows) or path} {alert.message}" for alert in result.alerts]


def write_document(path: Path, document: Any) -> None:
    """A JSON document as a file, whole or not at all.

    Raises:
        SystemFailureError: it cannot be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise SystemFailureError(f"{path} cannot be written: {error.strerror}") from error
