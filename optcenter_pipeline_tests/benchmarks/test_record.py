from dataclasses import replace
from pathlib import Path

from benchmarks.compare.record import Store, newest
from optcenter_pipeline_tests.benchmarks.records import record


def test_records_come_back_as_they_were_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "deep" / "records.jsonl")
    assert store.read() == {}
    kept = [
        record("engine", 1.5, more={"timings": {"build": 0.1}}),
        record("scip", 30.0, status="nothing", value=None),
    ]
    for one in kept:
        store.add(one)
    assert list(store.read().values()) == kept


def test_a_line_that_was_cut_off_is_measured_again_and_harms_no_other(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    store = Store(path)
    store.add(record("engine", 1.5))
    store.add(record("scip", 2.5))
    path.write_text(path.read_text()[:-40])
    assert [key.solver for key in store.read()] == ["engine"]
    store.add(record("scip", 3.5))
    assert [one.seconds for one in store.read().values()] == [1.5, 3.5]


def test_the_last_of_an_instance_and_solver_counts() -> None:
    old, new = record("engine", 1.5), record("engine", 1.0)
    changed = replace(new, key=replace(new.key, version="2.0"))
    assert newest([old, record("scip", 2.0), changed]) == [changed, record("scip", 2.0)]


def test_the_median_counts_and_the_worst_end() -> None:
    one = record("engine", 1.0)
    runs = tuple({**one.runs[0], "seconds": seconds} for seconds in (3.0, 1.0, 1.1))
    assert replace(one, runs=runs).seconds == 1.1
    ended = ({**runs[0], "status": "stopped", "value": 90.0, "bound": 99.0}, *runs[1:])
    several = replace(one, runs=ended)
    assert (several.status, several.value, several.gap) == ("stopped", 90.0, 0.1)
    assert not several.proven
