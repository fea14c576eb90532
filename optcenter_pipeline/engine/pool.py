"""The pool: which candidates one run may choose from, who of them is ineligible, and who is blocked.

semantics.md, *The pool*.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from optcenter_pipeline.engine.commitments import commitment_alerts
from optcenter_pipeline.engine.result import Alert
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.rules.bundle import Bundle
from optcenter_pipeline.rules.constraint_set import ConstraintSetCompiled
from optcenter_pipeline.rules.linear import LinearRow, PoolColumns, fixed_row
from optcenter_pipeline.rules.names import fold, listed
from optcenter_pipeline.rules.numbers import counted
from optcenter_pipeline.rules.period import first_day
from optcenter_pipeline.rules.portfolio import CLOSED_LIFECYCLES, Candidate
from optcenter_pipeline.rules.prerequisite import Prerequisite
from optcenter_pipeline.rules.synergy import SynergyBonus
from optcenter_pipeline.rules.target import Target

INELIGIBLE_FAMILY = "ineligible"

Joining = tuple[str, str, tuple[str, ...]]
"""An initiative that joins a pool: its key, why, the source rows behind that."""


@dataclass(frozen=True, slots=True)
class Ineligible:
    """A pool member that no portfolio may fund, and the reason that the registry gives."""

    candidate: Candidate
    code: str
    what: str
    """`lifecycle status`."""
    state: str
    """`is done`."""

    @property
    def text(self) -> str:
        """As a rule says it: `the lifecycle status of INIT-7 is done`."""
        return f"the {self.what} of {self.candidate.initiative_key} {self.state}"

    @property
    def sentence(self) -> str:
        """As an alert and a reason say it: `INIT-7 cannot be funded: its lifecycle status is done`."""
        return f"{self.candidate.initiative_key} cannot be funded: its {self.what} {self.state}"

    @property
    def source_rows(self) -> tuple[str, ...]:
        """The candidate's own row."""
        return (self.candidate.source_row,) if self.candidate.source_row else ()


@dataclass(frozen=True)
class Pool:
    """The pool of one run as numbered columns, with what a person should know about it."""

    columns: PoolColumns
    synergies: tuple[SynergyBonus, ...]
    """Those whose members are all in the pool, in the order of their columns."""
    goals: tuple[Target, ...]
    """In the order of their shortfalls' columns."""
    ineligible: tuple[Ineligible, ...]
    alerts: tuple[Alert, ...]

    def ineligible_rows(self) -> Iterator[LinearRow]:
        """x = 0 for every ineligible member, with the candidate's row as its source."""
        for entry in self.ineligible:
            column = self.columns.index[entry.candidate.initiative_key]
            yield fixed_row(INELIGIBLE_FAMILY, column, 0.0, entry.source_rows, entry.text)


def build_pool(snapshot: Snapshot) -> Pool:
    """The pool of a canonical snapshot.

    Args:
        snapshot: in canonical form (`canonical_snapshot`).
    """
    chosen, extensions = _members(snapshot)
    rules = snapshot.constraint_set
    synergies = tuple(synergy for synergy in rules.synergy_bonuses if synergy.in_pool(chosen))
    goals = tuple(target for target in rules.targets if target.floor_or_goal == "goal")
    columns = PoolColumns(tuple(c for c in snapshot.candidates if c.initiative_key in chosen), synergies, goals)
    ineligible = tuple(_ineligible(snapshot, columns.candidates))
    alerts = (
        *(
            Alert(code="row_left_out", message=row.message, source_rows=(row.source_row,))
            for row in snapshot.rows_left_out
        ),
        *extensions,
        *(
            Alert(
                code=entry.code,
                initiative_key=entry.candidate.initiative_key,
                message=entry.sentence,
                source_rows=entry.source_rows,
            )
            for entry in ineligible
        ),
        *_unchecked_deadlines(snapshot, columns.candidates),
        *_blocked(rules, columns),
        *commitment_alerts(snapshot, columns),
    )
    return Pool(columns, synergies, goals, ineligible, alerts)


def _members(snapshot: Snapshot) -> tuple[frozenset[str], tuple[Alert, ...]]:
    """Keys of the pool, and an alert for each that joined because it must be funded, or what must be needs it."""
    candidates = {candidate.initiative_key for candidate in snapshot.candidates}
    if snapshot.scope.scope_type == "all":
        return frozenset(candidates), ()
    chosen = set(snapshot.scope.initiative_keys or ())
    alerts = []
    for key, reason, sources in _required(snapshot.constraint_set, (*_mandatory(snapshot), *_locked_in(snapshot))):
        if key in candidates and key not in chosen:
            chosen.add(key)
            message = f"{key} is outside the run's scope and joined the pool: {reason}"
            alerts.append(Alert(code="pool_extended", initiative_key=key, message=message, source_rows=sources))
    return frozenset(chosen), tuple(sorted(alerts, key=lambda alert: alert.initiative_key or ""))


