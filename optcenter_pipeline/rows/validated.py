"""What validation yields: the typed rows without errors, and all that it found in the others."""

from typing import Any, NamedTuple

from optcenter_pipeline.rows.messages import SetKey, ValidationMessage
from optcenter_pipeline.rows.registry import ContributionRow, InitiativeRow, MetricRow
from optcenter_pipeline.rows.scenario import ScenarioRow
from optcenter_pipeline.rules.candidate import CandidateLeftOut, CandidateRow
from optcenter_pipeline.rules.constraint_row import ConstraintRow
from optcenter_pipeline.rules.constraint_set import ConstraintSetCompiled
from optcenter_pipeline.rules.names import Value
from optcenter_pipeline.rules.target import TargetRow


class JudgedRow(NamedTuple):
    """A row that was judged, and what its `run_status` says."""

    tab: str
    row_num: int
    key: str
    content_hash: str
    """Of the content that was judged: a row edited since gets no status from this."""
    status: str


class SetSourceRow(NamedTuple):
    """A row of Constraints or Targets as it was read, valid or not; dates are text."""

    tab: str
    row_num: int
    cells: dict[str, Any]


class NamedSet(Value):
    """A constraint set that Constraints or Targets name."""

    key: SetKey
    scenario_name: str
    """As first typed."""
    constraint_set_name: str
    """As first typed."""
    rows: tuple[SetSourceRow, ...]
    problems: tuple[str, ...] = ()
    """The lines (`TAB!ROW column: text`) that make it invalid."""


class ValidatedWorkbook(Value):
    """One reading of the workbook, judged. Rows stand in the sheet's order; it dumps to JSON and loads back."""

    initiatives: tuple[InitiativeRow, ...] = ()
    metrics: tuple[MetricRow, ...] = ()
    contributions: tuple[ContributionRow, ...] = ()
    scenarios: tuple[ScenarioRow, ...] = ()
    constraints: tuple[ConstraintRow, ...] = ()
    targets: tuple[TargetRow, ...] = ()
    candidates: tuple[CandidateRow, ...] = ()
    candidates_left_out: tuple[CandidateLeftOut, ...] = ()
    """Rows of Candidates in error, as far as rules of others name them."""
    messages: tuple[ValidationMessage, ...] = ()
    """Only rows and tabs with findings."""
    judged: tuple[JudgedRow, ...] = ()
    """Every row of every readable tab."""
    unreadable_tabs: tuple[str, ...] = ()
    sets: tuple[NamedSet, ...] = ()
    """Every set that a row of Constraints or Targets names, in order of its key."""
    invalid_scenarios: dict[str, tuple[str, ...]] = {}
    """Scenario (folded) → the lines that make it invalid."""
    scenario_names: dict[str, str] = {}
    """Folded → as first typed, for every scenario that any tab names."""
    kpi_keys: dict[str, str] = {}
    """Folded → as Metrics_Config spells it."""

    @property
    def invalid_sets(self) -> dict[SetKey, tuple[str, ...]]:
        """Set → the lines that make it invalid. A set of an invalid scenario is not invalid by that."""
        return {named.key: named.problems for named in self.sets if named.problems}

    @property
    def has_errors(self) -> bool:
        """Whether any row or tab is in error."""
        return any(message.errors for message in self.messages)


class CompiledSet(Value):
    """A constraint set as it is stored: its rows, what was found in them, and what they compile to."""

    scenario_name: str
    constraint_set_name: str
    is_valid: bool
    compiled: ConstraintSetCompiled | None
    """None where the set is invalid: never in part."""
    messages: tuple[ValidationMessage, ...]
    """Findings about the set's rows, and findings about Candidates rows that are about this set alone."""
    rows_json: str
    """The set's rows as they were read: a JSON list of {tab, row_num, cells}."""
    content_hash: str
    """sha256 over rows, messages and what was compiled: equal where nothing about the set changed."""


class CompiledWorkbook(Value):
    """What one judged workbook compiles to."""

    sets: tuple[CompiledSet, ...]
    default: CompiledSet
    """The Candidates' own rules alone, for runs without a set."""
