"""How requests end, in words: what a save did, what a run found."""

from collections.abc import Sequence
from dataclasses import dataclass

from optcenter_pipeline.database.run_records import RunRecord
from optcenter_pipeline.database.save_scope import SaveScope
from optcenter_pipeline.database.statuses import PromisedStatus
from optcenter_pipeline.database.sync import SyncReport
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.rules.names import listed
from optcenter_pipeline.rules.numbers import amount, counted
from optcenter_pipeline.rules.source_rows import in_words

_NO_PORTFOLIO = {
    "no_solution": "a limit stopped the search before any portfolio was found; "
    "ask again with a larger time_limit_seconds or node_limit",
    "cancelled": "the run was stopped before its end; ask again",
    "invalid": "the inputs allow no run",
}


@dataclass(frozen=True)
class Ending:
    """The one ending of a request."""

    status: str
    """success or failed."""
    message: str
    run_id: str


def ending_of_run(record: RunRecord) -> Ending:
    """What a final run of the ledger answers; an infeasible one is a result too."""
    run = record.summary
    if run.status in ("optimal", "feasible"):
        return Ending("success", _portfolio(record), run.run_id)
    if run.status == "infeasible":
        return Ending("success", _infeasible(record), run.run_id)
    if run.status == "cancelled" and run.selected_count is not None:
        return Ending("failed", f"{_portfolio(record)}; stopped before it was proven: ask again", run.run_id)
    why = run.error_text or _invalid(record) or _NO_PORTFOLIO.get(run.status, "")
    return Ending("failed", f"{run.status}: {why}" if why else run.status, run.run_id)


def _portfolio(record: RunRecord) -> str:
    run = record.summary
    kind = f"{run.status} (what-if)" if run.what_if else run.status
    parts = [f"{kind}: {run.selected_count or 0} initiatives selected"]
    if run.capacity_used is not None and run.capacity_total is not None:
        parts.append(f"{amount(run.capacity_used)} of {amount(run.capacity_total)} tokens used")
    if run.objective_value is not None:
        parts.append(f"{run.objective_mode or 'objective'} {amount(run.objective_value)}")
    missed = sum(1 for gap in _result(record).gaps if gap.gap > 0)
    if missed:
        parts.append(f"{counted(missed, 'target')} missed, see Gaps_Alerts")
    return f"{', '.join(parts)}; run {run.run_id} in Runs and Results"


def _infeasible(record: RunRecord) -> str:
    conflict = _result(record).conflict
    rows = f": these rows cannot all hold: {in_words(conflict.source_rows)}" if conflict is not None else ""
    return f"infeasible{rows}; run {record.summary.run_id} in Gaps_Alerts says what would help"


def _invalid(record: RunRecord) -> str:
    """What is wrong with the inputs, the keys that were asked for first; blank where the result does not say."""
    if record.summary.status != "invalid" or record.results_json is None:
        return ""
    alerts = _result(record).alerts
    # what a rule names has the rule's row; a key without one comes from the request
    asked = [alert.initiative_key for alert in alerts if alert.initiative_key and not alert.source_rows]
    parts = [alert.message for alert in alerts if not alert.initiative_key or alert.source_rows]
    if asked:
        text = "no candidates that can be chosen (they have no row in Candidates, or one that FAILED)"
        parts.insert(0, f"{listed(asked)}: {text}; correct scope_keys, or the rows, and ask again")
    return listed(parts, "; ")


def _result(record: RunRecord) -> Result:
    return Result.model_validate_json(record.results_json or "")


def save_message(report: SyncReport, promised: Sequence[PromisedStatus], scope: SaveScope) -> str:
    """`saved 93 rows: 2 new or changed; 3 rows FAILED, see run_status on Constraints rows 7, …`.

    Args:
        report: what the save did.
        promised: the statuses that stand now, of the whole workbook.
        scope: what the save was about.
    """
    rows = [status for status in promised if scope.has_row(status.tab, status.key)]
    failed = [f"{status.tab}!{status.row_num}" for status in rows if status.run_status.startswith("FAILED")]
    judged = report.tables["row_statuses"]
    parts = [f"saved {counted(len(rows), 'row')}: {judged.inserted} new or changed"]
    if failed:
        parts.append(f"{counted(len(failed), 'row')} FAILED, see run_status on {in_words(failed)}")
    if report.keys_not_found:
        parts.append(f"no row has the key {listed(report.keys_not_found)}")
    if report.untouched_tabs:
        parts.append(f"not read, and left as they were saved: {listed(report.untouched_tabs)}")
    return "; ".join(parts)
