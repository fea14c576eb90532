"""What the report says of limits on tokens."""

from dataclasses import replace

from optcenter_pipeline.report.html import render_report
from optcenter_pipeline_tests.report.html.page_parts import cells, parsed
from optcenter_pipeline_tests.support.report_inputs import all_analyses, header, plan_run


def test_a_limit_binds_or_not_as_far_as_that_is_known() -> None:
    inputs, run = plan_run()
    analyses = all_analyses(run)
    assert analyses.explanation is not None
    (whole,) = analyses.explanation.limits
    assert whole.next_increment is not None
    proven = whole.next_increment.model_copy(update={"certainty": "exact"})
    none = {"is_binding": False, "next_increment": None, "steps": ()}
    limits = (
        whole,
        whole.model_copy(update={"next_increment": proven}),
        whole.model_copy(update={**none, "gain_without": 5, "certainty": "bound"}),
        whole.model_copy(update={**none, "gain_without": None, "certainty": "found"}),
        whole.model_copy(update={**none, "gain_without": 0}),
    )
    told = replace(analyses, explanation=analyses.explanation.model_copy(update={"limits": limits}))
    page = parsed(render_report(header(run), inputs, run, analyses=told))
    assert [row[4:] for row in cells(page, "capacity") if row[0] == "Scenario_Config row 2"] == [
        ["yes", "+300", "+10, the fewest found", "+6 found so far"],
        ["yes", "+300", "+10", "+6"],
        ["unknown", "+5 at best", "", "nothing known"],
        ["unknown", "not searched", "", "nothing known"],
        ["no", "0", "", "nothing known"],
    ]
    assert "10 tokens more than “at most 100 tokens in all”" in page.named("capacity").text
