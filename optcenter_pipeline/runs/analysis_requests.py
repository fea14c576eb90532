"""Analyses that are asked for, held against the run that they are asked of."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from optcenter_pipeline.database.errors import UnknownRunError
from optcenter_pipeline.database.run_records import get_run
from optcenter_pipeline.rules.analysis_options import (
    PREVIOUS,
    AnalysisOptions,
    ComparisonOptions,
    WrongAnalysesError,
    unknown_kpi,
)
from optcenter_pipeline.rules.commitment import APPROVED
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.portfolio import Metric


def refuse_unknown(session: Session, asked: Iterable[AnalysisOptions], metrics: Iterable[Metric]) -> None:
    """Refuse what names KPIs or runs that there are none of.

    Args:
        metrics: of the run, active or not.

    Raises:
        WrongAnalysesError: the text names the analysis, what stands there, and what would be right.
    """
    asked = tuple(asked)
    wrong = unknown_kpi(asked, (metric.kpi_key for metric in metrics if metric.is_active))
    if wrong is not None:
        raise WrongAnalysesError(wrong)
    for options in asked:
        if isinstance(options, ComparisonOptions) and options.run and fold(options.run) not in (APPROVED, PREVIOUS):
            try:
                get_run(session, options.run)
            except UnknownRunError as error:
                raise WrongAnalysesError(f"{options.as_typed()}: {error}") from None
