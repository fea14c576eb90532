import math
import random
from typing import Any

import pytest

from optcenter_pipeline.workbook.cell_text import LONGEST_TEXT
from optcenter_pipeline.workbook.columns import Kind, Owner
from optcenter_pipeline.workbook.output_plan import Whole
from optcenter_pipeline.workbook.output_writing import write_outputs
from optcenter_pipeline.workbook.tabs import EXPLANATIONS, GAPS_ALERTS, OUTPUT_TABS, RESULTS, RUNS
from optcenter_pipeline.workbook.workbook import Workbook
from optcenter_pipeline_tests.workbook.people import Person, WatchedWorkbook, cells_sent

DANGEROUS = [
    "=1+1", '=IMPORTXML("http://a.example","//a")', "=HYPERLINK(\"x\")", "+1", "+A1", "-1", "-2+3", "@SUM(A1)",
    "\t=1", "'", "'007", "''x", "'=1+1", '"', '"quoted"', "007", "1e5", "1E400", "1,5", "12%", "$12", "€5",
    "2026-03", "3/4", "31.12.2026", "10:30", "TRUE", "false", "NaN", "inf", "#REF!", "#N/A", "# note", "a\nb",
    "=cmd|' /C calc'!A0", "%0A=1", "  padded  ", "ünï😀", "<script>alert(1)</script>", "\u200b=1", "x;--",
]  # fmt: skip


def delivery(run: str, lines: int = 6, at: str = "2026-11-23T10:00:00Z") -> dict[str, list[dict[str, Any]]]:
    """What one run writes into the three output tabs."""
    stamps = {"run_status": "OK", "updated_source": f"run {run}", "updated_at": at}
    results = [
        {"run_id": run, "initiative_key": f"INIT-{n}", "title": f"{run} title {n}", "selected": n % 2 == 0}
        | {"rank": n, "allocated_tokens": n * 1.5, "kpi_gains_json": {"gmv": n}, "reason": f"{run} because {n}"}
        for n in range(1, lines + 1)
    ]
    gaps = [{"run_id": run, "line": n, "kind": "target", "message": f"{run} gap {n}"} for n in range(1, lines)]
    runs = [{"run_id": run, "scenario_name": f"plan of {run}", "objective_value": 31.5, "capacity_used": 96}]
    return {
        name: [{**row, **stamps} for row in rows]
        for name, rows in {"Runs": runs, "Results": results, "Gaps_Alerts": gaps}.items()
    }


def contents(workbook: Workbook) -> dict[str, dict[tuple[str, ...], dict[str, Any]]]:
    """Tab → key → the cells that say something; a key that stands twice fails."""
    tabs: dict[str, dict[tuple[str, ...], dict[str, Any]]] = {}
    for tab in OUTPUT_TABS:
        grid = Person(workbook, tab).look()
        rows: dict[tuple[str, ...], dict[str, Any]] = {}
        for row in range(1, len(grid.rows)):
            cells = {name: grid.named(row, name) for name in grid.layout.positions}
            cells = {name: cell for name, cell in cells.items() if cell != ""}
            key = tuple(str(cells.get(name, "")) for name in tab.key_columns)
            if cells and key != ("",) * len(key):
                assert key not in rows, f"{tab.name} {key} stands twice"
                rows[key] = cells
            elif set(cells) - {"notes"}:
                rows["no key", str(row)] = cells
        tabs[tab.name] = rows
    return tabs


def test_a_delivery_costs_two_reads_and_one_write_and_a_repeat_one_read(sample: Workbook) -> None:
    reads, writes = sample.counts.reads, sample.counts.writes
    report = write_outputs(sample, delivery("r1"))
    assert (sample.counts.reads - reads, sample.counts.writes - writes) == (2, 1)
    assert (report.written, report.unchanged, report.errors) == (12, 0, ())
    before = contents(sample)
    reads = sample.counts.reads
    report = write_outputs(sample, delivery("r1", at="another time"))
    assert (sample.counts.reads - reads, sample.counts.writes - writes) == (1, 1)
    assert (report.written, report.unchanged) == (0, 12)
    assert contents(sample) == before


