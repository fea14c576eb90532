"""Plans whose numbers may turn out otherwise, and plain answers about them to hold an analysis against."""

from typing import Any

from optcenter_pipeline.engine import Result, Snapshot, solve
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot


def with_ranges(original: Snapshot, share: float) -> Snapshot:
    """The plan with a range around every contribution, so large a share of it to either side."""
    return original.model_copy(
        update={
            "candidates": tuple(
                c.model_copy(
                    update={
                        "contribution_ranges": {
                            kpi: (amount - share * abs(amount), amount + share * abs(amount))
                            for kpi, amount in c.contributions.items()
                        }
                    }
                )
                for c in original.candidates
            )
        }
    )


def rough_plan(size: int = 24) -> Snapshot:
    """A plan of candidates that are worth about as much for their tokens, with rules between them."""
    keys = [f"INIT-{number:02d}" for number in range(size)]
    rows = [
        candidate(
            key,
            5 + 7 * number % 13,
            {"gmv": 20 + 11 * number % 29, "nps": number % 5},
            attributes={"country": ["UK", "DE", "FR"][number % 3]},
            source_row=f"Candidates!{number + 2}",
        )
        for number, key in enumerate(keys)
    ]
    capacity = sum(row["engineering_tokens"] for row in rows) * 0.4
    rules: dict[str, Any] = {
        "capacity_caps": [{"dimension": "country", "dimension_key": "UK", "max_tokens": capacity * 0.4,
                           "source_rows": ["Constraints!2"]}],
        "prerequisites": [{"initiative_key": keys[1], "requires": [keys[2]], "source_rows": ["Constraints!3"]}],
        "exclude_pairs": [{"members": keys[4:6], "source_rows": ["Constraints!4"]}],
        "synergy_bonuses": [{"members": keys[6:8], "kpi_key": "gmv", "value": 9, "source_rows": ["Constraints!5"]}],
        "targets": [{"kpi_key": "nps", "floor_or_goal": "goal", "target_value": size,
                     "source_rows": ["Targets!2"]}],
    }  # fmt: skip
    metrics = {"gmv": "north_star", "nps": "strategic"}
    return with_ranges(snapshot(rows, capacity=capacity, metrics=metrics, **rules), 0.3)


def bound_to(original: Snapshot, funded: set[str]) -> Result:
    """The answer where these and no others may be funded: infeasible where they break a rule."""
    rules = original.constraint_set
    keys = [c.initiative_key for c in original.candidates]
    document = original.model_dump(mode="json")
    document["constraint_set"] |= {
        "mandatory": [*rules.mandatory, *({"initiative_key": key} for key in keys if key in funded)],
        "exclude_initiatives": [
            *rules.exclude_initiatives,
            *({"initiative_key": key} for key in keys if key not in funded),
        ],
    }
    return solve(Snapshot.model_validate(document))
