"""The multidimensional knapsack of Chu and Beesley (OR-Library mknapcb files)."""

from pathlib import Path

import numpy as np

from benchmarks.instances.number_file import NumberFile
from benchmarks.instances.portfolio import KpiFloor, Portfolio


def read_mkp(path: Path) -> list[Portfolio]:
    """The problems of a file, named `mkp-5.100-00` as OR-Library's list of best values does.

    The first row is the tokens and the scenario's capacity. No rule knows a second kind of tokens, but a KPI that
    funding uses up says the same: each further row is a KPI of contributions -w with a floor of -capacity.

    Raises:
        ValueError: the file ends too early, or has numbers left over.
        OSError: it cannot be read.
    """
    numbers = NumberFile(path)
    problems = [_problem(numbers, position) for position in range(numbers.next())]
    numbers.end()
    return problems


def _problem(numbers: NumberFile, position: int) -> Portfolio:
    n, m, _ = numbers.take(3)
    profits, *weights = (np.array(numbers.take(n), dtype=np.float64) for _ in range(m + 1))
    capacities = [float(capacity) for capacity in numbers.take(m)]
    names = [f"row {number}" for number in range(2, m + 1)]
    return Portfolio(
        name=f"mkp-{m}.{n}-{position:02d}",
        tokens=weights[0],
        values=profits,
        capacity=capacities[0],
        kpis={name: -row for name, row in zip(names, weights[1:], strict=True)},
        kpi_floors=tuple(KpiFloor(name, -most) for name, most in zip(names, capacities[1:], strict=True)),
    )


def best_values(folder: Path) -> dict[str, float]:
    """Name of a problem → the best value that `mkcbres.txt` lists; empty without that file."""
    path = folder / "mkcbres.txt"
    if not path.exists():
        return {}
    lines = (line.split() for line in path.read_text(encoding="ascii").splitlines())
    return {f"mkp-{words[0]}": float(words[1]) for words in lines if len(words) == 2 and "." in words[0]}
