"""How many instances each solver proves within a time, as an SVG that is the same for the same figures."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from benchmarks.compare.record import Record
from benchmarks.compare.solvers import ENGINE, SOLVERS

_TITLES = {"nrp": "Next Release Problem", "generated": "Generated portfolios", "mkp": "Multidimensional knapsack"}
_COLOURS = {"engine": "#0b6e4f", "highs": "#d1495b", "mps": "#edae49", "cpsat": "#30638e", "scip": "#7b5ea7"}
_EARLIEST = 0.01


def draw(records: Sequence[Record], path: Path, clock: str) -> None:
    """One panel for each group of instances; the file is replaced."""
    groups = [group for group in _TITLES if any(record.group == group for record in records)]
    with mpl.rc_context({"svg.hashsalt": "benchmarks", "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure = Figure(figsize=(4.2 * len(groups), 4.4), layout="constrained")
        axes = figure.subplots(1, len(groups), squeeze=False)[0]
        for group, panel in zip(groups, axes, strict=True):
            _panel(panel, [record for record in records if record.group == group], clock)
            panel.set_title(_TITLES[group])
        axes[0].set_ylabel("instances proven")
        lines, titles = axes[0].get_legend_handles_labels()
        figure.legend(lines, titles, loc="outside lower center", ncols=len(lines), frameon=False)
        figure.savefig(path, metadata={"Date": None, "Creator": None})


def _panel(panel: Axes, records: Sequence[Record], clock: str) -> None:
    limit = max(record.key.limit for record in records)
    for name, solver in SOLVERS.items():
        own = [record for record in records if record.key.solver == name]
        if not own:
            continue
        times = np.sort([max(_EARLIEST, getattr(record, clock)) for record in own if record.proven])
        edges = np.concatenate([[_EARLIEST], times, [max(limit, *times, _EARLIEST)]])
        counts = np.concatenate([np.arange(len(times) + 1), [len(times)]])
        width, layer = (2.4, 3) if name == ENGINE else (1.4, 2)
        panel.step(
            edges, counts, where="post", label=solver.title, color=_COLOURS[name], linewidth=width, zorder=layer
        )
    panel.set_xscale("log")
    panel.xaxis.set_major_formatter("{x:g}")
    panel.yaxis.set_major_locator(MaxNLocator(integer=True))
    panel.set_xlabel("seconds")
    panel.set_ylim(0, 1.03 * len({record.key.instance for record in records}))
    panel.grid(visible=True, which="major", alpha=0.3)
    panel.spines[["top", "right"]].set_visible(False)
