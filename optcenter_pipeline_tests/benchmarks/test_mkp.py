from pathlib import Path

import numpy as np
import pytest

from benchmarks.instances.catalogue import all_instances
from benchmarks.instances.mkp import read_mkp

TWO = "2\n3 2 0\n 6 5 4\n 3 2 2\n 1 4 1\n 5 4\n 1 1 9\n 7\n 3\n 4\n"


def test_further_rows_are_kpis_that_funding_uses_up(tmp_path: Path) -> None:
    path = tmp_path / "mknapcb1.txt"
    path.write_text(TWO)
    first, second = read_mkp(path)
    assert (first.name, second.name) == ("mkp-2.3-00", "mkp-1.1-01")
    assert first.value([True, False, True]) == 10
    assert not list(first.broken([True, False, True]))
    assert len(list(first.broken([True, True, False]))) == 1  # 5 of 4 in the second row
    assert len(list(first.broken([True, True, True]))) == 2
    assert np.array_equal(second.tokens, [3.0])
    assert not second.kpi_floors


@pytest.mark.parametrize("text", [TWO[:-8], TWO + " 1"])
def test_a_file_of_another_length_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mknapcb1.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"mknapcb1\.txt"):
        read_mkp(path)


def test_the_best_values_known_come_along(tmp_path: Path) -> None:
    (tmp_path / "mkp").mkdir()
    (tmp_path / "mkp" / "mknapcb1.txt").write_text(TWO)
    (tmp_path / "mkp" / "mkcbres.txt").write_text("best values\n\n2.3-00   10\n9.9-01  77\n")
    found = [(instance.name, instance.published) for instance in all_instances(tmp_path) if instance.group == "mkp"]
    assert found == [("mkp-2.3-00", 10.0), ("mkp-1.1-01", None)]
