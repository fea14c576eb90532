"""The stored documents of analyses, read back; and those of runs that have no portfolio to analyse."""

from collections.abc import Mapping

from pydantic import BaseModel

from optcenter_pipeline.database.analyses import AnalysisRecord
from optcenter_pipeline.explain.documents import Alternatives, Comparison, Explanation, Frontier, Robustness
from optcenter_pipeline.report.failed_analyses import FailedAnalysis
from optcenter_pipeline.rules.analysis_kinds import AnalysisKind
from optcenter_pipeline.rules.analysis_options import (
    AlternativesOptions,
    AnalysisOptions,
    FrontierOptions,
    RobustnessOptions,
)
from optcenter_pipeline.rules.names import Value


class Report(Value):
    """Where a run's report is."""

    path: str
    url: str


_MODELS: Mapping[AnalysisKind, type[BaseModel]] = {
    AnalysisKind.EXPLAIN: Explanation,
    AnalysisKind.FRONTIER: Frontier,
    AnalysisKind.ALTERNATIVES: Alternatives,
    AnalysisKind.ROBUSTNESS: Robustness,
    AnalysisKind.COMPARISON: Comparison,
    AnalysisKind.REPORT: Report,
}


def parsed(kind: str, document_json: str) -> BaseModel:
    """A stored document as what it is."""
    return _MODELS[AnalysisKind(kind)].model_validate_json(document_json)


def failed_analysis(record: AnalysisRecord) -> FailedAnalysis:
    """What there is to say of an analysis that failed."""
    kind, error_text = AnalysisKind(record.kind), record.error_text or "no reason was given"
    return FailedAnalysis(record.run_id, kind, record.asked.as_typed(), error_text)


def without_plan(options: AnalysisOptions, status: str) -> BaseModel:
    """What there is to say of a run without a portfolio."""
    said = (f"the run is {status}: there is no portfolio to analyse",)
    match options:
        case FrontierOptions(against=against, of=of):
            return Frontier(x_name=against, y_name=of or "objective", points=(), messages=said)
        case AlternativesOptions(count=count, within=within):
            return Alternatives(objective_name="objective", within_pct=within, asked=count, messages=said)
        case RobustnessOptions(draws=draws, tokens=tokens, seed=seed):
            return Robustness(objective_name="objective", seed=seed, asked=draws, tokens_pct=tokens, messages=said)
        case _:
            raise ValueError(f"{options.kind} needs no portfolio")
