"""The figures of a portfolio as people read them: KPIs, gaps of targets, capacity, synergies.

Sums are exact (`math.fsum`) and shown to twelve significant digits, so that 1839.9999999998 reads 1840.
"""

from collections.abc import Iterator
from decimal import Decimal, localcontext

from optcenter_pipeline.engine.linear_model import LinearModel, Point
from optcenter_pipeline.engine.result import CapacityUse, Gap, Severity, SliceCapacity, Stability, SynergyResult
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.rules.capacity_cap import CapacityCap
from optcenter_pipeline.rules.capacity_floor import CapacityFloor
from optcenter_pipeline.rules.linear import Terms
from optcenter_pipeline.rules.slices import SliceId, slice_id
from optcenter_pipeline.rules.target import Target

_GAP_TOLERANCE = Decimal("1e-6")
_WARN_UP_TO = Decimal("0.05")
_DIGITS = 200
"""More than any sum of numbers between 1e15 and 1e-100 has."""


def clean(value: float) -> float:
    """A number without the dust of binary fractions: twelve significant digits, and no -0."""
    return float(f"{value:.12g}") + 0.0


def kpi_values(snapshot: Snapshot, model: LinearModel, point: Point) -> dict[str, float]:
    """KPI_k(all) of every metric, synergies included."""
    return {m.kpi_key: clean(model.columns.kpi_terms(m.kpi_key).value(point)) for m in snapshot.metrics}


def synergies_in_effect(model: LinearModel, point: Point) -> tuple[SynergyResult, ...]:
    """The synergies whose members are all funded."""
    return tuple(
        SynergyResult(members=s.members, kpi_key=s.kpi_key, value=s.value, source_rows=s.source_rows)
        for position, s in enumerate(model.synergies)
        if point[model.columns.synergy_column(position)]
    )


def gaps(snapshot: Snapshot, model: LinearModel, point: Point) -> tuple[Gap, ...]:
    """Every target, floor or goal, against what the portfolio achieves."""
    with localcontext(prec=_DIGITS):
        achieved: dict[tuple[str, SliceId], Decimal] = {}
        rows = []
        for target in snapshot.constraint_set.targets:
            what = (target.kpi_key, slice_id(target.dimension, target.dimension_key))
            if what not in achieved:
                achieved[what] = _sum_as_typed(target.achieved_terms(model.columns), point)
            rows.append(_gap(target, achieved[what]))
        return tuple(rows)


def _sum_as_typed(terms: Terms, point: Point) -> Decimal:
    """What a portfolio achieves, in decimals."""
    funded = (_typed(a) for j, a in zip(terms.columns, terms.coefficients, strict=True) if point[j])
    return sum(funded, Decimal(0))


def _gap(target: Target, achieved: Decimal) -> Gap:
    """One target, in decimals as they were typed: 2 less 1.9 is 5 % of 2, and not a little more."""
    required = _typed(target.target_value) - _typed(target.baseline_value or 0.0)
    missing = max(Decimal(0), required - achieved)
    if missing <= _GAP_TOLERANCE * abs(required):
        missing = Decimal(0)
    return Gap(
        dimension=target.dimension,
        dimension_key=target.dimension_key,
        kpi_key=target.kpi_key,
        floor_or_goal=target.floor_or_goal,
        target_value=target.target_value,
        required=clean(float(required)),
        achieved=clean(float(achieved)),
        gap=clean(float(missing)),
        surplus=clean(float(max(Decimal(0), achieved - required))),
        severity=_severity(missing, required),
        source_rows=target.source_rows,
    )


def _typed(number: float) -> Decimal:
    return Decimal(repr(number))


def _severity(missing: Decimal, required: Decimal) -> Severity:
    if missing == 0:
        return "OK"
    return "WARN" if missing <= _WARN_UP_TO * abs(required) else "CRITICAL"


def stability(snapshot: Snapshot, model: LinearModel, point: Point) -> Stability | None:
    """What the portfolio changes against the run that it is committed to; None without commitments."""
    commitments = snapshot.commitments
    if commitments is None:
        return None
    before = frozenset(commitments.selected)
    keys = [candidate.initiative_key for candidate in model.columns.candidates]
    added = tuple(key for key, funded in zip(keys, point, strict=False) if funded and key not in before)
    dropped = tuple(key for key, funded in zip(keys, point, strict=False) if not funded and key in before)
    changes = len(added) + len(dropped)
    return Stability(
        run_id=commitments.run_id,
        changes=changes,
        added=added,
        dropped=dropped,
        max_changes=commitments.max_changes,
        price_per_change=commitments.price_per_change,
        price=clean(changes * (commitments.price_per_change or 0.0)),
    )


def capacity_use(snapshot: Snapshot, model: LinearModel, point: Point) -> CapacityUse:
    """Tokens spent in all, and on every slice that a floor or a cap speaks of."""
    return CapacityUse(
        total=snapshot.scenario.capacity_total_tokens,
        used=clean(model.columns.token_terms().value(point)),
        slices=tuple(_slice_capacities(snapshot, model, point)),
    )


def _slice_capacities(snapshot: Snapshot, model: LinearModel, point: Point) -> Iterator[SliceCapacity]:
    rules = snapshot.constraint_set
    by_slice: dict[SliceId, list[CapacityFloor | CapacityCap]] = {}
    spoken_of: tuple[CapacityFloor | CapacityCap, ...] = (*rules.capacity_floors, *rules.capacity_caps)
    for rule in spoken_of:
        by_slice.setdefault(slice_id(rule.dimension, rule.dimension_key), []).append(rule)
    for wanted, spoken in by_slice.items():
        yield SliceCapacity(
            dimension=spoken[0].dimension,
            dimension_key=spoken[0].dimension_key,
            used=clean(model.columns.token_terms(wanted).value(point)),
            min_tokens=max((r.min_tokens for r in spoken if isinstance(r, CapacityFloor)), default=None),
            max_tokens=min((r.max_tokens for r in spoken if isinstance(r, CapacityCap)), default=None),
        )
