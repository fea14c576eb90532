"""`RESULT.json`: what a run answers."""

from typing import Literal

from pydantic import ConfigDict, Field

from optcenter_pipeline.rules.names import SourceRow, Value

Status = Literal["optimal", "feasible", "infeasible", "no_solution", "invalid", "cancelled", "failed"]
Severity = Literal["OK", "WARN", "CRITICAL"]
StageLimit = Literal["time", "nodes", "cancel", "effort"]
"""`effort`: economy takes no longer than the stages before it."""
StageKind = Literal["kpi", "weighted", "goals", "economy"]

_WITH_PORTFOLIO: frozenset[Status] = frozenset({"optimal", "feasible"})


class StageResult(Value):
    """One stage of the objective: its best value and how far that is proven."""

    name: str
    """A KPI key, `weighted_kpis`, `goals` or `economy`."""
    kind: StageKind
    """What the stage is, whatever its name: a KPI may be called `economy`."""
    sense: Literal["max", "min"]
    value: float
    bound: float
    mip_gap: float
    """|bound - value| / |value|, 0 where both are 0."""
    proven: bool
    nodes: int
    seconds: float
    second_pass: bool = False
    """True for a KPI stage that is optimised again after the goals."""
    stopped_by: StageLimit | None = None
    """What kept an unproven stage from a proof."""


class KpiScale(Value):
    """scale_k of a weighted objective, and where it came from."""

    kpi_key: str
    weight: float
    scale: float
    source: Literal["all_target", "slice_target", "positive_contributions", "unit"]
    source_rows: tuple[SourceRow, ...] = ()


class Objective(Value):
    """The objective of the run. `value` is the first KPI stage's in the final portfolio."""

    mode: str
    value: float | None = None
    best_possible: float | None = None
    """The first KPI stage's best, before goals and tolerances took their share. Where changes have a price, here as
    in `bound` and the gap, with what the final portfolio's changes cost added back."""
    bound: float | None = None
    mip_gap: float | None = None
    goals_cost: float | None = None
    """best_possible less value: what the goals (or a tolerance) cost in the first KPI stage; None without goals."""
    stages: tuple[StageResult, ...] = ()
    scales: tuple[KpiScale, ...] = ()


class Stability(Value):
    """How far a portfolio keeps to the run that the plan is committed to."""

    run_id: str
    changes: int
    """Initiatives of the pool that one of the two portfolios funds and the other does not."""
    added: tuple[str, ...] = ()
    """Funded now, and not by that run; in order of key."""
    dropped: tuple[str, ...] = ()
    """Funded by that run, in the pool, and not funded now; in order of key."""
    max_changes: int | None = None
    price_per_change: float | None = None
    price: float = 0.0
    """Of all changes, in the first KPI stage's unit: `objective.value` has it not taken off, `objective.stages`
    have."""


class SelectedCandidate(Value):
    """A funded candidate. Contributions are its own; synergies stand apart in `Result.synergies`."""

    initiative_key: str
    rank: int
    allocated_tokens: float
    objective_contribution: float
    contributions: dict[str, float]
    reason: str


class RejectedCandidate(Value):
    """A pool member that is not funded, and why."""

    initiative_key: str
    reason: str
    source_rows: tuple[SourceRow, ...] = ()


class SynergyResult(Value):
    """A synergy that took effect: all its members are funded."""

    members: tuple[str, ...]
    kpi_key: str
    value: float
    source_rows: tuple[SourceRow, ...] = ()


class Gap(Value):
    """One target against what the portfolio achieves. gap = max(0, required - achieved)."""

    dimension: str
    dimension_key: str
    kpi_key: str
    floor_or_goal: Literal["floor", "goal"]
    target_value: float
    required: float
    achieved: float
    gap: float
    surplus: float
    severity: Severity
    source_rows: tuple[SourceRow, ...] = ()


class SliceCapacity(Value):
    """Tokens spent on a slice that a floor or a cap speaks of."""

    dimension: str
    dimension_key: str
    used: float
    min_tokens: float | None = None
    max_tokens: float | None = None


class CapacityUse(Value):
    """Tokens spent, whole and by slice."""

    total: float
    used: float
    slices: tuple[SliceCapacity, ...] = ()


class ConflictRule(Value):
    """A rule of a conflict, in words."""

    source_row: SourceRow
    text: str


class RepairChange(Value):
    """A new number for a field of a row, or the row dropped."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    source_row: SourceRow
    field: str | None = None
    from_: float | None = Field(default=None, alias="from")
    to: float | None = None
    drop: bool | None = None


class Repair(Value):
    """Changes that together make the run feasible."""

    changes: tuple[RepairChange, ...]
    cost: float
    text: str


class Conflict(Value):
    """Rules that cannot hold together."""

    source_rows: tuple[SourceRow, ...]
    minimal: bool
    rules: tuple[ConflictRule, ...]
    repairs: tuple[Repair, ...] = ()


class Alert(Value):
    """Something a person should know about the run."""

    code: str
    """E.g. `pool_extended`, `blocked_by_prerequisite`, `deadline_before_period`, `invalid_input`."""
    initiative_key: str | None = None
    message: str
    source_rows: tuple[SourceRow, ...] = ()


class ModelSize(Value):
    """Size of the linear model."""

    rows: int
    columns: int
    nonzeros: int


class SolverInfo(Value):
    """Which solver answered, and how large its question was."""

    name: str = "highs"
    version: str
    model: ModelSize | None = None
    presolved: ModelSize | None = None
    """What presolve left of it."""


class Timings(Value):
    """Seconds by phase."""

    build: float = 0.0
    solve: float = 0.0
    extract: float = 0.0


class Result(Value):
    """The answer to one snapshot. `selected` and `rejected` together are the pool."""

    schema_version: Literal[1] = 1
    status: Status
    objective: Objective
    selected: tuple[SelectedCandidate, ...] = ()
    rejected: tuple[RejectedCandidate, ...] = ()
    synergies: tuple[SynergyResult, ...] = ()
    kpis: dict[str, float] = {}
    gaps: tuple[Gap, ...] = ()
    capacity: CapacityUse | None = None
    stability: Stability | None = None
    """Where the run has commitments."""
    conflict: Conflict | None = None
    alerts: tuple[Alert, ...] = ()
    solver: SolverInfo
    timings: Timings = Timings()

    @property
    def has_portfolio(self) -> bool:
        """Whether a portfolio is given, empty though it may be; a cancelled run has one if it came in time."""
        return self.status in _WITH_PORTFOLIO or (self.status == "cancelled" and self.capacity is not None)