def test_rows_keep_their_place_and_new_ones_go_below(sample: Workbook) -> None:
    write_outputs(sample, delivery("r1"))
    person = Person(sample, RESULTS)
    person.sort("rank", descending=True)
    person.type_named(1, "notes", "ask again in May")
    changed = delivery("r1", lines=7)
    changed["Results"][5]["reason"] = "another reason"
    report = write_outputs(sample, changed)
    assert (report.written, report.unchanged) == (1 + 1 + 1, 11)
    grid = person.look()
    assert [grid.named(row, "rank") for row in range(1, 8)] == [6, 5, 4, 3, 2, 1, 7]
    assert (grid.named(1, "notes"), grid.named(1, "reason")) == ("ask again in May", "another reason")


def test_only_system_columns_are_sent(sample: Workbook) -> None:
    write_outputs(sample, delivery("r0"))
    person = Person(sample, RESULTS)
    person.insert_column(3)
    person.type(0, 3, "my colour")
    person.type(1, 3, "red")
    watched = WatchedWorkbook(sample)
    write_outputs(watched, delivery("r1"))
    positions = person.look().layout.positions
    foreign = {3, *(positions[name] for name in RESULTS.owned_by(Owner.PM))}
    sent = {place for requests in watched.sent for place in cells_sent(requests) if place[0] == person.sheet_id}
    assert len(sent) > 6
    assert not any(column in foreign for _, _, column in sent)
    assert person.look().value(1, 3) == "red"


@pytest.mark.parametrize("tab", OUTPUT_TABS, ids=lambda tab: str(tab.name))
def test_dangerous_text_comes_back_as_it_went(sample: Workbook, tab: Any) -> None:
    names = [c.name for c in tab.columns if c.owner is Owner.SYSTEM and c.kind is Kind.TEXT and not c.is_key]
    keys = [{n: (i if n == "line" else f"k{i}") for n in tab.key_columns} for i in range(1, len(DANGEROUS) + 1)]
    rows = [{**key, **dict.fromkeys(names, text)} for key, text in zip(keys, DANGEROUS, strict=True)]
    assert write_outputs(sample, {tab.name: rows}).errors == ()
    grid = Person(sample, tab).look()
    for row, text in enumerate(DANGEROUS, 1):
        assert {grid.named(row, name) for name in names} == {text}
    formulas = sample.batch_get([tab.name], render="FORMULA")[0].rows
    assert formulas == grid.rows
    writes = sample.counts.writes
    assert write_outputs(sample, {tab.name: rows}).unchanged == len(rows)
    assert sample.counts.writes == writes


def test_dangerous_keys_are_found_again(sample: Workbook) -> None:
    rows = {"Runs": [{"run_id": text, "status": "optimal"} for text in DANGEROUS]}
    write_outputs(sample, rows)
    assert write_outputs(sample, rows).unchanged == len(DANGEROUS)
    assert len(Person(sample, RUNS).look().rows) == len(DANGEROUS) + 1


def test_values_keep_their_types(sample: Workbook) -> None:
    row = {"run_id": "r", "initiative_key": "I", "selected": False, "rank": 0, "allocated_tokens": 0.1 + 0.2}
    write_outputs(
        sample, {"Results": [{**row, "kpi_gains_json": {"b": 1, "a": [1.5]}, "north_star_gain": math.inf}]}
    )
    grid = Person(sample, RESULTS).look()
    assert grid.named(1, "selected") is False
    assert grid.named(1, "rank") == 0
    assert grid.named(1, "allocated_tokens") == pytest.approx(0.3)
    assert grid.named(1, "kpi_gains_json") == '{"a": [1.5], "b": 1}'
    assert grid.named(1, "north_star_gain") == ""


def test_none_clears_what_stood_there_and_what_is_left_out_stays(sample: Workbook) -> None:
    write_outputs(sample, {"Runs": [{"run_id": "r", "status": "optimal", "gap_summary": "1 missed"}]})
    write_outputs(sample, {"Runs": [{"run_id": "r", "gap_summary": None}]})
    grid = Person(sample, RUNS).look()
    assert (grid.named(1, "status"), grid.named(1, "gap_summary")) == ("optimal", "")


