"""Every solver gives the value that enumeration gives, each in a process of its own, as in the comparison."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import Any

import pytest

from benchmarks.compare.solvers import SOLVERS
from benchmarks.compare.worker import run_record, warm_up
from benchmarks.instances.portfolio import Portfolio
from optcenter_pipeline_tests.benchmarks.problems import best_by_enumeration, every_rule


def answer_of(solver: str, portfolio: Portfolio) -> dict[str, Any]:
    prepare = SOLVERS[solver].load()
    warm_up(prepare)
    solve = prepare(portfolio, 0.0, 60.0)
    first, second = run_record(portfolio, solve()), run_record(portfolio, solve())
    assert first["value"] == second["value"]
    return first


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_value_is_that_of_enumeration(solver: str) -> None:
    if not SOLVERS[solver].is_installed:
        pytest.skip(f"{SOLVERS[solver].package} is there only where `make bench` has been")
    with ProcessPoolExecutor(1, get_context("spawn")) as processes:
        for portfolio in (every_rule(), every_rule(mandatory=6)):
            record = processes.submit(answer_of, solver, portfolio).result()
            assert record["status"] == "proven"
            assert record["broken"] == []
            assert record["value"] == pytest.approx(best_by_enumeration(portfolio), abs=1e-9)
            assert record["bound"] == pytest.approx(record["value"], abs=1e-4)


@pytest.mark.parametrize(
    "dropped",
    [
        {"synergies": ()},
        {"prerequisites": ()},
        {"pairs": ()},
        {"bundles": ()},
        {"excluded": ()},
        {"caps": ()},
        {"floors": ()},
        {"kpi_floors": ()},
        {"capacity": 1000.0},
    ],
    ids=lambda dropped: next(iter(dropped)),
)
def test_no_rule_of_these_problems_is_idle(dropped: dict[str, Any]) -> None:
    assert best_by_enumeration(replace(every_rule(), **dropped)) > best_by_enumeration(every_rule())


def test_nor_is_what_is_mandatory() -> None:
    portfolio = every_rule(mandatory=6)
    assert best_by_enumeration(replace(portfolio, mandatory=())) > best_by_enumeration(portfolio)
