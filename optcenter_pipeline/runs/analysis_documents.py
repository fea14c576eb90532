"""The stored documents of analyses, read back; and those of runs that have no portfolio to analyse."""

from collections.abc import Mapping

from pydantic import BaseModel

from optcenter_pipeline.explain.documents import Alternatives, Comparison, Explanation, Frontier, Robustness
from optcenter_pipeline.rules.analysis_kinds import AnalysisKind
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


def without_plan(kind: AnalysisKind, status: str) -> BaseModel:
    """What there is to say of a run without a portfolio."""
    said = (f"the run is {status}: there is no portfolio to analyse",)
    match kind:
        case AnalysisKind.FRONTIER:
            return Frontier(x_name="capacity", y_name="objective", points=(), messages=said)
        case AnalysisKind.ALTERNATIVES:
            return Alternatives(objective_name="objective", within_pct=0, asked=0, messages=said)
        case AnalysisKind.ROBUSTNESS:
            return Robustness(objective_name="objective", seed=0, asked=0, tokens_pct=0, messages=said)
        case _:
            raise ValueError(f"{kind} needs no portfolio")
