"""All instances of a comparison, by name; each is read or generated only when it is asked for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from benchmarks.instances.generated import generated_portfolio
from benchmarks.instances.mkp import best_values, read_mkp
from benchmarks.instances.nrp import nrp_portfolio, published_optima, read_nrp
from benchmarks.instances.portfolio import Portfolio

Group = Literal["nrp", "generated", "mkp"]

CLASSIC = (30, 50, 70)
"""Budgets in percent of nrp1, nrp2, …; the realistic ones, nrp-e1, …, have the first two."""
SEEDS = {300: 1, 1_000: 1, 10_000: 10, 100_000: 1}
"""How many generated portfolios there are of each size."""
GENERATED_GAP = 1e-3


@dataclass(frozen=True)
class Instance:
    """One problem of the comparison."""

    name: str
    """`nrp-e1@30`, `generated-10000-3`, `mkp-5.100-07`."""
    group: Group
    mip_gap: float
    """The relative gap that every solver is asked for; 0 is a full proof."""
    load: Callable[[], Portfolio]
    published: float | None = None
    """The optimum, or best value known, that comes with the data."""


def all_instances(data: Path) -> list[Instance]:
    """Every instance: those of the folder's `nrp` and `mkp` as found there now, and the generated ones.

    Raises:
        ValueError: a file of the folder is not in its format.
    """
    return [*_nrp(data / "nrp"), *_generated(), *_mkp(data / "mkp")]


def _nrp(folder: Path) -> list[Instance]:
    optima = published_optima(folder)
    files = sorted(folder.glob("nrp*.txt"))
    return [
        Instance(
            name=f"{path.stem}@{percent}",
            group="nrp",
            mip_gap=0.0,
            load=partial(_release, path, percent),
            published=optima.get((path.stem, percent)),
        )
        for path in files
        for percent in (CLASSIC if re.fullmatch(r"nrp\d", path.stem) else CLASSIC[:2])
    ]


def _release(path: Path, percent: int) -> Portfolio:
    return nrp_portfolio(f"{path.stem}@{percent}", read_nrp(path), percent)


def _generated() -> list[Instance]:
    return [
        Instance(
            name=f"generated-{size}-{seed}",
            group="generated",
            mip_gap=GENERATED_GAP,
            load=partial(generated_portfolio, size, seed),
        )
        for size, seeds in SEEDS.items()
        for seed in range(1, seeds + 1)
    ]


def _mkp(folder: Path) -> list[Instance]:
    best = best_values(folder)
    problems = [problem for path in sorted(folder.glob("mknap*.txt")) for problem in read_mkp(path)]
    return [
        Instance(
            name=problem.name,
            group="mkp",
            mip_gap=0.0,
            load=partial(_as_is, problem),
            published=best.get(problem.name),
        )
        for problem in problems
    ]


def _as_is(problem: Portfolio) -> Portfolio:
    return problem
