"""What the ledger knows of a run, as sheet and report head it."""

from dataclasses import fields

from optcenter_pipeline.database.run_records import RunSummary
from optcenter_pipeline.report.html.documents import ReportHeader


def header_of(run: RunSummary) -> ReportHeader:
    """The header of a run's outputs, and of its report."""
    return ReportHeader(**{field.name: getattr(run, field.name) for field in fields(ReportHeader)})
