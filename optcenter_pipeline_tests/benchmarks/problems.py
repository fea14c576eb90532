"""Small problems, brute force over them, and files as they are published."""

import random
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.instances.portfolio import KpiFloor, Portfolio, SliceLimit, Synergy


def every_rule(mandatory: int = 9) -> Portfolio:
    """Ten candidates and each type of rule; all but the mandatory 9 change the best value, and so does 6."""
    return Portfolio(
        name="every rule",
        tokens=np.array([6.5, 7.5, 6.5, 7.5, 6.5, 6.5, 3.5, 4.5, 2.5, 7.5]),
        values=np.array([10.7, 9.3, 11.9, 10.1, 6.9, 11.2, 2.0, 7.9, 3.4, 5.3]),
        capacity=35.0,
        synergies=(Synergy((2, 3), 4.5), Synergy((0, 7, 8), 3.3), Synergy((5, 8), -6.2), Synergy((3, 6), -1.1)),
        prerequisites=((3, 4), (5, 4), (4, 9)),
        pairs=((2, 5), (1, 7)),
        bundles=((0, 7), (6, 8)),
        mandatory=(mandatory,),
        excluded=(1,),
        attributes={"country": ("UK", "DE") * 5, "department": ("A",) * 5 + ("B",) * 5},
        caps=(SliceLimit("country", "UK", 18.0),),
        floors=(SliceLimit("department", "B", 13.0),),
        kpis={"nps": np.array([0.0, 0.5, 0.0, 1.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0])},
        kpi_floors=(KpiFloor("nps", 1.0), KpiFloor("nps", 0.0, "country", "UK")),
    )


def best_by_enumeration(portfolio: Portfolio) -> float:
    """The best value of all portfolios that break nothing."""
    portfolios = product([False, True], repeat=portfolio.size)
    return max(portfolio.value(funded) for funded in portfolios if not list(portfolio.broken(funded)))


def write_nrp(folder: Path, name: str = "nrp-t1") -> Path:
    """Two levels of three requirements, two dependencies, four customers; the costs sum up to 25."""
    path = folder / "nrp" / f"{name}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("2\n3\n5 4 3\n3\n6 2 5\n2\n1 4\n2 6\n4\n10 2 4 3\n7 1 6\n4 1 6\n9 2 1 2\n")
    return path


def write_hard_mkp(folder: Path) -> Path:
    """One knapsack of 100 items and 5 rows; its proof takes a solver seconds."""
    dice = random.Random(7)
    weights = [[dice.randint(1, 1000) for _ in range(100)] for _ in range(5)]
    profits = [sum(row[i] for row in weights) // 5 + dice.randint(0, 300) for i in range(100)]
    rows = [profits, *weights, [sum(row) // 2 for row in weights]]
    path = folder / "mkp" / "mknapcb9.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("1\n100 5 0\n" + "\n".join(" ".join(map(str, row)) for row in rows))
    return path
