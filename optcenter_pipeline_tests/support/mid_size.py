"""Snapshots too large to enumerate and quick to solve: some 45 candidates, with rules of every type that bind."""

from random import Random

from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline_tests.support.snapshots import Json, candidate, snapshot

_COUNTRIES = ("UK", "DE", "FR")


def mid_size(dice: Random, size: int = 45) -> Snapshot:
    """Tokens and contributions with a decimal; what is asked for leaves room."""
    rows = [_candidate(dice, number) for number in range(size)]
    everything = sum(row["engineering_tokens"] for row in rows)
    by_country = {
        country: sum(row["engineering_tokens"] for row in rows if row["attributes"]["country"] == country)
        for country in _COUNTRIES
    }
    keys = [row["initiative_key"] for row in rows]
    groups = [dice.sample(keys, 2) for _ in range(14)]
    rules: Json = {
        "capacity_caps": [_on("country", "UK", max_tokens=round(0.45 * by_country["UK"], 1))],
        "capacity_floors": [_on("country", "DE", min_tokens=round(0.35 * by_country["DE"], 1))],
        "exclude_pairs": [{"members": group} for group in groups[:5]],
        "prerequisites": [{"initiative_key": one, "requires": [other]} for one, other in groups[5:9]],
        "bundles": [{"bundle_key": "b", "members": groups[9]}],
        "synergy_bonuses": [
            {"members": group, "kpi_key": "gmv", "value": value}
            for group, value in zip(groups[10:], (9.5, 4.0, -6.5, 12.0), strict=True)
        ],
        "targets": [_on("country", "FR", kpi_key="nps", floor_or_goal="floor", target_value=12)],
    }
    numbers = iter(range(2, 1000))
    for family in rules.values():
        for rule in family:
            rule["source_rows"] = [f"Constraints!{next(numbers)}"]
    return snapshot(
        rows,
        capacity=round(0.4 * everything, 1),
        metrics={"gmv": "north_star", "nps": "supporting"},
        **rules,
    )


def _candidate(dice: Random, number: int) -> Json:
    tokens = round(dice.uniform(2, 40), 1)
    return candidate(
        f"I-{number:02d}",
        tokens,
        {"gmv": round(tokens * dice.uniform(0.7, 1.4), 1), "nps": dice.randint(0, 5)},
        attributes={"country": _COUNTRIES[number % 3]},
        source_row=f"Candidates!{number + 2}",
    )


def _on(dimension: str, key: str, **more: object) -> Json:
    return {"dimension": dimension, "dimension_key": key, **more}
