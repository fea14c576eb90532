"""Snapshots for tests: small builders for hand-made ones, and hypothesis strategies for random ones.

The random ones are small enough to enumerate, and meant to hurt: every rule type and mode, names in mixed case,
ties, signed numbers, rules that bind, rules that clash, and now and then inputs that make no model at all.
Numbers have at most two decimals, so two portfolios are either equal in value or clearly apart.
"""

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from optcenter_pipeline.engine.snapshot import Snapshot

Json = dict[str, Any]

LARGEST = 11
"""Candidates of a random snapshot, at most."""

_VALUES = {
    "country": ["UK", "DE", "FR"],
    "product": ["Payments", "Search"],
    "department": ["Growth", "Core"],
    "region": ["EMEA", "APAC"],
    "category": ["Debt"],
}
_KPIS = ["GMV", "nps", "Churn Saved", "margin"]
_STAGE_NAMES = ["Economy", "goals", "Weighted_KPIs"]
"""KPIs may have them too."""
_PERIODS = {"2026-Q2": "2026-04-01", "2026": "2026-01-01", "2026-H2": "2026-07-01", "2026-03": "2026-03-01",
            "2026-W20": "2026-05-11"}  # fmt: skip


def candidate(key: str, tokens: float, contributions: dict[str, float] | None = None, **more: Any) -> Json:
    """A candidate with its source row left to `more`."""
    return {"initiative_key": key, "engineering_tokens": tokens, "contributions": contributions or {}, **more}


def snapshot(
    candidates: list[Json],
    *,
    capacity: float = 100,
    metrics: dict[str, str] | None = None,
    scenario: Json | None = None,
    scope: Json | None = None,
    known: list[str] | None = None,
    **rules: list[Json],
) -> Snapshot:
    """A snapshot with the rules given by family; metrics are name → level, by default the north star `gmv`."""
    levels = metrics or {"gmv": "north_star"}
    return Snapshot.model_validate(
        {
            "schema_version": 1,
            "scenario": {
                "scenario_name": "plan",
                "capacity_total_tokens": capacity,
                "source_row": "Scenario_Config!2",
                **(scenario or {}),
            },
            "constraint_set": rules,
            "candidates": candidates,
            "metrics": [{"kpi_key": kpi, "kpi_level": level} for kpi, level in levels.items()],
            "scope": scope or {},
            "solver": {"mip_gap": 0.0},
            "known_initiatives": known or [],
        }
    )


def reordered(original: Snapshot, shuffle: Any) -> Snapshot:
    """The same question with the rows of every list in another order; `shuffle` works in place."""
    document = original.model_dump(mode="json")

    def mixed(rows: list[Any]) -> list[Any]:
        shuffle(rows)
        return rows

    for name in ("candidates", "metrics", "known_initiatives"):
        mixed(document[name])
    for rows in document["constraint_set"].values():
        if isinstance(rows, list):
            mixed(rows)
    if document["scope"]["initiative_keys"]:
        mixed(document["scope"]["initiative_keys"])
    return Snapshot.model_validate(document)


def in_other_units(original: Snapshot, kpi: str, factor: float) -> Snapshot:
    """The same question with one KPI counted in another unit, wherever it is spoken of."""
    document = original.model_dump(mode="json")

    def times(number: float | None) -> float | None:
        return None if number is None else round(number * factor, 6)

    for row in document["candidates"]:
        own = row["contributions"]
        row["contributions"] = {k: times(v) if same_kpi(k, kpi) else v for k, v in own.items()}
    for row in document["constraint_set"]["targets"] + document["constraint_set"]["synergy_bonuses"]:
        if same_kpi(row["kpi_key"], kpi):
            row.update(
                {name: times(row[name]) for name in ("target_value", "baseline_value", "value") if name in row}
            )
    return Snapshot.model_validate(document)


