"""Columns that only gain, as a bonus does: they are as small as what they need, and so become one with it."""

from dataclasses import replace

import numpy as np

from optcenter_pipeline.engine.presolve.equalities import equalities
from optcenter_pipeline.engine.presolve.folding import folded
from optcenter_pipeline.engine.presolve.graph import helping_entries, implications
from optcenter_pipeline.engine.presolve.reduced_model import ReducedModel


def gain_only_columns(model: ReducedModel) -> ReducedModel:
    """Fold columns that only gain into the one column that they need, or into others that need the same.

    The mirror image of `cost_only_columns`. Column k only gains when no stage loses by it (all benefits >= 0), its
    greatest value u is finite, and less of it helps no row but those of what it needs, x_k - x_j <= 0, where no x_j
    can be above u. In any portfolio x_k may rise to the smallest of these x_j, or to u without any: that breaks no
    row, nor any that is added later, and no stage loses. So for every portfolio there is one that is
    no worse, and in which all such columns are the smallest of what they need: (a) u where they need nothing,
    (b) the one that they need, (c) equal where they need the same. That is two bonuses on different KPIs for the
    same members, or a bonus whose members are one bundle.
    """
    model = equalities(model)
    edges = implications(model)
    hinders = helping_entries(model, rising=False) - np.bincount(edges.first, minlength=model.width)
    from_top = np.isfinite(model.upper) & (~model.integer | (model.upper == np.floor(model.upper)))
    from_top[edges.first[model.upper[edges.second] > model.upper[edges.first]]] = False
    only_gains = (hinders == 0) & (model.benefits >= 0).all(axis=0) & from_top
    turned = replace(edges, first=edges.second, second=edges.first)
    return folded(model, turned, only_gains, np.where(np.isfinite(model.upper), model.upper, 0.0))
