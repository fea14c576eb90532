"""What validation hands on: judged rows, tabs that could not be read, and JSON that loads back."""

import datetime as dt

import pytest

from optcenter_pipeline.rows import compile_sets, validate
from optcenter_pipeline.rows.validated import CompiledSet, ValidatedWorkbook
from optcenter_pipeline_tests.support.portfolio_rows import constraint, judged, lines, sound_rows, target
from optcenter_pipeline_tests.support.raw_tabs import raw_tab, raw_tabs

DANGEROUS = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2",
    "@SUM(A1)",
    "'quoted",
    "<script>alert(1)</script>",
    "'; DROP TABLE initiatives; --",
    '{"a": 1}',
    "007",
    "1e5",
    "TRUE",
    "null",
    "a\nb\tc",
    "{text} %s {0}",
    "Ünïcödé 漢字 🙂 \u202e",
    "#hash",
    "\\n\\u0000",
)
TEXT_COLUMNS = {
    "Initiatives": (
        *("title", "lifecycle_status", "country", "region", "segment", "product", "category", "program"),
        *("department", "notes"),
    ),
    "Metrics_Config": ("kpi_name", "unit", "description"),
    "KPI_Contributions": ("notes",),
    "Scenario_Config": ("notes",),
    "Constraints": ("notes",),
    "Targets": ("notes",),
    "Candidates": ("mandate_reason", "notes"),
}


@pytest.mark.parametrize("text", DANGEROUS)
def test_dangerous_texts_survive_everywhere(text: str) -> None:
    book = sound_rows()
    book["Constraints"] = [constraint("cap", dimension="all", max_tokens=5)]
    book["Targets"] = [target(dimension="all")]
    book["Candidates"][0]["is_mandatory"] = True
    for tab, columns in TEXT_COLUMNS.items():
        book[tab][0].update(dict.fromkeys(columns, text))

    validated = judged(book)
    loaded = ValidatedWorkbook.model_validate_json(validated.model_dump_json())

    assert validated.messages == ()
    assert loaded == validated
    first_rows = {
        "Initiatives": loaded.initiatives[0],
        "Metrics_Config": loaded.metrics[0],
        "KPI_Contributions": loaded.contributions[0],
        "Scenario_Config": loaded.scenarios[0],
        "Constraints": loaded.constraints[0],
        "Targets": loaded.targets[0],
        "Candidates": loaded.candidates[0],
    }
    for tab, columns in TEXT_COLUMNS.items():
        for column in columns:
            assert getattr(first_rows[tab], column) == text


@pytest.mark.parametrize("text", DANGEROUS)
def test_dangerous_names_survive(text: str) -> None:
    book = sound_rows()
    name = text.strip()
    book["Initiatives"][0]["initiative_key"] = name
    book["Initiatives"][0]["country"] = name
    book["KPI_Contributions"][0] |= {"initiative_key": name, "kpi_key": name}
    book["Candidates"][0]["initiative_key"] = name
    book["Candidates"][1]["bundle_key"] = name
    book["Candidates"][2]["bundle_key"] = name
    book["Metrics_Config"][1]["kpi_key"] = name
    book["KPI_Contributions"].pop()
    book["Scenario_Config"][0]["scenario_name"] = name
    book["Constraints"] = [
        constraint("cap", scenario_name=name, constraint_set_name=name, dimension="all", max_tokens=5),
        constraint(
            "synergy",
            scenario_name=name,
            constraint_set_name=name,
            member_keys=[name, "INIT-2"],
            target_kpi_key=name,
            target_value=2,
        ),
    ]
    if "|" not in name:
        book["Targets"] = [target(scenario_name=name, constraint_set_name=name, dimension_key=name, kpi_key=name)]

    validated = judged(book)
    (compiled_set,) = compile_sets(validated)

    assert validated.messages == ()
    assert compiled_set.scenario_name == name
    assert compiled_set.constraint_set_name == name
    assert compiled_set.compiled is not None
    assert compiled_set.compiled.synergy_bonuses[0].kpi_key == name
    assert set(compiled_set.compiled.synergy_bonuses[0].members) == {name.upper(), "INIT-2"}
    assert compiled_set.compiled.bundles[0].bundle_key == name
    assert CompiledSet.model_validate_json(compiled_set.model_dump_json()) == compiled_set
    assert ValidatedWorkbook.model_validate_json(validated.model_dump_json()) == validated


