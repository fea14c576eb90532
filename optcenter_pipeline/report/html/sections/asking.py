"""How to ask for an analysis that a run does not have."""

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
