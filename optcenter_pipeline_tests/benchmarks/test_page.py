from pathlib import Path

import pytest

from benchmarks.compare.page import page_text
from optcenter_pipeline_tests.benchmarks.records import record

RECORDS = [
    record("engine", 0.25, published=100.0),
    record("highs", 1.0, published=100.0),
    record("scip", 30.0, published=100.0, status="stopped", value=90.0, bound=99.0),
    record("engine", 1.5, instance="generated-300-1", group="generated", candidates=300, mip_gap=1e-3),
    record(
        "highs",
        91.0,
        instance="generated-300-1",
        group="generated",
        candidates=300,
        status="overran",
        value=None,
        bound=None,
    ),
]


def test_the_page_has_every_instance_with_its_best_proof_in_bold() -> None:
    lines = page_text(RECORDS, "benchmarks.svg", "seconds").splitlines()
    cells = {
        line.split("|")[1].strip(): [cell.strip() for cell in line.split("|")] for line in lines if "|" in line
    }
    assert cells["nrp1@30"][2:-1] == ["100", "**0.250**", "1.00", "open, 10 %"]
    assert cells["generated-300-1"][2:-1] == ["100", "**1.50**", "killed"]
    assert "![Instances proven within a time](benchmarks.svg)" in lines
    assert any(line.startswith("1 of 1 values") for line in lines)


def test_the_page_has_ratios_of_each_band_and_of_all() -> None:
    text = page_text(RECORDS, "benchmarks.svg", "seconds")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if "HiGHS |" in line]
    ratios = {row[0]: row[2:] for row in rows if row[1] == "HiGHS"}
    assert ratios["nrp"] == ["1 : 1 of 1", "0.25 (1)", "0.25", "0.62", "never"]
    assert ratios["generated, 300 candidates"][0] == "1 : 0 of 1"
    assert set(ratios) == {"nrp", "generated, 300 candidates", "all"}


def test_the_page_tells_answers_that_cannot_go_together() -> None:
    wrong = [*RECORDS, record("mps", 1.0, value=120.0, bound=120.0)]
    assert "mps: 120 is above engine's bound 100" in page_text(wrong, "benchmarks.svg", "seconds")


def test_the_plot_is_the_same_for_the_same_figures(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="there only where `make bench` has been")
    from benchmarks.compare.plot import draw

    for name in ("a.svg", "b.svg"):
        draw(RECORDS, tmp_path / name, "seconds")
    text = (tmp_path / "a.svg").read_text()
    assert text == (tmp_path / "b.svg").read_text()
    assert "<dc:date>" not in text
    assert text.count('id="axes_') == 2