def test_a_workbook_with_everything_in_it_loads_back() -> None:
    book = sound_rows()
    book["Constraints"] = [
        constraint("cap", dimension="country", dimension_key="UK", max_tokens=50, min_tokens=20.5),
        constraint("floor", dimension="all", min_tokens=5),
        constraint("mandatory", dimension_key="INIT-1"),
        constraint("exclude", dimension_key="INIT-5|INIT-6"),
        constraint("exclude_pair", dimension_key="INIT-4|INIT-3"),
        constraint("bundle", dimension_key="shop", member_keys=["INIT-4", "INIT-2"]),
        constraint("prereq", dimension_key="INIT-2|INIT-1", member_keys=["INIT-3"]),
        constraint("synergy", dimension="synergy_group", dimension_key="g", target_kpi_key="NPS", target_value=-1),
        constraint("synergy", dimension_key="INIT-2|INIT-1", target_kpi_key="gmv", target_value=4),
        constraint("cap", dimension="all", max_tokens="12k", constraint_set_name="bad"),
    ]
    book["Targets"] = [target(dimension="all", floor_or_goal="goal", baseline_value=1)]
    book["Candidates"][0] |= {"deadline_date": dt.date(2026, 9, 30), "synergy_group_keys": ["g", "lonely"]}
    book["Candidates"][1] |= {"synergy_group_keys": ["g"], "prerequisite_keys": ["INIT-3"]}
    book["Candidates"][2] |= {"is_mandatory": True}
    book["Candidates"][3] |= {"engineering_tokens": "many", "bundle_key": "b"}
    book["Constraints"].append(constraint("exclude", dimension_key="INIT-3", constraint_set_name="scoped"))
    modes = {"objective_mode": "lexicographic"}
    book["Scenario_Config"][0] |= {**modes, "objective_weights_json": ["gmv", "goals", {"kpi": "nps"}]}
    book["Scenario_Config"][1] |= {"capacity_total_tokens": -1}

    validated = judged(book)
    loaded = ValidatedWorkbook.model_validate_json(validated.model_dump_json())

    assert loaded == validated
    assert [type(row) for row in loaded.constraints] == [type(row) for row in validated.constraints]
    assert compile_sets(loaded) == compile_sets(validated)
    assert loaded.model_dump_json() == validated.model_dump_json()
    assert set(validated.invalid_scenarios) == {"q3 plan"}
    assert [key.constraint_set for key in validated.invalid_sets] == ["bad", "scoped"]


def test_every_row_is_judged_in_the_sheets_order() -> None:
    book = sound_rows()
    book["Constraints"] = [
        constraint("cap", dimension="all", max_tokens="12k", row_num=40),
        constraint("cap", dimension="country", dimension_key="Peru", max_tokens=3, row_num=41),
        {"notes": "nothing else", "row_num": 57},
    ]
    book["Metrics_Config"].pop()

    validated = judged(book)

    constraints = [row for row in validated.judged if row.tab == "Constraints"]
    assert [(row.row_num, row.key, row.status) for row in constraints] == [
        (
            40,
            "Q2 plan / base / cap / all",
            "FAILED: max_tokens: '12k' is not a number; give tokens as a number, 0 or more",
        ),
        (
            41,
            "Q2 plan / base / cap / country / Peru",
            "OK (warning: dimension_key: no initiative lies in country Peru)",
        ),
        (
            57,
            "",
            "FAILED: scenario_name: is blank; give the name of a scenario, as in Scenario_Config; "
            "constraint_set_name: is blank; give the name of the constraint set; "
            f"constraint_type: is blank; give {_types()}",
        ),
    ]
    assert all(len(row.content_hash) == 64 for row in validated.judged)
    assert len(validated.judged) == sum(len(rows) for rows in book.values())
    assert {row.status for row in validated.judged if row.tab != "Constraints"} == {"OK"}


def test_findings_about_a_tab_stand_on_its_header() -> None:
    tabs = raw_tabs(sound_rows())
    warnings = ["unknown columns are left alone: 'Mood'"]
    tabs["Initiatives"] = raw_tab("Initiatives", sound_rows()["Initiatives"], warnings=warnings)
    tabs["Targets"] = raw_tab("Targets", errors=["required column kpi_key is missing", "header 'set' stands twice"])

    validated = validate(tabs)

    assert lines(validated) == [
        "Targets!1 header: required column kpi_key is missing",
        "Targets!1 header: header 'set' stands twice",
        "Initiatives!1 header: warning: unknown columns are left alone: 'Mood'",
    ]
    assert [(message.row_num, message.key) for message in validated.messages] == [(1, ""), (1, "")]
    assert validated.unreadable_tabs == ("Targets",)
    assert not any(row.tab == "Targets" for row in validated.judged)


@pytest.mark.parametrize("tab", ["Initiatives", "Metrics_Config", "Scenario_Config", "Candidates"])
def test_nothing_is_checked_against_a_tab_that_could_not_be_read(tab: str) -> None:
    book = sound_rows()
    book["Constraints"] = [
        constraint("mandatory", dimension_key="INIT-1"),
        constraint("floor", dimension="country", dimension_key="UK", min_tokens=5),
        constraint("synergy", member_keys=["INIT-1", "INIT-2"], target_kpi_key="gmv", target_value=5),
        constraint("synergy", dimension="synergy_group", dimension_key="g", target_kpi_key="nps", target_value=5),
    ]
    book["Targets"] = [target(dimension="all")]
    for place in (0, 1):
        book["Candidates"][place]["synergy_group_keys"] = ["g"]
    tabs = raw_tabs(book)
    tabs[tab] = raw_tab(tab, errors=["no such tab"])

    validated = validate(tabs)

    assert lines(validated) == [f"{tab}!1 header: no such tab"]


def test_a_tab_that_was_not_handed_over_is_unreadable_not_empty() -> None:
    tabs = raw_tabs(sound_rows())
    del tabs["Targets"]

    validated = validate(tabs)

    assert lines(validated) == ["Targets!1 header: the tab was not read"]
    assert validated.unreadable_tabs == ("Targets",)


def test_an_empty_workbook_is_valid() -> None:
    validated = validate(raw_tabs({}))

    assert validated.messages == ()
    assert compile_sets(validated) == ()


def _types() -> str:
    from optcenter_pipeline.rules.constraint_row import ROW_BY_TYPE

    return ", ".join(ROW_BY_TYPE)
