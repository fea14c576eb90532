"""A frontier as rows of its tab."""

from optcenter_pipeline.explain.documents import Frontier, FrontierPoint
from optcenter_pipeline.report.analysis_rows import AnalysisRows
from optcenter_pipeline.report.certainty import no_point
from optcenter_pipeline.report.output_rows import OutputRow
from optcenter_pipeline.rules.numbers import amount, counted

FRONTIER = "Frontier"


def frontier_rows(run_id: str, document: Frontier) -> AnalysisRows:
    """The best objective under each x."""
    points = [
        {"run_id": run_id, "series": document.x_name, "point": number, "y_name": document.y_name, **cells}
        for number, cells in enumerate(
            (
                {"message": _frontier_in_short(document)},
                *(_point(point, document.x_name) for point in document.points),
            ),
        )
    ]
    return AnalysisRows({FRONTIER: points}, {FRONTIER: ((run_id, document.x_name),)})


def _point(point: FrontierPoint, x_name: str) -> OutputRow:
    return {
        "x": point.x,
        "y": point.y,
        "bound": point.bound,
        "mip_gap_pct": None if point.mip_gap is None else round(point.mip_gap * 100, 6),
        "certainty": point.certainty,
        "tokens": point.tokens,
        "selected_count": None if point.y is None else len(point.selected),
        "selected": list(point.selected),
        "is_current": point.is_current,
        "message": no_point(point) if point.y is None else f"the run's own {x_name}" if point.is_current else None,
    }


def _frontier_in_short(document: Frontier) -> str:
    if not document.points:
        return "; ".join(document.messages)
    possible = [point for point in document.points if point.y is not None]
    parts = [f"the best {document.y_name} for {counted(len(document.points), 'value')} of {document.x_name}"]
    if possible:
        first, last = (
            f"{amount(p.y or 0.0)} at {document.x_name} {amount(p.x)}" for p in (possible[0], possible[-1])
        )
        parts.append(f"from {first} to {last}")
    return "; ".join((*parts, *document.messages))
