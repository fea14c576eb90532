"""A portfolio problem as the snapshot that the engine reads."""

from typing import Any

from benchmarks.instances.portfolio import KpiFloor, Portfolio, SliceLimit
from optcenter_pipeline.engine import Snapshot

NORTH_STAR = "value"


def keys(portfolio: Portfolio) -> list[str]:
    """An `initiative_key` for each candidate, in the order of their positions."""
    width = len(str(portfolio.size))
    return [f"I-{position:0{width}d}" for position in range(1, portfolio.size + 1)]


def to_snapshot(portfolio: Portfolio, *, mip_gap: float, time_limit: float | None = None) -> Snapshot:
    """The whole problem, every rule with a source row of its own.

    Args:
        portfolio: the problem.
        mip_gap: relative gap that counts as proven; 0 asks for a full proof.
        time_limit: seconds for a whole run.
    """
    names = keys(portfolio)
    constraints = _Rules("Constraints")
    targets = _Rules("Targets")
    kpis = {NORTH_STAR: portfolio.values, **portfolio.kpis}
    contributions = {kpi: amounts.tolist() for kpi, amounts in kpis.items()}
    rules = {
        "capacity_caps": [constraints(**_slice(cap), max_tokens=cap.tokens) for cap in portfolio.caps],
        "capacity_floors": [constraints(**_slice(floor), min_tokens=floor.tokens) for floor in portfolio.floors],
        "mandatory": [constraints(initiative_key=names[i]) for i in portfolio.mandatory],
        "exclude_initiatives": [constraints(initiative_key=names[i]) for i in portfolio.excluded],
        "exclude_pairs": [constraints(members=[names[i], names[j]]) for i, j in portfolio.pairs],
        "bundles": [
            constraints(bundle_key=f"bundle {number}", members=[names[i] for i in members])
            for number, members in enumerate(portfolio.bundles, 1)
        ],
        "prerequisites": [
            constraints(initiative_key=names[i], requires=[names[j]]) for i, j in portfolio.prerequisites
        ],
        "synergy_bonuses": [
            constraints(members=[names[i] for i in s.members], kpi_key=NORTH_STAR, value=s.value)
            for s in portfolio.synergies
        ],
        "targets": [
            targets(**_slice(floor), kpi_key=floor.kpi_key, floor_or_goal="floor", target_value=floor.required)
            for floor in portfolio.kpi_floors
        ],
    }
    return Snapshot.model_validate(
        {
            "schema_version": 1,
            "scenario": {
                "scenario_name": portfolio.name,
                "capacity_total_tokens": portfolio.capacity,
                "source_row": "Scenario_Config!2",
            },
            "constraint_set": {"constraint_set_name": "rules", **rules},
            "candidates": [
                {
                    "initiative_key": names[i],
                    "engineering_tokens": tokens,
                    "attributes": {dimension: listed[i] for dimension, listed in portfolio.attributes.items()},
                    "contributions": {kpi: amounts[i] for kpi, amounts in contributions.items() if amounts[i]},
                    "source_row": f"Candidates!{i + 2}",
                }
                for i, tokens in enumerate(portfolio.tokens.tolist())
            ],
            "metrics": [
                {"kpi_key": kpi, "kpi_level": "north_star" if kpi == NORTH_STAR else "strategic"} for kpi in kpis
            ],
            "solver": {"mip_gap": mip_gap, "time_limit_seconds": time_limit, "threads": 1},
        }
    )


def with_ranges(snapshot: Snapshot, low: float, high: float) -> Snapshot:
    """The snapshot with a range for each contribution: from `low` to `high` times it (0 or more, each above 0)."""
    return snapshot.model_copy(
        update={
            "candidates": tuple(
                candidate.model_copy(
                    update={
                        "contribution_ranges": {
                            kpi: (low * amount, high * amount) for kpi, amount in candidate.contributions.items()
                        }
                    }
                )
                for candidate in snapshot.candidates
            )
        }
    )


def _slice(limit: SliceLimit | KpiFloor) -> dict[str, str]:
    return {"dimension": limit.dimension, "dimension_key": limit.key}


class _Rules:
    """Makes the rules of one tab, each on a row of its own."""

    def __init__(self, tab: str) -> None:
        self._tab = tab
        self._row = 1

    def __call__(self, **rule: Any) -> dict[str, Any]:
        self._row += 1
        return {**rule, "source_rows": [f"{self._tab}!{self._row}"]}