@pytest.mark.parametrize("letter", ["x", "😀"])
def test_a_text_that_no_cell_can_hold_is_shortened_and_reported(sample: Workbook, letter: str) -> None:
    text = letter * (LONGEST_TEXT + 10)
    report = write_outputs(sample, {"Runs": [{"run_id": "r", "gap_summary": text}]})
    assert report.shortened == ("Runs: r gap_summary",)
    written = str(Person(sample, RUNS).look().named(1, "gap_summary"))
    kept = written.rstrip(")").removesuffix(" characters cut")
    assert kept.startswith(letter * 100)
    assert len(written.encode("utf-16-le")) // 2 <= LONGEST_TEXT
    assert len(text) - int(kept.rpartition("(")[2]) == written.index("…")


def test_lone_surrogates_cannot_stop_a_delivery(sample: Workbook) -> None:
    write_outputs(sample, {"Runs": [{"run_id": "r", "gap_summary": "a\ud800b"}]})
    assert Person(sample, RUNS).look().named(1, "gap_summary") == "a\ufffdb"


def test_the_grid_grows_when_it_must(sample: Workbook) -> None:
    rows = [{"run_id": "r", "line": n, "message": f"line {n}"} for n in range(1, 1301)]
    report = write_outputs(sample, {"Gaps_Alerts": rows})
    assert (report.written, report.errors) == (1300, ())
    grid = Person(sample, GAPS_ALERTS).look()
    assert len(grid.rows) == 1301
    assert grid.named(1300, "message") == "line 1300"


def test_rows_that_people_make_are_no_outputs(sample: Workbook) -> None:
    with pytest.raises(ValueError, match="Actions: request_id is not a column of the system's"):
        write_outputs(sample, {"Actions": [{"request_id": "q1", "status": "success"}]})


@pytest.mark.parametrize(
    "row", [{"run_id": "r", "notes": "x"}, {"run_id": "r", "colour": 1}, {"status": "optimal"}]
)
def test_what_is_not_the_systems_is_a_mistake_of_the_caller(sample: Workbook, row: dict[str, Any]) -> None:
    rows = [{"initiative_key": "I", **row}] if "status" not in row else [row]
    with pytest.raises(ValueError, match="Results"):
        write_outputs(sample, {"Results": rows})


def test_a_row_inserted_at_the_bottom_is_not_overwritten(sample: Workbook) -> None:
    """The new row lands where the last row was pushed to a moment ago."""
    write_outputs(sample, delivery("r1"))
    person = Person(sample, RUNS)
    before = contents(sample)
    watched = WatchedWorkbook(sample)
    watched.before_writes.append(lambda: person.insert_row(1))
    report = write_outputs(watched, delivery("r2"))
    assert report.errors == ()
    after = contents(sample)
    for name, rows in before.items():
        assert {key: after[name][key] for key in rows} == rows
    assert ("r2",) in after["Runs"]


@pytest.mark.parametrize("block", range(6))
def test_sixty_deliveries_with_people_in_the_sheet(sample: Workbook, block: int) -> None:
    """Every key once with its own cells, older runs as they were, and every note beside its row."""
    write_outputs(sample, delivery("old"))
    write_outputs(sample, delivery("again", lines=4))
    tabs = {tab.name: Person(sample, tab) for tab in OUTPUT_TABS}
    for person in tabs.values():
        person.shorten_grid(60)
    for trial in range(block * 10, block * 10 + 10):
        chance = random.Random(trial)
        person = tabs[chance.choice(list(tabs))]
        watched = WatchedWorkbook(sample)
        state: dict[str, Any] = {}

        def interfere(
            chance: random.Random = chance, person: Person = person, state: dict[str, Any] = state
        ) -> None:
            person.do_something(chance, chance.choice(("run_id", "run_status")))
            state.update(contents(sample))

        rows = delivery("again", lines=4 + chance.randint(0, 2), at=f"trial {trial}")
        for row in rows["Results"]:
            row["reason"] = f"reason of {row['initiative_key']} in trial {trial}"
        rows["Runs"] += delivery(f"new {trial}")["Runs"]
        watched.before_writes.append(interfere)
        report = write_outputs(watched, rows)
        assert report.errors == ()
        now = contents(sample)
        wanted = {(name, tuple(str(row[k]) for k in _keys(name))): row for name in rows for row in rows[name]}
        for name, tab_rows in now.items():
            for key, cells in tab_rows.items():
                told = wanted.pop((name, key), None)
                former = state[name].get(key, {})
                assert cells.get("notes") == former.get("notes"), (trial, name, key)
                if told is None:
                    assert cells == former, (trial, name, key)
                else:
                    said = {k: v for k, v in cells.items() if k not in ("notes", "updated_source", "updated_at")}
                    expected = {k: v for k, v in told.items() if k not in ("updated_source", "updated_at")}
                    if "kpi_gains_json" in expected:
                        expected["kpi_gains_json"] = f'{{"gmv": {expected["rank"]}}}'
                    assert said == expected, (trial, name, key)
            gone = set(state[name]) - set(tab_rows)
            assert not gone, (trial, name, gone)
        assert not wanted, trial