def _mandatory(snapshot: Snapshot) -> Iterator[Joining]:
    for rule in snapshot.constraint_set.mandatory:
        yield rule.initiative_key, "it is mandatory", rule.source_rows


def _locked_in(snapshot: Snapshot) -> Iterator[Joining]:
    """What is no candidate any more brings nobody along."""
    kept = snapshot.commitments
    if kept is not None:
        candidates = {candidate.initiative_key for candidate in snapshot.candidates}
        for key in kept.locked_in:
            if key in candidates:
                yield key, f"it is locked in by run {kept.run_id}", (kept.locked_source(key),)


def _required(rules: ConstraintSetCompiled, first: Iterable[Joining]) -> Iterator[Joining]:
    """All that must be funded, then transitively what that needs.

    Args:
        rules: of the run.
        first: what must be funded by itself.
    """
    needs: dict[str, list[Prerequisite | Bundle]] = {}
    for prerequisite in rules.prerequisites:
        needs.setdefault(prerequisite.initiative_key, []).append(prerequisite)
    for bundle in rules.bundles:
        for member in bundle.members:
            needs.setdefault(member, []).append(bundle)
    queue = list(first)
    reached: set[str] = set()
    followed: set[int] = set()
    for key, reason, sources in queue:  # grows while it is walked: breadth first
        if key in reached:
            continue
        reached.add(key)
        yield key, reason, sources
        for rule in needs.get(key, ()):
            if id(rule) not in followed:  # whom it asks for stands in the queue already
                followed.add(id(rule))
                queue.extend(_asked_for(rule, key))


def _asked_for(rule: Prerequisite | Bundle, key: str) -> Iterator[Joining]:
    """Whom a rule brings along with `key`."""
    if isinstance(rule, Prerequisite):
        yield from ((required, f"{key} needs it", rule.source_rows) for required in rule.requires)
        return
    reason = f"it is in bundle {rule.bundle_key} with {key}"
    yield from ((member, reason, rule.source_rows) for member in rule.members if member != key)


def _ineligible(snapshot: Snapshot, members: tuple[Candidate, ...]) -> Iterator[Ineligible]:
    period = snapshot.scenario.period_key
    begins = first_day(period) if period is not None else None
    for candidate in members:
        if begins is not None and candidate.deadline_date is not None and candidate.deadline_date < begins:
            state = f"is {candidate.deadline_date}, before {period} begins on {begins}"
            yield Ineligible(candidate, "deadline_before_period", "deadline", state)
        if fold(candidate.lifecycle_status or "") in CLOSED_LIFECYCLES:
            state = f"is {candidate.lifecycle_status}"
            yield Ineligible(candidate, "lifecycle_closed", "lifecycle status", state)


def _unchecked_deadlines(snapshot: Snapshot, members: tuple[Candidate, ...]) -> Iterator[Alert]:
    """One alert where deadlines are given and the scenario has no period to hold them against."""
    dated = sum(candidate.deadline_date is not None for candidate in members)
    if snapshot.scenario.period_key is None and dated:
        sources = (snapshot.scenario.source_row,) if snapshot.scenario.source_row else ()
        message = f"the scenario has no period: the deadlines of {counted(dated, 'candidate')} were not checked"
        yield Alert(code="deadlines_not_checked", message=message, source_rows=sources)


def _blocked(rules: ConstraintSetCompiled, columns: PoolColumns) -> Iterator[Alert]:
    """Dependents and bundles that miss somebody outside the pool."""
    for prerequisite in rules.prerequisites:
        missing = prerequisite.missing(columns)
        if missing and prerequisite.initiative_key in columns.index:
            message = f"{prerequisite.initiative_key} is blocked: it needs {listed(missing)}, not in the pool"
            yield Alert(
                code="blocked_by_prerequisite",
                initiative_key=prerequisite.initiative_key,
                message=message,
                source_rows=prerequisite.source_rows,
            )
    for bundle in rules.bundles:
        missing = bundle.missing(columns)
        lack = f"bundle {bundle.bundle_key} misses {listed(missing)} in the pool"
        for member in bundle.members if missing else ():
            if member in columns.index:
                message = f"{member} is blocked: {lack}"
                yield Alert(
                    code="blocked_by_bundle", initiative_key=member, message=message, source_rows=bundle.source_rows
                )
