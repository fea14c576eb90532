from pathlib import Path

import pytest

from benchmarks.instances.catalogue import all_instances
from benchmarks.instances.nrp import Customer, nrp_portfolio, read_nrp
from optcenter_pipeline_tests.benchmarks.problems import write_nrp


def test_a_file_is_read_with_ids_from_one(tmp_path: Path) -> None:
    release = read_nrp(write_nrp(tmp_path))
    assert release.costs == (5, 4, 3, 6, 2, 5)
    assert release.dependencies == ((3, 0), (5, 1))
    assert release.customers == (Customer(10, (3, 2)), Customer(7, (5,)), Customer(4, (5,)), Customer(9, (0, 1)))


def test_budgets_are_rounded_half_up(tmp_path: Path) -> None:
    release = read_nrp(write_nrp(tmp_path))
    assert [release.budget(percent) for percent in (30, 50, 70)] == [8, 13, 18]  # of 7.5, 12.5, 17.5


def test_a_single_request_is_the_candidates_own_value(tmp_path: Path) -> None:
    portfolio = nrp_portfolio("t", read_nrp(write_nrp(tmp_path)), 50)
    assert portfolio.values.tolist() == [0, 0, 0, 0, 0, 11]
    assert [(synergy.members, synergy.value) for synergy in portfolio.synergies] == [((3, 2), 10), ((0, 1), 9)]
    assert portfolio.value([True, True, True, True, False, False]) == 19
    assert not list(portfolio.broken([True, True, False, False, False, False]))
    assert list(portfolio.broken([False, False, True, True, False, False])) == ["3 without 0"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1\n2\n3 4\n0\n1\n5 1", "ends before"),
        ("1\n2\n3 4\n0\n1\n5 1 2 9", "left over"),
        ("1\n2\n3 4\n0\n1\n5 1 3", "not there"),
        ("1\n2\n3 4\n1\n0 1\n1\n5 1 2", "not there"),
        ("1\n2\n3 0\n0\n1\n5 1 2", "costs nothing"),
        ("1\n2\n3 4\n0\n1\n5 0", "requests nothing"),
    ],
)
def test_a_wrong_file_is_told_by_its_name(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "nrp-x1.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=rf"nrp-x1\.txt: .*{message}"):
        read_nrp(path)


def test_files_dropped_into_the_folder_are_instances(tmp_path: Path) -> None:
    write_nrp(tmp_path, "nrp-q7")
    write_nrp(tmp_path, "nrp9")
    (tmp_path / "nrp" / "published.csv").write_text("instance,budget,bmaavg,bmamax,opt\nnrp-q7,50,1.5,20,21\n")
    found = {instance.name: instance for instance in all_instances(tmp_path) if instance.group == "nrp"}
    assert list(found) == ["nrp-q7@30", "nrp-q7@50", "nrp9@30", "nrp9@50", "nrp9@70"]
    assert found["nrp-q7@50"].published == 21
    assert found["nrp9@50"].published is None
    assert found["nrp9@70"].load().capacity == 18
    assert {instance.mip_gap for instance in found.values()} == {0.0}
