import pandas as pd
import pytest

from optcenter_pipeline.cli.console import Console


@pytest.mark.parametrize("rows", [3, 30_000])
def test_a_table_shows_every_row_however_long_it_is(rows: int, capsys: pytest.CaptureFixture[str]) -> None:
    keys = [f"INIT-{number}" for number in range(rows)]
    frame = pd.DataFrame({"initiative": keys, "why": ["=2+2 [bold]\nnot funded"] * rows})
    Console(as_json=False, debug=False).table(frame, "Not [funded]")
    shown = capsys.readouterr().out
    assert shown.startswith("Not [funded]")
    words = shown.split()
    assert [word for word in words if word.startswith("INIT-")] == keys
    assert words.count("=2+2") == rows
