"""The cell objective_weights_json: weights of KPIs, or KPIs in order of importance."""

import math
from collections.abc import Mapping
from typing import Any

from optcenter_pipeline.rules.names import Name, fold
from optcenter_pipeline.rules.portfolio import GOALS, LexicographicStage, ObjectiveWeights
from optcenter_pipeline.rules.row import shown, wrong

WEIGHTED_FORM = 'a JSON object of KPIs and weights, e.g. {"gmv": 0.6, "nps": 0.4}'
ORDERED_FORM = 'a JSON list of KPIs, e.g. ["gmv", {"kpi": "nps", "tolerance_pct": 5}]'


def kpis_of_weights(cell: Any) -> tuple[str, ...]:
    """The KPIs that a weights cell names, as far as it can be read."""
    if isinstance(cell, dict):
        return tuple(cell)
    names = []
    for item in cell if isinstance(cell, list) else ():
        name = (
            item.kpi
            if isinstance(item, LexicographicStage)
            else item.get("kpi")
            if isinstance(item, dict)
            else item
        )
        if isinstance(name, str) and (isinstance(item, (LexicographicStage, dict)) or fold(name) != GOALS):
            names.append(name)
    return tuple(names)


def spelt(cell: ObjectiveWeights | None, kpi_keys: Mapping[str, str]) -> ObjectiveWeights | None:
    """The same weights with each KPI as Metrics_Config spells it (`kpi_keys`: folded → as spelt there)."""
    if isinstance(cell, dict):
        return {kpi_keys.get(fold(name), name): weight for name, weight in cell.items()}
    if cell is None:
        return None
    return [
        item.model_copy(update={"kpi": kpi_keys.get(fold(item.kpi), item.kpi)})
        if isinstance(item, LexicographicStage)
        else item
        if item == GOALS
        else kpi_keys.get(fold(item), item)
        for item in cell
    ]


def weights(cell: Any) -> dict[Name, float]:
    """KPI → weight.

    Raises:
        PydanticCustomError: with everything that is wrong in the cell.
    """
    if not isinstance(cell, dict):
        raise wrong(f"{shown(cell)} is not a JSON object; give {WEIGHTED_FORM}")
    faults = [] if cell else [f"{shown(cell)} names no KPI"]
    for name, weight in cell.items():
        if not name.strip():
            faults.append("a KPI's name is blank")
        if not _is_number(weight):
            faults.append(f"the weight of {shown(name)}, {shown(weight)}, is not a number")
        elif weight < 0:
            faults.append(f"the weight of {shown(name)}, {shown(weight)}, is below 0")
    faults += _twice(list(cell))
    if not faults and math.fsum(cell.values()) <= 0:
        faults.append("the weights sum to 0")
    if faults:
        raise wrong(f"{'; '.join(faults)}; give {WEIGHTED_FORM}, weights 0 or more with a sum above 0")
    return {name.strip(): float(weight) for name, weight in cell.items()}


def stages(cell: Any) -> list[Name | LexicographicStage]:
    """KPIs in order of importance, with the word `goals` where it stands.

    Raises:
        PydanticCustomError: with everything that is wrong in the cell.
    """
    if not isinstance(cell, list):
        raise wrong(f"{shown(cell)} is not a JSON list; give {ORDERED_FORM}")
    ordered: list[Name | LexicographicStage] = []
    faults = []
    for item in cell:
        if isinstance(item, LexicographicStage) or (isinstance(item, str) and item.strip()):
            ordered.append(item if isinstance(item, LexicographicStage) else _stage_name(item))
            continue
        name: Any = item.get("kpi") if isinstance(item, dict) else None
        tolerance: Any = item.get("tolerance_pct", 0) if isinstance(item, dict) else None
        if not isinstance(item, dict) or not set(item) <= {"kpi", "tolerance_pct"}:
            faults.append(f"{shown(item)} is neither a KPI nor an object of kpi and tolerance_pct")
        elif not isinstance(name, str) or not name.strip():
            faults.append(f"{shown(item)} names no kpi")
        elif not _is_number(tolerance) or not 0 <= tolerance <= 100:
            faults.append(f"the tolerance_pct of {shown(name)}, {shown(tolerance)}, is not a number from 0 to 100")
        else:
            ordered.append(LexicographicStage(kpi=name.strip(), tolerance_pct=float(tolerance)))
    names = [stage if isinstance(stage, str) else stage.kpi for stage in ordered]
    faults += _twice(names)
    if not faults and not kpis_of_weights(ordered):
        faults.append(f"{shown(cell)} names no KPI")
    if faults:
        raise wrong(f"{'; '.join(faults)}; give {ORDERED_FORM}")
    return ordered


def _stage_name(typed: str) -> str:
    return GOALS if fold(typed) == GOALS else typed.strip()


def _twice(names: list[str]) -> list[str]:
    folded = [fold(name) for name in names]
    return [f"{shown(name)} stands there twice" for i, name in enumerate(names) if folded[i] in folded[:i]]


def _is_number(cell: Any) -> bool:
    return isinstance(cell, (int, float)) and not isinstance(cell, bool) and math.isfinite(cell)
