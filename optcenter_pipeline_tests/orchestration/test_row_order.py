"""The order of the sheet's rows never changes a result."""

import datetime as dt
import random
import re
from pathlib import Path

import pytest

from optcenter_pipeline.database.connection import open_database
from optcenter_pipeline.database.inputs import load_run_inputs
from optcenter_pipeline.database.sync import sync_save
from optcenter_pipeline.engine import Snapshot, solve
from optcenter_pipeline.rows import compile_scenario_default, compile_sets, validate
from optcenter_pipeline.rows.raw import RawTab
from optcenter_pipeline.runs.inputs import snapshot_of
from optcenter_pipeline.workbook.reading import read_tabs
from optcenter_pipeline.workbook.tabs import INPUT_TABS
from optcenter_pipeline_tests.support.planning_space import PlanningSpace
from optcenter_pipeline_tests.support.random_cases import cases

SETS = (
    ("Q1 2027 growth", "baseline"),
    ("H1 2027 balanced", "regional balance"),
    ("2027 resilience", "platform first"),
)
SHUFFLES = cases(30)


def shuffled(tabs: dict[str, RawTab], seed: int) -> dict[str, RawTab]:
    """The same rows in another order, numbered as they stand now."""
    order = random.Random(seed)
    mixed = {}
    for name, tab in tabs.items():
        rows = list(tab.rows)
        order.shuffle(rows)
        numbered = tuple(row._replace(row_num=number) for number, row in enumerate(rows, start=2))
        mixed[name] = tab.model_copy(update={"rows": numbered})
    return mixed


def answers(tabs: dict[str, RawTab], database_file: Path) -> list[str]:
    """The result of each set as JSON, without times and row numbers."""
    validated = validate(tabs)
    now = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    texts = []
    with open_database(f"sqlite:///{database_file}") as database:
        with database.session() as session:
            default = compile_scenario_default(validated).compiled
            sync_save(
                session,
                validated,
                compile_sets(validated),
                dict.fromkeys(validated.scenario_names, default),
                source="test",
                now=now,
            )
        for names in SETS:
            with database.reading() as session:
                inputs = load_run_inputs(session, *names)
            snapshot = Snapshot.model_validate(snapshot_of(inputs))
            result = solve(snapshot)
            assert result.status == "optimal"
            seconds = {"stages": {"__all__": {"seconds"}}}
            text = result.model_dump_json(exclude={"timings": True, "objective": seconds})
            texts.append(re.sub(r"(?<=[A-Za-z_])(!| row )\d+", r"\1#", text))
    return texts


@pytest.fixture(scope="module")
def sample_tabs(_ready_sample: PlanningSpace) -> dict[str, RawTab]:
    with _ready_sample.workbook.open() as book:
        return read_tabs(book, INPUT_TABS)


@pytest.fixture(scope="module")
def straight(sample_tabs: dict[str, RawTab], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return answers(sample_tabs, tmp_path_factory.mktemp("straight") / "optcenter.db")


@pytest.mark.parametrize("tenth", range(10))
def test_shuffled_rows_give_byte_equal_results(
    sample_tabs: dict[str, RawTab], straight: list[str], tmp_path: Path, tenth: int
) -> None:
    for seed in range(tenth, SHUFFLES, 10):
        assert answers(shuffled(sample_tabs, seed), tmp_path / f"{seed}.db") == straight


def test_a_sheet_that_was_sorted_gives_the_same_portfolio(sample_space: PlanningSpace) -> None:
    sample_space.optimize(*SETS[0])
    header, *rows = sample_space.grid("Candidates")
    cells = [{str(n): c for n, c in zip(header, row, strict=False)} for row in rows if row and row[0]]
    owned = ("initiative_key", "engineering_tokens", "deadline_date", "is_mandatory", "mandate_reason")
    more = (
        "bundle_key",
        "prerequisite_keys",
        "exclusion_keys",
        "synergy_group_keys",
        "is_selected_for_run",
        "notes",
    )
    upside_down = [{name: row.get(name, "") for name in (*owned, *more)} for row in reversed(cells)]
    sample_space.type_rows("Candidates", upside_down, first_row=2)
    sample_space.optimize(*SETS[0])
    first, second = (run_id for (run_id,) in sample_space.query("select run_id from optimization_runs order by id"))
    results = sample_space.rows("Results")
    portfolios = [
        {(row["initiative_key"], row["selected"], row.get("rank")) for row in results if row["run_id"] == run_id}
        for run_id in (first, second)
    ]
    assert portfolios[0] == portfolios[1]