def _keys(name: str) -> tuple[str, ...]:
    return {"Runs": RUNS, "Results": RESULTS, "Gaps_Alerts": GAPS_ALERTS}[name].key_columns


@pytest.mark.parametrize(("first", "second"), [(1, 1), (3, 2), (2, 8)])
def test_rows_inserted_again_before_the_mending_write_double_none(
    sample: Workbook, first: int, second: int
) -> None:
    """Our first write overwrites old rows; what puts them back lands a row too high."""
    write_outputs(sample, delivery("r1"))
    person = Person(sample, RESULTS)
    before = contents(sample)
    watched = WatchedWorkbook(sample)
    watched.before_writes += [lambda: person.insert_row(first, 2), lambda: person.insert_row(second)]
    report = write_outputs(watched, delivery("r2"))
    assert report.errors == ()
    after = contents(sample)
    assert len(after["Results"]) == 12
    for name, rows in before.items():
        assert {key: after[name][key] for key in rows} == rows
    write_outputs(sample, delivery("r2"))
    assert contents(sample) == after


def explained(run: str, *lines: int) -> list[dict[str, Any]]:
    stamps = {"run_status": "OK", "updated_source": run, "updated_at": "2026-11-23T10:00:00Z"}
    return [
        {"run_id": run, "kind": "candidate", "line": n, "message": f"line {n}", "objective": n, **stamps}
        for n in lines
    ]


LEFT = {"message": "no longer there", "run_status": "OK", "updated_source": "later", "updated_at": "later"}


def test_rows_that_are_no_longer_true_are_withdrawn_where_they_stand(sample: Workbook) -> None:
    write_outputs(sample, {"Explanations": [*explained("r1", 1, 2, 3), *explained("r2", 1, 2)]})
    person = Person(sample, EXPLANATIONS)
    person.type_named(3, "notes", "mine")
    person.sort("line", descending=True)
    whole = {"Explanations": Whole((("r1", "candidate"), ("r1", "limit")), LEFT)}
    report = write_outputs(sample, {"Explanations": explained("r1", 1, 2)}, whole=whole)
    assert (report.written, report.unchanged, report.errors) == (1, 2, ())
    rows = contents(sample)["Explanations"]
    assert rows["r1", "candidate", "3"] == {"run_id": "r1", "kind": "candidate", "line": 3, "notes": "mine", **LEFT}
    assert [rows[run, "candidate", line]["objective"] for run, line in [("r1", "1"), ("r1", "2"), ("r2", "2")]] == [
        1,
        2,
        2,
    ]
    writes = sample.counts.writes
    assert write_outputs(sample, {"Explanations": explained("r1", 1, 2)}, whole=whole).unchanged == 3
    assert write_outputs(sample, {"Explanations": []}, whole={"Explanations": Whole((("r3",),), LEFT)}).errors == ()
    assert sample.counts.writes == writes
    # what comes back says what it says
    write_outputs(sample, {"Explanations": explained("r1", 3)})
    assert contents(sample)["Explanations"]["r1", "candidate", "3"]["message"] == "line 3"


def test_a_row_that_is_withdrawn_and_deleted_meanwhile_stays_away(sample: Workbook) -> None:
    write_outputs(sample, {"Explanations": explained("r1", 1, 2)})
    watched = WatchedWorkbook(sample)
    person = Person(sample, EXPLANATIONS)
    watched.before_writes.append(lambda: person.delete_row(2))
    whole = {"Explanations": Whole((("r1",),), LEFT)}
    assert write_outputs(watched, {"Explanations": explained("r1", 1, 3)}, whole=whole).errors == ()
    assert sorted(key[2] for key in contents(sample)["Explanations"]) == ["1", "3"]
