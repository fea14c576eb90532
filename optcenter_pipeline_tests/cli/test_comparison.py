"""`optcenter compare`."""

import re
from pathlib import Path

from optcenter_pipeline_tests.cli.conftest import Optcenter
from optcenter_pipeline_tests.support.planning_space import PlanningSpace

SCENARIO = "Q1 2027 growth"


def run_of(optcenter: Optcenter) -> str:
    return str(optcenter("--json", "optimize", SCENARIO, "baseline").document["run_id"])


def test_two_runs_are_compared_for_people_and_for_scripts(
    optcenter: Optcenter, sample_space: PlanningSpace
) -> None:
    first, same = run_of(optcenter), run_of(optcenter)
    identical = optcenter("compare", first, same)
    assert identical.code == 0
    assert identical.out.strip() == (
        f"Run {same} against run {first}: nothing differs: both runs are optimal, asked and answered the same"
    )
    sample_space.type_cell("Scenario_Config", 2, "capacity_total_tokens", 400)
    smaller = run_of(optcenter)
    people = optcenter("compare", first, smaller)
    assert people.code == 0
    assert re.search(r"input +Scenario_Config row 2: capacity_total_tokens +470 +400", people.out)
    assert re.search(r"capacity and scenario +-[\d.,]+ +-[\d.]+ +", people.out)
    document = optcenter("--json", "compare", first, smaller).document
    assert (document["run_a"], document["run_b"]) == (first, smaller)
    assert [change["what"] for change in document["inputs"]] == ["capacity_total_tokens"]
    (step,) = document["explained"]
    tokens = next(figure for figure in document["figures"] if figure["name"] == "tokens")
    assert step["tokens_change"] == tokens["change"] < 0
    assert optcenter("--json", "compare", first, same).document["inputs"] == []


def test_an_unknown_run_is_exit_1(optcenter: Optcenter, tmp_path: Path) -> None:
    ran = optcenter("compare", "nothing", "nothing")
    assert ran.code == 1
    assert "there is no run nothing; `optcenter runs` lists them" in ran.err
    assert optcenter("compare", "nothing").code == 2
