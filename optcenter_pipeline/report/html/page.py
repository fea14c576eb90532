"""The page: which chapters a run has, in which order, and the file that they make."""

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.report.html.blocks import Section
from optcenter_pipeline.report.html.documents import ReportAnalyses, ReportHeader
from optcenter_pipeline.report.html.sections.alternatives import alternatives_section
from optcenter_pipeline.report.html.sections.asking import asked_as, failures_section, not_asked_for
from optcenter_pipeline.report.html.sections.capacity_value import capacity_section
from optcenter_pipeline.report.html.sections.comparison import comparison_section
from optcenter_pipeline.report.html.sections.frontier import frontier_section
from optcenter_pipeline.report.html.sections.infeasibility import conflict_section
from optcenter_pipeline.report.html.sections.portfolio import portfolio_section, rejected_section, slices_section
from optcenter_pipeline.report.html.sections.proof import alerts_section, proof_section
from optcenter_pipeline.report.html.sections.robustness import robustness_section
from optcenter_pipeline.report.html.sections.summary import summary, verdict
from optcenter_pipeline.report.html.sections.targets import targets_section
from optcenter_pipeline.rules.analysis_kinds import AnalysisKind
from optcenter_pipeline.rules.units import Units


def render_report(
    header: ReportHeader,
    snapshot: Snapshot,
    result: Result | None,
    *,
    analyses: ReportAnalyses | None = None,
) -> str:
    """A run as one HTML file that loads nothing; the same run gives the same bytes.

    Args:
        header: what the ledger knows of it.
        snapshot: its inputs.
        result: its answer; None for a run that failed.
        analyses: those that there are; a missing one is a line that says how to ask for it.
    """
    sections = list(_sections(header, snapshot, result, analyses or ReportAnalyses()))
    scripts = [_text("report.js")]
    if any(block.kind == "plot" for section in sections for block in section.blocks):
        scripts.insert(0, get_plotlyjs())
    return _template().render(
        header=header,
        verdict=verdict(header, snapshot, result),
        sections=sections,
        style=Markup(_text("report.css")),  # noqa: S704 - our own files, and plotly's
        scripts=[Markup(script) for script in scripts],  # noqa: S704
        allowed=" ".join(_source(script) for script in scripts),
    )


def _sections(
    header: ReportHeader, snapshot: Snapshot, result: Result | None, analyses: ReportAnalyses
) -> Iterator[Section]:
    """What matters most first: of an infeasible run that is its conflict."""
    explanation = analyses.explanation
    known = [found.conflict for found in (explanation, result) if found is not None and found.conflict is not None]
    if known:
        # the later look may have found ways out that the run had no time for
        yield conflict_section(next((conflict for conflict in known if conflict.repairs), known[-1]))
    yield summary(header, snapshot, result)
    if analyses.failed:
        yield failures_section(analyses.failed)
    if result is not None and result.has_portfolio:
        yield from _plan(header.run_id, snapshot, result, analyses)
    if analyses.comparison is not None:
        yield asked_as(comparison_section(analyses.comparison), analyses.asked.get(AnalysisKind.COMPARISON))
    if result is not None:
        alerts = alerts_section(result)
        if alerts is not None:
            yield alerts
    yield proof_section(header, snapshot, result)


def _plan(run_id: str, snapshot: Snapshot, result: Result, analyses: ReportAnalyses) -> Iterator[Section]:
    """The portfolio, and all that was asked about it."""
    explanation, units = analyses.explanation, Units(snapshot.metrics)
    found = [
        portfolio_section(snapshot, result, explanation),
        slices_section(snapshot, result),
        targets_section(result, units),
        rejected_section(snapshot, result, explanation),
    ]
    yield from (section for section in found if section is not None)
    asked = {
        AnalysisKind.EXPLAIN: capacity_section(explanation, units) if explanation else None,
        AnalysisKind.FRONTIER: frontier_section(analyses.frontiers, units) if analyses.frontiers else None,
        AnalysisKind.ROBUSTNESS: robustness_section(snapshot, analyses.robustness) if analyses.robustness else None,
        AnalysisKind.ALTERNATIVES: alternatives_section(analyses.alternatives, result, units)
        if analyses.alternatives
        else None,
    }
    failed = {failure.kind for failure in analyses.failed}
    for kind, section in asked.items():
        if section is not None:
            yield asked_as(section, analyses.asked.get(kind))
        elif kind not in failed:
            yield not_asked_for(kind, run_id)


def _source(script: str) -> str:
    """How the page's own policy names a script that may run: by its hash; no other runs, wherever it came from."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _text(name: str) -> str:
    return files(__package__).joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__, "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")
