"""What a judged workbook compiles to: each set whole or not at all, in canonical order."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optcenter_pipeline.rows import compile_scenario_default, compile_sets, validate
from optcenter_pipeline.rows.validated import CompiledSet
from optcenter_pipeline_tests.support.portfolio_rows import Rows, constraint, judged, sound_rows, target
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.raw_tabs import raw_tab, raw_tabs


def full_book() -> Rows:
    book = sound_rows()
    book["Candidates"][0] |= {"is_mandatory": True, "bundle_key": "shop"}
    book["Candidates"][1] |= {"bundle_key": "SHOP", "prerequisite_keys": ["INIT-3", "INIT-1"]}
    book["Candidates"][2] |= {"exclusion_keys": ["INIT-5", "INIT-4"], "synergy_group_keys": ["find"]}
    book["Candidates"][3] |= {"synergy_group_keys": ["Find"]}
    book["Constraints"] = [
        constraint("cap", dimension="country", dimension_key="UK", max_tokens=50, min_tokens=20.5),
        constraint("floor", dimension="all", min_tokens=5),
        constraint("mandatory", dimension_key="INIT-1"),
        constraint("exclude", dimension_key="INIT-5|INIT-6"),
        constraint("exclude_pair", dimension_key="INIT-4|INIT-3"),
        constraint("bundle", dimension_key="shop", member_keys=["INIT-4", "INIT-2"]),
        constraint("prereq", dimension_key="INIT-2", member_keys=["INIT-1", "INIT-3"]),
        constraint(
            "synergy", dimension="synergy_group", dimension_key="find", target_kpi_key="NPS", target_value=-1
        ),
        constraint("synergy", dimension_key="INIT-2|INIT-1", target_kpi_key="gmv", target_value=4),
        constraint("cap", dimension="all", max_tokens=60, constraint_set_name="other"),
    ]
    book["Targets"] = [
        target(dimension_key="UK", target_value=3),
        target(dimension="all", floor_or_goal="goal", baseline_value=2),
        target(dimension="all", kpi_key="NPS"),
    ]
    return book


def compiled_of(book: Rows, name: str = "base") -> CompiledSet:
    return next(each for each in compile_sets(judged(book)) if each.constraint_set_name == name)


def test_a_set_compiles_to_rules_with_their_source_rows() -> None:
    compiled_set = compiled_of(full_book())

    assert compiled_set.is_valid
    assert compiled_set.compiled is not None
    assert compiled_set.compiled.model_dump(mode="json", exclude_none=True) == {
        "constraint_set_name": "base",
        "capacity_floors": [
            {"dimension": "all", "dimension_key": "all", "min_tokens": 5.0, "source_rows": ["Constraints!3"]},
            {"dimension": "country", "dimension_key": "UK", "min_tokens": 20.5, "source_rows": ["Constraints!2"]},
        ],
        "capacity_caps": [
            {"dimension": "country", "dimension_key": "UK", "max_tokens": 50.0, "source_rows": ["Constraints!2"]}
        ],
        "targets": [
            {
                "dimension": "all",
                "dimension_key": "all",
                "kpi_key": "GMV",
                "floor_or_goal": "goal",
                "target_value": 5.0,
                "baseline_value": 2.0,
                "source_rows": ["Targets!3"],
            },
            {
                "dimension": "all",
                "dimension_key": "all",
                "kpi_key": "nps",
                "floor_or_goal": "floor",
                "target_value": 5.0,
                "source_rows": ["Targets!4"],
            },
            {
                "dimension": "country",
                "dimension_key": "UK",
                "kpi_key": "GMV",
                "floor_or_goal": "floor",
                "target_value": 3.0,
                "source_rows": ["Targets!2"],
            },
        ],
        "mandatory": [{"initiative_key": "INIT-1", "source_rows": ["Candidates!2", "Constraints!4"]}],
        "exclude_initiatives": [
            {"initiative_key": "INIT-5", "source_rows": ["Constraints!5"]},
            {"initiative_key": "INIT-6", "source_rows": ["Constraints!5"]},
        ],
        "exclude_pairs": [
            {"members": ["INIT-3", "INIT-4"], "source_rows": ["Candidates!4", "Constraints!6"]},
            {"members": ["INIT-3", "INIT-5"], "source_rows": ["Candidates!4"]},
        ],
        "bundles": [
            {
                "bundle_key": "SHOP",
                "members": ["INIT-1", "INIT-2", "INIT-4"],
                "source_rows": ["Candidates!2", "Candidates!3", "Constraints!7"],
            }
        ],
        "prerequisites": [
            {
                "initiative_key": "INIT-2",
                "requires": ["INIT-1", "INIT-3"],
                "source_rows": ["Candidates!3", "Constraints!8"],
            }
        ],
        "synergy_bonuses": [
            {"members": ["INIT-1", "INIT-2"], "kpi_key": "GMV", "value": 4.0, "source_rows": ["Constraints!10"]},
            {"members": ["INIT-3", "INIT-4"], "kpi_key": "nps", "value": -1.0, "source_rows": ["Constraints!9"]},
        ],
    }


def test_source_rows_stand_by_number_not_by_text() -> None:
    book = sound_rows()
    padding = [
        constraint("cap", dimension="all", max_tokens=i, constraint_set_name=f"set {i}") for i in range(1, 9)
    ]
    bundles = [
        constraint("bundle", dimension_key="b", member_keys=members)
        for members in (["INIT-1", "INIT-2"], ["INIT-2", "INIT-3"])
    ]
    book["Constraints"] = [bundles[0], *padding, bundles[1]]

    compiled = compiled_of(book).compiled

    assert compiled is not None
    assert compiled.bundles[0].source_rows == ("Constraints!2", "Constraints!11")


def test_raw_rows_and_messages_go_with_the_set() -> None:
    book = full_book()
    book["Candidates"][4]["is_mandatory"] = True
    book["Targets"][0]["target_value"] = "x"

    bad, good = compile_sets(judged(book))

    assert (bad.constraint_set_name, bad.is_valid, bad.compiled) == ("base", False, None)
    assert [message.source_row for message in bad.messages if message.errors] == [
        "Constraints!5",
        "Targets!2",
        "Candidates!6",
    ]
    rows = json.loads(bad.rows_json)
    assert len(rows) == 12
    assert rows[-3]["cells"]["target_value"] == "x"
    assert (rows[-3]["tab"], rows[-3]["row_num"]) == ("Targets", 2)
    assert (good.constraint_set_name, good.is_valid, good.messages) == ("other", True, ())


@pytest.mark.parametrize("tab", ["Constraints", "Targets", "Candidates"])
@pytest.mark.parametrize("how", ["unreadable", "absent"])
def test_nothing_is_compiled_in_part(tab: str, how: str) -> None:
    tabs = raw_tabs(full_book())
    if how == "absent":
        del tabs[tab]
    else:
        tabs[tab] = raw_tab(tab, errors=["header 'type' stands twice"])

    validated = validate(tabs)
    default = compile_scenario_default(validated)

    assert validated.unreadable_tabs == (tab,)
    assert compile_sets(validated) == ()
    assert default.is_valid == (tab != "Candidates")


def test_the_content_hash_changes_with_what_is_stored_and_with_nothing_else() -> None:
    book = full_book()
    before = {each.constraint_set_name: each.content_hash for each in compile_sets(judged(book))}
    again = {each.constraint_set_name: each.content_hash for each in compile_sets(judged(book))}
    book["Constraints"][0]["max_tokens"] = 51
    after = {each.constraint_set_name: each.content_hash for each in compile_sets(judged(book))}

    assert before == again
    assert before["base"] != after["base"]
    assert before["other"] == after["other"]


@settings(max_examples=cases(60), deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_source_rows_and_nothing_else(rng: random.Random) -> None:
    book = full_book()
    for rows in book.values():
        rng.shuffle(rows)

    validated = judged(book)
    shuffled = compile_sets(validated)

    assert not validated.has_errors
    assert [_without_rows(each) for each in shuffled] == [
        _without_rows(each) for each in compile_sets(judged(full_book()))
    ]
    for each in shuffled:
        assert each.compiled is not None
        sources = [rule.source_rows for rule in each.compiled.rules()]
        assert all(list(rows) == sorted(rows, key=_place) for rows in sources)


def test_the_same_input_gives_the_same_json() -> None:
    first, second = judged(full_book()), judged(full_book())

    assert first.model_dump_json() == second.model_dump_json()
    assert [each.model_dump_json() for each in compile_sets(first)] == [
        each.model_dump_json() for each in compile_sets(second)
    ]


def _place(source_row: str) -> tuple[str, int]:
    tab, _, row_num = source_row.rpartition("!")
    return tab, int(row_num)


def _without_rows(compiled_set: CompiledSet) -> str:
    assert compiled_set.compiled is not None
    dumped = compiled_set.compiled.model_dump(mode="json")
    rules: list[dict[str, Any]] = [rule for rules in dumped.values() if isinstance(rules, list) for rule in rules]
    for rule in rules:
        rule["source_rows"] = len(rule["source_rows"])
    return json.dumps(dumped)
