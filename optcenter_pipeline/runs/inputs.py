"""A run's inputs, as the database gives them, made into the fields of its snapshot."""

from typing import Any

from optcenter_pipeline.database.inputs import RunInputs


def snapshot_of(inputs: RunInputs, **fields: Any) -> dict[str, Any]:
    """The fields of a `Snapshot`; `fields` are those that the request brings: `scope`, `solver`."""
    return {
        "schema_version": 1,
        "scenario": inputs.scenario,
        "constraint_set": inputs.constraint_set,
        "candidates": inputs.candidates,
        "metrics": inputs.metrics,
        "known_initiatives": inputs.known_initiatives,
        "rows_left_out": [row._asdict() for row in inputs.rows_left_out],
        "fixed_rows": inputs.fixed_rows,
        **fields,
    }
