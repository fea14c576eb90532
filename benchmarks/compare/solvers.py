"""The solvers of the comparison. Nothing here imports one: ortools and highspy cannot share a process."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.compare.answer import Prepare

_ROOT = Path(__file__).resolve().parents[2]
_COUNTED = ("optcenter_pipeline/engine", "optcenter_pipeline/rules")


@dataclass(frozen=True)
class Solver:
    """One way to solve a portfolio problem."""

    name: str
    """As options and records say it."""
    title: str
    """As tables say it."""
    module: str
    function: str
    package: str
    is_ours: bool = False
    """Whether our code makes what it solves, so that a change of our code asks for new measurements."""

    def load(self) -> Prepare:
        """Import it; only in a process that imports no other."""
        prepare: Prepare = getattr(import_module(self.module), self.function)
        return prepare

    @property
    def version(self) -> str:
        """The package's version, with a digest of our code where that has a part in it.

        Raises:
            PackageNotFoundError: it is not installed.
        """
        number = version(self.package)
        return f"{number} {_our_code()}" if self.is_ours else number

    @property
    def is_installed(self) -> bool:
        """Whether its package is."""
        try:
            version(self.package)
        except PackageNotFoundError:
            return False
        return True


_HERE = "benchmarks.compare"
ENGINE = "engine"
HIGHS = "highs"
SOLVERS = {
    solver.name: solver
    for solver in (
        Solver(ENGINE, "this engine", f"{_HERE}.solve_engine", "prepare", "highspy", is_ours=True),
        Solver(HIGHS, "HiGHS", f"{_HERE}.solve_highs", "prepare", "highspy"),
        Solver("mps", "HiGHS on our MPS", f"{_HERE}.solve_highs", "prepare_mps", "highspy", is_ours=True),
        Solver("cpsat", "CP-SAT", f"{_HERE}.solve_cpsat", "prepare", "ortools"),
        Solver("scip", "SCIP", f"{_HERE}.solve_scip", "prepare", "pyscipopt"),
    )
}


@cache
def _our_code() -> str:
    digest = hashlib.sha256()
    for path in sorted(file for folder in _COUNTED for file in (_ROOT / folder).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
