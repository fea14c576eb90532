"""Measurements as they are kept: one JSON line for each instance and solver, added as soon as it is there."""

import hashlib
import json
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.compare.answer import Status
from benchmarks.instances.portfolio import Portfolio

Run = dict[str, Any]
"""What `worker.run_record` tells, with `seconds` and `cpu`."""


@dataclass(frozen=True)
class Key:
    """What was measured; a record with the same key need not be measured again."""

    instance: str
    solver: str
    version: str
    digest: str
    """Of the problem's numbers."""
    mip_gap: float
    limit: float
    repeats: int


@dataclass(frozen=True)
class Record:
    """One solver on one instance."""

    key: Key
    group: str
    candidates: int
    cores: int
    """Of the machine."""
    published: float | None
    runs: tuple[Run, ...]
    trouble: str = ""
    """What the process said when it ended too early."""

    @property
    def band(self) -> str:
        """The instances that it is summed up with."""
        return f"generated, {self.candidates:,} candidates" if self.group == "generated" else self.group

    @property
    def last(self) -> Run:
        """The run that speaks for all: the worst, should they differ."""
        return next((run for run in self.runs if run["status"] != "proven"), self.runs[-1])

    @property
    def status(self) -> Status:
        """See `answer.Status`."""
        status: Status = self.last["status"]
        return status

    @property
    def proven(self) -> bool:
        """Whether every run ended with a proof within the gap."""
        return self.status == "proven"

    @property
    def value(self) -> float | None:
        """Of the portfolio found, recomputed from it."""
        value: float | None = self.last["value"]
        return value

    @property
    def bound(self) -> float | None:
        """As the solver says."""
        bound: float | None = self.last["bound"]
        return bound

    @property
    def seconds(self) -> float:
        """Median over the runs, by the wall."""
        return float(statistics.median(run["seconds"] for run in self.runs))

    @property
    def cpu(self) -> float:
        """Median over the runs, of the processor; it counts where others kept the machine busy."""
        return float(statistics.median(run["cpu"] for run in self.runs))

    @property
    def handover(self) -> float:
        """Median seconds until the solver held the model; 0 where that is not told apart."""
        return float(statistics.median(run["handover"] or 0.0 for run in self.runs))

    @property
    def peak_mb(self) -> int:
        """The most memory of the process, in MB, interpreter and all; 0 where it was killed."""
        return max(run["peak_mb"] or 0 for run in self.runs)

    @property
    def gap(self) -> float | None:
        """|bound - value| / |value|; None without a portfolio or a bound."""
        if self.value is None or self.bound is None:
            return None
        difference = abs(self.bound - self.value)
        return difference / abs(self.value) if self.value else (0.0 if difference == 0 else None)


def digest_of(portfolio: Portfolio) -> str:
    """The same for the same problem."""
    hashed = hashlib.sha256(portfolio.tokens.tobytes() + portfolio.values.tobytes())
    for kpi, amounts in portfolio.kpis.items():
        hashed.update(kpi.encode() + amounts.tobytes())
    rules = (
        portfolio.capacity,
        portfolio.synergies,
        portfolio.prerequisites,
        portfolio.pairs,
        portfolio.bundles,
        portfolio.mandatory,
        portfolio.excluded,
        portfolio.attributes,
        portfolio.caps,
        portfolio.floors,
        portfolio.kpi_floors,
    )
    hashed.update(repr(rules).encode())
    return hashed.hexdigest()[:12]


class Store:
    """A file of records; the last one of a key counts."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[Key, Record]:
        """All records; a line that was cut off when the process was killed is passed over.

        Raises:
            OSError: the file cannot be read; one that does not exist has no records.
        """
        if not self._path.exists():
            return {}
        found = {}
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                fields = json.loads(line)
            except json.JSONDecodeError:
                continue
            record = Record(**fields | {"key": Key(**fields["key"]), "runs": tuple(fields["runs"])})
            found[record.key] = record
        return found

    def add(self, record: Record) -> None:
        """Write one more, on a line of its own even behind a line that was cut off."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a+", encoding="utf-8") as file:
            file.seek(0)
            whole = file.read()
            begin = "\n" if whole and not whole.endswith("\n") else ""
            file.write(begin + json.dumps(asdict(record)) + "\n")


def newest(records: Iterable[Record]) -> list[Record]:
    """Of each instance and solver the record that was added last, in order of first appearance."""
    return list({(record.key.instance, record.key.solver): record for record in records}.values())
