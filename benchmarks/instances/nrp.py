"""The Next Release Problem: requirements with costs and prerequisites, customers who pay for whole request sets."""

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.instances.number_file import NumberFile
from benchmarks.instances.portfolio import Portfolio, Synergy


@dataclass(frozen=True)
class Customer:
    """Pays `profit` once every requirement of `requests` (positions, each once) is done."""

    profit: int
    requests: tuple[int, ...]


@dataclass(frozen=True)
class NextRelease:
    """A file's content, whatever the budget; requirements are known by their position, from 0."""

    costs: tuple[int, ...]
    dependencies: tuple[tuple[int, int], ...]
    """(dependent, required), each once."""
    customers: tuple[Customer, ...]

    def budget(self, percent: int) -> int:
        """percent/100 of the sum of all costs, rounded half up."""
        return (percent * sum(self.costs) + 50) // 100


def read_nrp(path: Path) -> NextRelease:
    """Read a file of whole numbers.

    Raises:
        ValueError: the file ends too early, has numbers left over, names a requirement that is not there, has a
            requirement that costs nothing or a customer who requests nothing (a plan cannot say either).
        OSError: it cannot be read.
    """
    numbers = NumberFile(path)
    costs = tuple(cost for _ in range(numbers.next()) for cost in numbers.take(numbers.next()))
    edges = [numbers.take(2) for _ in range(numbers.next())]
    customers = []
    for _ in range(numbers.next()):
        profit, count = numbers.take(2)
        customers.append(Customer(profit, tuple(dict.fromkeys(r - 1 for r in numbers.take(count)))))
    numbers.end()
    dependencies = tuple(dict.fromkeys((b - 1, a - 1) for a, b in edges if a != b))
    named = [i for edge in dependencies for i in edge] + [i for c in customers for i in c.requests]
    if not all(0 <= i < len(costs) for i in named):
        raise numbers.wrong("names a requirement that is not there")
    if min(costs, default=1) <= 0 or not all(customer.requests for customer in customers):
        raise numbers.wrong("has a requirement that costs nothing, or a customer who requests nothing")
    return NextRelease(costs, dependencies, tuple(customers))


def nrp_portfolio(name: str, release: NextRelease, percent: int) -> Portfolio:
    """A requirement is a candidate, a customer a synergy of his requests; a single request is its own value."""
    values: Counter[int] = Counter()
    synergies = []
    for customer in release.customers:
        if len(customer.requests) == 1:
            values[customer.requests[0]] += customer.profit
        else:
            synergies.append(Synergy(customer.requests, float(customer.profit)))
    return Portfolio(
        name=name,
        tokens=np.array(release.costs, dtype=np.float64),
        values=np.array([values[i] for i in range(len(release.costs))], dtype=np.float64),
        capacity=float(release.budget(percent)),
        synergies=tuple(synergies),
        prerequisites=release.dependencies,
    )


def published_optima(folder: Path) -> dict[tuple[str, int], int]:
    """(instance, budget in percent) → the optimum that `published.csv` lists; empty without that file."""
    path = folder / "published.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as rows:
        return {(row["instance"], int(row["budget"])): int(row["opt"]) for row in csv.DictReader(rows)}
