"""How analyses were asked for, how to ask for one that a run does not have, and those that failed."""

from collections.abc import Iterable
from dataclasses import replace

from optcenter_pipeline.report.failed_analyses import FailedAnalysis
from optcenter_pipeline.report.html.blocks import Section, Words
from optcenter_pipeline.rules.analysis_kinds import AnalysisKind

_TITLES = {
    AnalysisKind.EXPLAIN: ("explanations", "Why and why not, and what one more token buys"),
    AnalysisKind.FRONTIER: ("frontier", "Frontier: what other limits would buy"),
    AnalysisKind.ROBUSTNESS: ("robustness", "Robustness: how firm the plan is"),
    AnalysisKind.ALTERNATIVES: ("alternatives", "Alternatives that are nearly as good"),
}


def not_asked_for(kind: AnalysisKind, run_id: str) -> Section:
    """One line in the place of an analysis."""
    name, title = _TITLES[kind]
    text = (
        f"Not asked for. For this run: optcenter analyse {run_id} --analyses {kind}. "
        f"For runs to come: write {kind} into the scenario's column analyses (Scenario_Config)."
    )
    return Section(name, title, (Words(text),))


def asked_as(section: Section, asked: str | None) -> Section:
    """The section of an analysis, with how it was asked for."""
    return section if asked is None else replace(section, blocks=(*section.blocks, Words(f"Asked for as {asked}.")))


def failures_section(failed: Iterable[FailedAnalysis]) -> Section:
    """Analyses that came to nothing, and what to do; what an earlier attempt found is shown in its place."""
    words = (Words(f"{failure.message}. {failure.advice}", tone="warn") for failure in failed)
    return Section("failed", "Analyses that failed", tuple(words))
