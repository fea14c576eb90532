"""A short form of `benchmarks/race.py`: a second client at work between our looks and our writes."""

from pathlib import Path

import pytest

from optcenter_pipeline.database.connection import open_database
from optcenter_pipeline.runs.workbook_access import open_workbook
from optcenter_pipeline_tests.support.race.book import fill
from optcenter_pipeline_tests.support.race.race import Race


@pytest.mark.parametrize("seed", [1, 2])
def test_no_status_is_wrong_or_missing_and_no_cell_of_people_changes(tmp_path: Path, seed: int) -> None:
    with open_workbook(f"local:{tmp_path / 'workbook.sqlite'}") as workbook:
        fill(workbook)
    with (
        open_database(f"sqlite:///{tmp_path / 'optcenter.db'}") as database,
        Race(database, tmp_path, seed=seed) as race,
    ):
        for number in range(12):
            race.trial(number)
    assert race.findings.errors == []
    assert race.findings.trials == 12
    assert race.findings.deeds_between_look_and_write > 3, "the second client never got between"
    assert race.findings.rows_checked > 1000
