"""The documents of the analyses: what files, tables, tabs and the report hold, in the PM's units.

Whatever was not searched to the end says so: `certainty` is `exact` where a value is proven within the run's gap,
`bound` where no portfolio can be better than it, and `found` where a better one may exist.
"""

from typing import Literal

from optcenter_pipeline.engine.result import Conflict, Status
from optcenter_pipeline.rules.names import SourceRow, Value

Certainty = Literal["exact", "bound", "found"]


class CandidateExplanation(Value):
    """A pool member, and what the plan would be with it the other way: out where it is in, in where it is out."""

    initiative_key: str
    is_selected: bool
    is_possible: bool = True
    """False: no portfolio that keeps the rules has it the other way."""
    certainty: Certainty
    """Of `objective_change`; `bound`: the change is at best this."""
    objective_change: float | None = None
    """Of the first KPI stage's value in the final portfolio; None: not possible, or nothing proven."""
    found_change: float | None = None
    """With the best plan that was found: what a `bound` leaves open lies between. `tokens_change`, `displaces` and
    `lets_in` tell of this plan."""
    tokens_change: float | None = None
    """None where no portfolio was searched for."""
    displaces: tuple[str, ...] = ()
    """Funded now and not then, the candidate itself aside; in order of key."""
    lets_in: tuple[str, ...] = ()
    """Not funded now and funded then, the candidate itself aside; in order of key."""
    source_rows: tuple[SourceRow, ...] = ()
    """Rows that block it, or hold it in."""
    reason: str
    """A sentence for people."""


class CapacityStep(Value):
    """A limit on tokens changed, all else as it is, solved again."""

    change: float
    """Tokens more (or less, below 0)."""
    limit: float
    objective: float | None = None
    """None where no portfolio is possible."""
    objective_change: float | None = None
    bound: float | None = None
    certainty: Certainty = "exact"
    lets_in: tuple[str, ...] = ()
    displaces: tuple[str, ...] = ()


class LimitValue(Value):
    """What tokens under one limit are worth: the whole capacity, or a cap."""

    source_row: SourceRow
    text: str
    field: Literal["capacity_total_tokens", "max_tokens"]
    limit: float
    used: float
    is_binding: bool
    """Whether the plan is known to be better without it."""
    gain_without: float | None = None
    """What the first KPI stage would gain without it, as `bound` at most; None where nothing is known."""
    certainty: Certainty = "exact"
    """Of `gain_without`."""
    next_increment: CapacityStep | None = None
    """The fewest tokens more that buy anything (`found`: fewer may); None where none do, or none were found."""
    steps: tuple[CapacityStep, ...] = ()


class BindingRow(Value):
    """A row without which the plan would be better."""

    source_row: SourceRow
    text: str
    gain: float
    """Of the first KPI stage's value."""
    certainty: Certainty


class StabilityCost(Value):
    """What a run's commitments cost: the plan without them beside the plan with them, in the KPI's unit."""

    schema_version: Literal[1] = 1
    run_id: str
    """The run that is committed to."""
    objective_name: str
    """The first KPI stage: a KPI, or `weighted_kpis`."""
    value: float | None = None
    """Of the plan with the commitments, no price taken off; None where none keeps them."""
    free_value: float | None = None
    """Of the plan without them; None where there is none either."""
    cost: float | None = None
    """free_value less value. Below 0 only where goals, or a later KPI, get more for it."""
    certainty: Certainty = "exact"
    """`found`: a limit stopped one of the two searches."""
    changes: int | None = None
    """Of the plan with the commitments, against that run."""
    free_changes: int | None = None
    moves_in: tuple[str, ...] = ()
    """Funded without the commitments only; in order of key."""
    moves_out: tuple[str, ...] = ()
    """Funded with them only."""
    tokens_change: float | None = None
    """What the plan without them spends more (or less, below 0)."""
    message: str
    """A sentence for people."""
    seconds: float = 0.0


class Explanation(Value):
    """`EXPLAIN.json`: conflict and repairs where infeasible; otherwise why each candidate is in or out."""

    schema_version: Literal[1] = 1
    status: Status
    objective_name: str | None = None
    """The first KPI stage: a KPI, or `weighted_kpis`; `gmv net of changes` where their price is taken off."""
    objective_value: float | None = None
    """Of what `objective_name` says; all changes of the objective are of the same."""
    tokens_used: float | None = None
    conflict: Conflict | None = None
    candidates: tuple[CandidateExplanation, ...] = ()
    """The pool, in order of key."""
    limits: tuple[LimitValue, ...] = ()
    """The whole capacity first, then caps that bind, then the others."""
    binding_rows: tuple[BindingRow, ...] = ()
    """Largest gain first."""
    stability: StabilityCost | None = None
    """Where the run has commitments."""
    messages: tuple[str, ...] = ()
    """What is wrong with the inputs, what commitments cost, or what a limit kept from being said."""
    seconds: float = 0.0


