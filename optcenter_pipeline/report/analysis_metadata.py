"""The documents of analyses as Dagster's metadata: plain numbers, and Markdown tables."""

from functools import singledispatch

from pydantic import BaseModel

from optcenter_pipeline.explain.documents import Alternatives, Comparison, Explanation, Frontier, Robustness
from optcenter_pipeline.report.analysis_tables import (
    alternatives_frame,
    binding_frame,
    candidates_frame,
    comparison_frame,
    explained_frame,
    frontier_frame,
    limits_frame,
    robustness_frame,
    robustness_lines,
)
from optcenter_pipeline.report.tables import markdown

Metadata = dict[str, str | float | int | bool | list[str] | None]
"""By label; texts are Markdown."""


@singledispatch
def analysis_metadata(document: BaseModel) -> Metadata:
    """What a data engineer sees of a document; its own fields, where it has no tables."""
    return {name: str(value) for name, value in document.model_dump(mode="json").items()}


@analysis_metadata.register
def _(document: Explanation) -> Metadata:
    return {
        "exact": sum(entry.certainty == "exact" for entry in document.candidates),
        "bounds": sum(entry.certainty == "bound" for entry in document.candidates),
        "seconds": document.seconds,
        "messages": list(document.messages),
        "candidates": markdown(candidates_frame(document)),
        "limits": markdown(limits_frame(document)),
        "binding_rows": markdown(binding_frame(document)),
    }


@analysis_metadata.register
def _(document: Frontier) -> Metadata:
    return {
        "points": markdown(frontier_frame(document)),
        "proven": sum(point.certainty == "exact" for point in document.points),
        "seconds": document.seconds,
        "messages": list(document.messages),
    }


@analysis_metadata.register
def _(document: Alternatives) -> Metadata:
    return {
        "portfolios": markdown(alternatives_frame(document)),
        "no_more_exist": document.no_more_exist,
        "seconds": document.seconds,
        "messages": list(document.messages),
    }


@analysis_metadata.register
def _(document: Robustness) -> Metadata:
    return {
        "draws": len(document.draws),
        "summary": "; ".join(robustness_lines(document)),
        "mean_regret": document.mean_regret,
        "largest_regret": document.largest_regret,
        "candidates": markdown(robustness_frame(document)),
        "seconds": document.seconds,
        "messages": list(document.messages),
    }


@analysis_metadata.register
def _(document: Comparison) -> Metadata:
    return {
        "with": document.run_a,
        "is_empty": document.is_empty,
        "differences": markdown(comparison_frame(document)),
        "explained": markdown(explained_frame(document)),
        "messages": list(document.messages),
    }
