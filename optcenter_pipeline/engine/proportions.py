"""A contribution beside which most others mean nothing to the search: often a slip of zeros or of units.

A plan counts as best within a part of its value. Where one candidate brings 1e12 and the others some hundreds, that
part is more than all the others together: chance decides who of them is in. Tokens need no such look: their sums
are checked one by one, what is too large by mistake does not fit, and its reason says so.
"""

from collections.abc import Iterator

import numpy as np

from optcenter_pipeline.engine.linear_model import LinearModel
from optcenter_pipeline.engine.objective import Plan
from optcenter_pipeline.engine.result import Alert
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.rules.names import SourceRow, listed
from optcenter_pipeline.rules.numbers import amount, counted, percent
from optcenter_pipeline.rules.synergy import SynergyBonus
from optcenter_pipeline.rules.units import Units

CODE = "contribution_out_of_proportion"
_LEAST, _MOST = 1e-6, 1e-4
"""Parts of the best: a stage is held within the first whatever the gap; who asks for a gap above the second knows
what that leaves open."""


def proportion_alerts(snapshot: Snapshot, model: LinearModel, plan: Plan) -> Iterator[Alert]:
    """One for each KPI of the objective in which at least half of the contributions are lost beside the largest.

    Args:
        snapshot: in canonical form.
        model: its columns; bonuses count as contributions of their own.
        plan: its stages.
    """
    part = min(max(snapshot.solver.mip_gap, _LEAST), _MOST)
    units = Units(snapshot.metrics)
    for kpi in plan.objective_kpis:
        terms = model.columns.kpi_terms(kpi)
        sizes = np.abs(terms.coefficients)
        if not len(sizes):
            continue
        is_large = sizes * part >= np.sort(sizes)[(len(sizes) - 1) // 2]
        if is_large.any():
            large = [terms.columns[place] for place in np.flatnonzero(is_large)]
            names = listed([_name(model, column) for column in large])
            most, next_most = float(sizes.max()), float(sizes[~is_large].max())
            lost = f"{amount(part * most)} {units.named(kpi)}"
            message = (
                f"{names} {'counts for' if len(large) == 1 else 'count for up to'} {amount(most)} {kpi}, and "
                f"{counted(len(sizes) - len(large), 'other')} for {amount(next_most)} at most. Plans within "
                f"{percent(part)} of the best count as equal, here {lost}: what the others add is lost in that. "
                "Check the zeros and the unit of the number, in KPI_Contributions or in its rule"
            )
            rows = tuple(dict.fromkeys(row for column in large for row in _rows(model, column)))
            yield Alert(code=CODE, initiative_key=_key(model, large[0]), message=message, source_rows=rows)


def _key(model: LinearModel, column: int) -> str | None:
    candidates = model.columns.candidates
    return candidates[column].initiative_key if column < len(candidates) else None


def _name(model: LinearModel, column: int) -> str:
    key = _key(model, column)
    return key or f"the synergy of {listed(_synergy(model, column).members, ' + ')}"


def _rows(model: LinearModel, column: int) -> tuple[SourceRow, ...]:
    if column >= model.candidate_count:
        return _synergy(model, column).source_rows
    row = model.columns.candidates[column].source_row
    return (row,) if row else ()


def _synergy(model: LinearModel, column: int) -> SynergyBonus:
    return model.synergies[column - model.candidate_count]
