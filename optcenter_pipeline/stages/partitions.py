"""One partition a (scenario, constraint set): its key is a slug with a short hash, its names are the database's.

Names as people type them are no safe partition keys: some separators break paths, some the UI.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

import dagster as dg

from optcenter_pipeline.rules.names import fold


class UnknownPartitionError(Exception):
    """The partition stands for nothing that is saved; the text says what to do."""


CONSTRAINT_SETS = dg.DynamicPartitionsDefinition(name="constraint_sets")


def partition_key(scenario_name: str, constraint_set_name: str | None) -> str:
    """`Q2 plan`, `baseline` → `q2-plan~baseline-3f2a9c`; spellings that compare equal give the same key."""
    scenario, name = fold(scenario_name), fold(constraint_set_name or "")
    digest = hashlib.sha256(f"{scenario}\x00{name}".encode()).hexdigest()[:6]
    return f"{_slug(scenario)}~{_slug(name)}-{digest}"


def _slug(folded: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:40].strip("-")


def partition_of(context: dg.AssetExecutionContext) -> str:
    """The run's partition.

    Raises:
        UnknownPartitionError: it was started without one.
    """
    if not context.has_partition_key:
        raise UnknownPartitionError(
            "this asset runs for one constraint set at a time: choose one of its partitions"
        )
    return str(context.partition_key)


def names_of(key: str, known: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """The (scenario, constraint set) that a partition key stands for; `""` for a run without a set.

    Raises:
        UnknownPartitionError: none of the known ones has this key any more.
    """
    for scenario_name, constraint_set_name in known:
        if partition_key(scenario_name, constraint_set_name) == key:
            return scenario_name, constraint_set_name
    raise UnknownPartitionError(
        f"no saved scenario and constraint set has the partition key {key!r}; save the workbook, then choose "
        "one of the partitions that it made"
    )