def same_kpi(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _recased(draw: st.DrawFn, name: str) -> str:
    """The name in one of the spellings that mean the same."""
    return draw(st.sampled_from([name, name, name, name.upper(), name.lower(), f" {name} "]))


def _chance(draw: st.DrawFn, percent: int) -> bool:
    return draw(st.integers(1, 100)) > 100 - percent


class _Rows:
    """Hands out source rows."""

    def __init__(self) -> None:
        self._last = 1

    def __call__(self, tab: str = "Constraints") -> list[str]:
        self._last += 1
        return [f"{tab}!{self._last}"]


@st.composite
def _candidates(draw: st.DrawFn, kpis: list[str], most: int) -> list[Json]:
    size = draw(
        st.sampled_from([0, 1, 2, 3, 4, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, LARGEST]).filter(lambda n: n <= most)
    )
    unit = draw(st.sampled_from([1.0, 1.0, 0.5, 0.1]))
    steps = draw(st.sampled_from([4, 20]))
    signed = _chance(draw, 30)
    found: list[Json] = []
    twins = _chance(draw, 35)
    for position in range(size):
        if twins and found and _chance(draw, 50):
            model = draw(st.sampled_from(found))
            found.append(
                {**model, "initiative_key": f"I-{position:02d}", "source_row": f"Candidates!{position + 4}"}
            )
            continue
        contributions = {
            _recased(draw, kpi): round(draw(st.integers(-4 if signed else 0, 15)) * unit, 2)
            for kpi in kpis
            if _chance(draw, 75)
        }
        attributes = {
            name.title() if _chance(draw, 10) else name: _recased(draw, draw(st.sampled_from(values)))
            for name, values in _VALUES.items()
            if _chance(draw, 80)
        }
        row = candidate(
            f"I-{position:02d}",
            round(draw(st.integers(1, steps)) * unit, 2),
            contributions,
            attributes=attributes,
            source_row=f"Candidates!{position + 4}",
        )
        if _chance(draw, 15):
            row["deadline_date"] = draw(st.sampled_from(["2025-12-31", "2026-01-01", "2026-03-31", "2026-05-11",
                                                         "2027-01-01"]))  # fmt: skip
        if _chance(draw, 25):
            row["lifecycle_status"] = draw(
                st.sampled_from(["ready", "idea", "ready", "Done", "cancelled", "archived"])
            )
        found.append(row)
    return found


@st.composite
def _slice(draw: st.DrawFn) -> Json:
    """A dimension and its key, in any of the spellings."""
    if _chance(draw, 35):
        return {
            "dimension": draw(st.sampled_from(["all", "All"])),
            "dimension_key": draw(st.sampled_from(["all", "ALL"])),
        }
    if _chance(draw, 20):
        keys = [draw(st.sampled_from(_VALUES[name])) for name in ("country", "product")]
        if _chance(draw, 50):
            return {"dimension": draw(st.sampled_from(["country_product", "Country_Product", "country|product"])),
                    "dimension_key": "|".join(keys)}  # fmt: skip
        return {"dimension": "product|Country", "dimension_key": " | ".join(reversed(keys))}
    name = draw(st.sampled_from(["country", "country", "product", "department", "region", "category"]))
    return {
        "dimension": _recased(draw, name),
        "dimension_key": _recased(draw, draw(st.sampled_from(_VALUES[name]))),
    }


def _share(draw: st.DrawFn, whole: float, low: int, high: int) -> float:
    """So many per cent of a whole, with one decimal or none."""
    amount = whole * draw(st.integers(low, high)) / 100
    return round(amount, draw(st.sampled_from([0, 1])))


@st.composite
def _rules(
    draw: st.DrawFn, rows: list[Json], outside: list[str], kpis: list[str], capacity: float, tight_percent: int
) -> Json:
    source = _Rows()
    keys = [row["initiative_key"] for row in rows]
    tight = _chance(draw, tight_percent)
    """A set with many hard rules, of which a good part cannot be met."""

    def several(family: str, usual: int, most: int) -> range:
        return range(draw(st.integers(1, most)) if _chance(draw, min(usual * (2 if tight else 1), 95)) else 0)

    def some(low: int, high: int) -> list[str]:
        among = keys + (outside if _chance(draw, 15) else [])
        size = min(draw(st.integers(low, high)), len(among))
        return draw(st.lists(st.sampled_from(among), min_size=size, max_size=size, unique=True)) if among else []

    def inside(place: Json) -> list[Json]:
        """The candidates of a slice of one dimension; all of them for other slices. Only used to scale numbers."""
        name, wanted = place["dimension"].strip().lower(), place["dimension_key"].strip().lower()
        own = [{k.lower(): v.strip().lower() for k, v in row["attributes"].items()} for row in rows]
        return [row for row, attributes in zip(rows, own, strict=True) if attributes.get(name, wanted) == wanted]

    def spendable(place: Json) -> float:
        return min(sum(float(row["engineering_tokens"]) for row in inside(place)), capacity)

    def reachable(place: Json, kpi: str) -> float:
        wanted = kpi.lower()
        own = (
            float(v)
            for row in inside(place)
            for k, v in row["contributions"].items()
            if k.strip().lower() == wanted
        )
        return sum(max(value, 0.0) for value in own)

    rules: Json = {"capacity_floors": [], "capacity_caps": [], "targets": []}
    for _ in several("capacity_floors", 18, 2):
        place = draw(_slice())
        amount = _share(draw, spendable(place), 5, 105 if tight else 45)
        rules["capacity_floors"].append({**place, "min_tokens": amount, "source_rows": source()})
    for _ in several("capacity_caps", 35, 2):
        place = draw(_slice())
        rules["capacity_caps"].append(
            {**place, "max_tokens": _share(draw, spendable(place), 15, 90), "source_rows": source()}
        )
    for _ in several("targets", 45, 3):
        place, kpi = draw(_slice()), draw(st.sampled_from(kpis))
        kind = draw(st.sampled_from(["floor", "goal", "goal"]))
        value = _share(draw, reachable(place, kpi), 5, 30 if kind == "floor" and not tight else 120)
        target = {**place, "kpi_key": _recased(draw, kpi), "floor_or_goal": kind, "target_value": value,
                  "source_rows": source("Targets")}  # fmt: skip
        if _chance(draw, 10):
            target["target_value"] = float(draw(st.integers(-8, 0)))
        if _chance(draw, 25):
            target["baseline_value"] = float(draw(st.integers(-3, 6)))
            target["target_value"] = round(target["target_value"] + target["baseline_value"], 2)
        rules["targets"].append(target)
    mandatory = some(1, 2) if _chance(draw, 40 if tight else 20) else []
    excluded = some(1, 2) if _chance(draw, 25) else []
    rules["mandatory"] = [{"initiative_key": k, "source_rows": source()} for k in mandatory if k in keys]
    rules["exclude_initiatives"] = [{"initiative_key": k, "source_rows": source()} for k in excluded]
    groups = {"exclude_pairs": [some(2, 2) for _ in several("exclude_pairs", 40, 3)],
              "bundles": [some(1, 3) for _ in several("bundles", 40, 2)],
              "synergy_bonuses": [some(1, 3) for _ in several("synergy_bonuses", 45, 3)]}  # fmt: skip
    for family, members in groups.items():
        fitting = [group for group in members if group and (family != "exclude_pairs" or len(group) == 2)]
        rules[family] = [{"members": group, "source_rows": source()} for group in fitting]
    for number, bundle in enumerate(rules["bundles"]):
        bundle["bundle_key"] = f"bundle {number}"
    for synergy in rules["synergy_bonuses"]:
        synergy["kpi_key"] = _recased(draw, draw(st.sampled_from(kpis)))
        synergy["value"] = float(draw(st.integers(-8, 10).filter(bool)))
    pairs = [some(2, 3) for _ in several("prerequisites", 45, 3)]
    rules["prerequisites"] = [{"initiative_key": group[0], "requires": group[1:], "source_rows": source()}
                              for group in pairs if len(group) > 1]  # fmt: skip
    return rules


@st.composite
def _objective(draw: st.DrawFn, kpis: list[str], with_goals: bool) -> Json:
    listed = [kpi for kpi in kpis if kpi != "goals"]  # in a list the word means the goal targets
    modes = ["north_star", "weighted_kpis", *(["lexicographic"] * 2 if listed else [])]
    mode = draw(st.sampled_from(modes))
    objective: Json = {"objective_mode": mode}
    if mode == "weighted_kpis":
        chosen = draw(st.lists(st.sampled_from(kpis), min_size=1, unique=True))
        weights = {_recased(draw, kpi): draw(st.sampled_from([0.5, 1.0, 2.0, 0.3])) for kpi in chosen}
        if len(weights) > 1 and _chance(draw, 15):
            weights[next(iter(weights))] = 0.0
        objective["objective_weights"] = weights
    elif mode == "lexicographic":
        stages: list[Any] = []
        for kpi in draw(st.lists(st.sampled_from(listed), min_size=1, unique=True)):
            name = _recased(draw, kpi)
            tolerance = draw(st.sampled_from([None, None, 0, 5, 10, 30, 2.5]))
            stages.append(name if tolerance is None else {"kpi": name, "tolerance_pct": tolerance})
        if listed == kpis and _chance(draw, 40 if with_goals else 5):
            goals = draw(st.sampled_from(["goals", "goals", "Goals", {"kpi": "goals", "tolerance_pct": 30}]))
            stages.insert(draw(st.integers(0, len(stages))), goals)
        objective["objective_weights"] = stages
    if _chance(draw, 60):
        objective["goal_tolerance_pct"] = draw(st.sampled_from([0, 1, 10, 25, 50]))
    return objective


_GOAL = {"kpi_key": "GMV", "floor_or_goal": "goal", "target_value": 1}
_SPOILT: list[tuple[str, Json | list[Json]]] = [
    ("constraint_set.targets", [{**_GOAL, "kpi_key": "unheard of"}]),
    ("constraint_set.targets", [{**_GOAL, "dimension": "planet", "dimension_key": "Mars"}]),
    ("constraint_set.capacity_caps", [{"dimension": "country|product", "dimension_key": "UK", "max_tokens": 5}]),
    ("constraint_set.capacity_floors", [{"dimension": "all", "dimension_key": "UK", "min_tokens": 0}]),
    ("constraint_set.mandatory", [{"initiative_key": "NOBODY"}]),
    ("constraint_set.mandatory", [{"initiative_key": "X-1"}]),
    ("constraint_set.exclude_pairs", [{"members": ["X-1", "NOBODY"]}]),
    ("constraint_set.synergy_bonuses", [{"members": ["NOBODY"], "kpi_key": "GMV", "value": 1}]),
    ("constraint_set.synergy_bonuses", [{"members": ["X-1"], "kpi_key": "unheard of", "value": 1}]),
    ("candidates", [candidate("TWICE", 1), candidate("twice ", 2)]),
    ("candidates", [candidate("ODD", 1, {"unheard of": 1.0})]),
    ("metrics", [{"kpi_key": "gmv", "kpi_level": "supporting"}]),
    ("metrics", [{"kpi_key": "second star", "kpi_level": "north_star"}]),
    ("metrics", [{"kpi_key": "Goals", "kpi_level": "supporting"}]),
    ("metrics", [{"kpi_key": "asleep", "kpi_level": "supporting", "is_active": False}]),
    ("scope", {"scope_type": "selected", "initiative_keys": None}),
    *(("scenario", {"period_key": period}) for period in ("2026-Q5", "soon", "2026-13", "2026-W54")),
    *(
        ("scenario", {"objective_mode": "weighted_kpis", "objective_weights": weights})
        for weights in ({"GMV": -1.0, "nps": 2.0}, {"GMV": 0.0}, {}, {"GMV": 1.0, "unheard of": 1.0}, None)
    ),
    *(
        ("scenario", {"objective_mode": "lexicographic", "objective_weights": weights})
        for weights in ([], ["goals"], ["GMV", "gmv"], ["GMV", "unheard of"], ["goals", "GMV", "goals"], None)
    ),
]
"""Places in a snapshot and what, put there, makes it one that no model can be made of."""
_WITH: dict[str, Json] = {
    "Goals": {"objective_mode": "lexicographic", "objective_weights": ["goals", "GMV"]},
    "second star": {"objective_mode": "north_star"},
    "asleep": {"objective_mode": "lexicographic", "objective_weights": ["GMV", "asleep"]},
}
"""The objective that a metric spoils."""


def _spoil(draw: st.DrawFn, document: Json) -> None:
    """Make the snapshot one that cannot make a model."""
    path, what = draw(st.sampled_from(_SPOILT))
    *folder, last = path.split(".")
    place = document[folder[0]] if folder else document
    if isinstance(what, list):
        place[last] = [*place.get(last, []), *what]
    else:
        place[last] = {**place[last], **what}
    document["scenario"] |= _WITH.get(document["metrics"][-1]["kpi_key"], {})


@st.composite
def snapshots(
    draw: st.DrawFn, *, mip_gap: float = 0.0, spoilt_percent: int = 4, tight_percent: int = 10, most: int = LARGEST
) -> Snapshot:
    """Any snapshot; a few per cent of them make no model."""
    kpis = _KPIS[: draw(st.integers(1, 4))]
    if _chance(draw, 12):
        kpis[draw(st.integers(0, len(kpis) - 1))] = draw(st.sampled_from(_STAGE_NAMES))
    rows = draw(_candidates(kpis, most))
    keys = [row["initiative_key"] for row in rows]
    outside = ["X-1", "X-2"]
    everything = sum(row["engineering_tokens"] for row in rows)
    capacity = max(_share(draw, everything, 20, 110), 0.5)
    rules = draw(_rules(rows, outside, kpis, capacity, tight_percent))
    metrics: list[Json] = [{"kpi_key": kpi, "kpi_level": "supporting" if position else "north_star"}
               for position, kpi in enumerate(kpis)]  # fmt: skip
    if _chance(draw, 20):
        metrics.append({"kpi_key": "old star", "kpi_level": "north_star", "is_active": False})
        if _chance(draw, 50):
            for row in rows:
                row["contributions"]["Old Star"] = 2.0
            rules["targets"].append({"kpi_key": "OLD star", "floor_or_goal": "goal", "target_value": 5.0,
                                     "source_rows": ["Targets!99"]})  # fmt: skip
    scenario: Json = {"scenario_name": "plan", "capacity_total_tokens": capacity, "source_row": "Scenario_Config!2"}
    if _chance(draw, 70):
        period, begins = draw(st.sampled_from(sorted(_PERIODS.items())))
        scenario["period_key"] = period
        if rows and _chance(draw, 25):
            a_day = dt.timedelta(days=draw(st.integers(-1, 0)))
            rows[0]["deadline_date"] = (dt.date.fromisoformat(begins) + a_day).isoformat()
    with_goals = any(target["floor_or_goal"] == "goal" for target in rules["targets"])
    scenario |= draw(_objective(kpis, with_goals))
    scope: Json = {}
    if _chance(draw, 30):
        scope = {"scope_type": "selected", "initiative_keys": [key for key in keys if _chance(draw, 75)]}
    document: Json = {
        "schema_version": 1,
        "scenario": scenario,
        "constraint_set": rules,
        "candidates": rows,
        "metrics": metrics,
        "scope": scope,
        "solver": {"mip_gap": mip_gap},
        "known_initiatives": outside,
    }
    if _chance(draw, spoilt_percent):
        _spoil(draw, document)
    return Snapshot.model_validate(document)
