"""How to ask for an analysis that a run does not have."""

from optcenter_pipeline.report.html.blocks import Section, Words

_TITLES = {
    "explain": ("explanations", "Why and why not, and what one more token buys"),
    "frontier": ("frontier", "Frontier: what other limits would buy"),
    "robustness": ("robustness", "Robustness: how firm the plan is"),
    "alternatives": ("alternatives", "Alternatives that are nearly as good"),
}


def not_asked_for(kind: str) -> Section:
    """One line in the place of an analysis."""
    name, title = _TITLES[kind]
    text = (
        f"Not asked for in this run. Write {kind} into the scenario's column analyses (Scenario_Config) and run "
        "again, or materialise the run's analyses in Dagster."
    )
    return Section(name, title, (Words(text),))