class FrontierPoint(Value):
    """The best value of `y` under one value of `x`."""

    x: float
    """The capacity in tokens, or what the other KPI must reach."""
    y: float | None = None
    """None where no portfolio is possible; as `found`, where none was found before a limit stopped the search."""
    bound: float | None = None
    """No portfolio can be better."""
    mip_gap: float | None = None
    certainty: Certainty = "exact"
    """`found`: a limit stopped the search; the bound holds."""
    tokens: float | None = None
    selected: tuple[str, ...] = ()
    is_current: bool = False
    """The run's own x."""


class Frontier(Value):
    """The efficient frontier: the first KPI stage's best against capacity, or against another KPI."""

    schema_version: Literal[1] = 1
    x_name: str
    """`capacity`, or a KPI."""
    y_name: str
    points: tuple[FrontierPoint, ...]
    """In order of x; y never falls with capacity, and never rises with what another KPI must reach."""
    messages: tuple[str, ...] = ()
    seconds: float = 0.0


class Alternative(Value):
    """Another portfolio that keeps every rule, nearly as good as the best."""

    number: int
    """1 is the most different."""
    objective: float
    loss_pct: float
    """Below the best, in percent of it."""
    tokens: float
    kpis: dict[str, float] = {}
    selected: tuple[str, ...]
    adds: tuple[str, ...]
    """Beside the best portfolio: funded here only."""
    drops: tuple[str, ...]
    """Funded there only."""
    certainty: Certainty = "exact"
    """`exact`: no allowed portfolio differs more from all those before it."""


class Alternatives(Value):
    """Portfolios within a percentage of the best, as different as possible from it and from each other."""

    schema_version: Literal[1] = 1
    objective_name: str
    best: float | None = None
    within_pct: float
    asked: int
    found: tuple[Alternative, ...] = ()
    no_more_exist: bool = False
    """True: proven that no other portfolio lies within the percentage."""
    messages: tuple[str, ...] = ()
    seconds: float = 0.0


class CandidateRobustness(Value):
    """How often draws choose a candidate."""

    initiative_key: str
    is_selected: bool
    """In the base plan."""
    share: float
    """Of the draws with a portfolio, 0 to 1."""
    verdict: Literal["core", "borderline", "out"]


class Draw(Value):
    """One draw of contributions and tokens, solved."""

    number: int
    status: Status
    objective: float | None = None
    base_objective: float | None = None
    """The base plan's under this draw; None where it breaks a rule there."""
    regret: float | None = None
    """What the base plan gives away under this draw; 0 or more."""


class Robustness(Value):
    """How the answer stands when contributions and tokens turn out otherwise."""

    schema_version: Literal[1] = 1
    objective_name: str
    seed: int
    asked: int
    tokens_pct: float
    """Tokens vary by so many percent either way."""
    draws: tuple[Draw, ...] = ()
    candidates: tuple[CandidateRobustness, ...] = ()
    """The pool: largest share first, then by key."""
    mean_regret: float | None = None
    largest_regret: float | None = None
    base_keeps_rules_share: float | None = None
    """Of all draws: those in which the base plan breaks no hard rule."""
    messages: tuple[str, ...] = ()
    seconds: float = 0.0


class InputChange(Value):
    """One thing that two runs' inputs say differently."""

    source_row: SourceRow
    """In the later run, or where it stood in the earlier one."""
    kind: Literal["added", "removed", "changed"]
    what: str
    """`capacity_total_tokens`, `engineering_tokens of INIT-7`, `a floor on country UK`, …"""
    before: str | None = None
    after: str | None = None


class InitiativeChange(Value):
    """An initiative that one of two runs funds, and the other does not."""

    initiative_key: str
    change: Literal["in", "out"]
    """In the second run, against the first."""
    reason: str
    source_rows: tuple[SourceRow, ...] = ()


class FigureChange(Value):
    """A number of two runs."""

    name: str
    """`objective`, `tokens`, `status` aside, or a KPI."""
    before: float | None = None
    after: float | None = None
    change: float | None = None


class ExplainedChange(Value):
    """What one group of input changes does to the plan, the groups before it made already."""

    cause: str
    source_rows: tuple[SourceRow, ...] = ()
    objective_change: float | None = None
    tokens_change: float | None = None
    moves_in: tuple[str, ...] = ()
    moves_out: tuple[str, ...] = ()
    certainty: Certainty = "exact"


class Comparison(Value):
    """What differs between two runs, and by what each difference is explained; empty lists where nothing does."""

    schema_version: Literal[1] = 1
    run_a: str
    run_b: str
    status_a: str
    status_b: str
    inputs: tuple[InputChange, ...] = ()
    initiatives: tuple[InitiativeChange, ...] = ()
    figures: tuple[FigureChange, ...] = ()
    """Only those that differ."""
    explained: tuple[ExplainedChange, ...] = ()
    messages: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the two runs asked and answered the same."""
        return self.status_a == self.status_b and not (self.inputs or self.initiatives or self.figures)
