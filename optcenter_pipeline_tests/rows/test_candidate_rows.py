"""Rules of the rows, tab Candidates, and the rules that its rows carry for every set."""

import datetime as dt
from itertools import pairwise
from typing import Any

import pytest

from optcenter_pipeline.rows import compile_scenario_default, compile_sets
from optcenter_pipeline_tests.support.portfolio_rows import (
    Rows,
    constraint,
    findings_of,
    judged,
    lines,
    sound_rows,
)


def candidate(**cells: Any) -> dict[str, Any]:
    return {"initiative_key": "INIT-6", "engineering_tokens": 5.0, **cells}


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({}, []),
        ({"deadline_date": dt.date(2026, 9, 30), "is_mandatory": True, "mandate_reason": "law"}, []),
        ({"is_mandatory": False, "is_selected_for_run": True, "notes": "=1+1"}, []),
        (
            {"initiative_key": None},
            ["initiative_key: is blank; give the key of an initiative, as in Initiatives"],
        ),
        (
            {"initiative_key": "QQQ"},
            ["initiative_key: 'QQQ' is not in Initiatives; give an initiative that is there"],
        ),
        (
            {"initiative_key": "#NAME?"},
            ["initiative_key: '#NAME?' is a formula error; mend the formula or type the text"],
        ),
        ({"engineering_tokens": None}, ["engineering_tokens: is blank; give tokens as a number above 0"]),
        ({"engineering_tokens": 0.0}, ["engineering_tokens: 0 is not above 0; give tokens as a number above 0"]),
        (
            {"engineering_tokens": "12k"},
            ["engineering_tokens: '12k' is not a number; give tokens as a number above 0"],
        ),
        (
            {"deadline_date": "31.02.2026", "is_mandatory": "maybe", "is_selected_for_run": 1.0},
            [
                "deadline_date: '31.02.2026' is not a date; give a date, e.g. 2026-09-30, or leave it blank",
                "is_mandatory: 'maybe' is neither TRUE nor FALSE; give TRUE or FALSE, or leave it blank for FALSE",
                "is_selected_for_run: 1 is neither TRUE nor FALSE; give TRUE or FALSE, or leave it blank for FALSE",
            ],
        ),
        (
            {"mandate_reason": "law"},
            ["mandate_reason: warning: is filled, but is_mandatory is not TRUE: the initiative is not mandatory"],
        ),
        ({"bundle_key": "b"}, ["bundle_key: warning: 'b' has no other member: it ties nothing together"]),
        (
            {"prerequisite_keys": ["init-6"], "exclusion_keys": ["INIT-6", "INIT-1"]},
            [
                "prerequisite_keys: INIT-6 cannot be its own prerequisite; take it out",
                "exclusion_keys: INIT-6 cannot exclude itself; take it out",
            ],
        ),
        (
            {"prerequisite_keys": ["INIT-1", "qqq"], "exclusion_keys": ["z" * 9000]},
            [
                "prerequisite_keys: 'QQQ' is not in Initiatives; give an initiative that is there",
                f"exclusion_keys: '{'Z' * 58}…' is not in Initiatives; give an initiative that is there",
            ],
        ),
        (
            {"synergy_group_keys": ["g"]},
            [
                "synergy_group_keys: warning: synergy group 'g' has no value: no synergy_bonus row names it or has "
                "its members"
            ],
        ),
        (
            {"initiative_key": "init-1"},
            ["initiative_key: 'init-1' is in Candidates!2 already, which stands; change this row or delete it"],
        ),
    ],
)
def test_what_is_wrong(cells: dict[str, Any], found: list[str]) -> None:
    assert findings_of("Candidates", candidate(**cells)) == [f"Candidates!7 {line}" for line in found]


def governed() -> Rows:
    book = sound_rows()
    one, two, three, four, five = book["Candidates"]
    one |= {"is_mandatory": True, "bundle_key": "Shop", "exclusion_keys": ["INIT-3"]}
    two |= {"bundle_key": " shop", "prerequisite_keys": ["INIT-1", "INIT-6"]}
    three |= {"exclusion_keys": ["INIT-1"]}
    four |= {"synergy_group_keys": ["Find"]}
    five |= {"synergy_group_keys": ["find"]}
    return book


def test_candidates_own_rules_alone() -> None:
    book = governed()
    book["Constraints"] = [
        constraint("synergy", dimension="synergy_group", dimension_key="FIND", target_kpi_key="gmv", target_value=3)
    ]

    validated = judged(book)
    default = compile_scenario_default(validated)

    assert validated.messages == ()
    assert default.is_valid
    assert default.constraint_set_name == ""
    assert default.compiled is not None
    assert default.compiled.model_dump(mode="json", exclude_defaults=True) == {
        "mandatory": [{"initiative_key": "INIT-1", "source_rows": ["Candidates!2"]}],
        "exclude_pairs": [{"members": ["INIT-1", "INIT-3"], "source_rows": ["Candidates!2", "Candidates!4"]}],
        "bundles": [
            {
                "bundle_key": "Shop",
                "members": ["INIT-1", "INIT-2"],
                "source_rows": ["Candidates!2", "Candidates!3"],
            }
        ],
        "prerequisites": [
            {"initiative_key": "INIT-2", "requires": ["INIT-1", "INIT-6"], "source_rows": ["Candidates!3"]}
        ],
    }


def test_the_same_rule_from_candidates_and_constraints_is_one_rule_with_all_source_rows() -> None:
    book = governed()
    book["Constraints"] = [
        constraint("mandatory", dimension_key="INIT-1"),
        constraint("exclude_pair", dimension_key="INIT-3|INIT-1"),
        constraint("bundle", dimension_key="SHOP", member_keys=["INIT-5", "INIT-2"]),
        constraint("prereq", dimension_key="INIT-2|INIT-6|INIT-1"),
        constraint("prereq", dimension_key="INIT-2", member_keys=["INIT-1"]),
        constraint(
            "synergy", dimension="synergy_group", dimension_key="find", target_kpi_key="gmv", target_value=3
        ),
    ]

    validated = judged(book)
    (compiled_set,) = compile_sets(validated)

    assert validated.messages == ()
    assert compiled_set.compiled is not None
    assert compiled_set.compiled.model_dump(mode="json", exclude_defaults=True) == {
        "constraint_set_name": "base",
        "mandatory": [{"initiative_key": "INIT-1", "source_rows": ["Candidates!2", "Constraints!2"]}],
        "exclude_pairs": [
            {"members": ["INIT-1", "INIT-3"], "source_rows": ["Candidates!2", "Candidates!4", "Constraints!3"]}
        ],
        "bundles": [
            {
                "bundle_key": "SHOP",
                "members": ["INIT-1", "INIT-2", "INIT-5"],
                "source_rows": ["Candidates!2", "Candidates!3", "Constraints!4"],
            }
        ],
        "prerequisites": [
            {
                "initiative_key": "INIT-2",
                "requires": ["INIT-1", "INIT-6"],
                "source_rows": ["Candidates!3", "Constraints!5"],
            },
            {"initiative_key": "INIT-2", "requires": ["INIT-1"], "source_rows": ["Constraints!6"]},
        ],
        "synergy_bonuses": [
            {"members": ["INIT-4", "INIT-5"], "kpi_key": "GMV", "value": 3.0, "source_rows": ["Constraints!7"]}
        ],
    }


def test_a_group_has_its_value_from_a_synergy_row_with_its_members() -> None:
    book = governed()
    book["Constraints"] = [
        constraint("synergy", dimension_key="INIT-5|INIT-4", target_kpi_key="gmv", target_value=3)
    ]

    assert judged(book).messages == ()


def test_a_group_of_one_has_no_value_to_give() -> None:
    book = governed()
    del book["Candidates"][4]["synergy_group_keys"]
    book["Constraints"] = [
        constraint("synergy", dimension="synergy_group", dimension_key="Find", target_kpi_key="gmv", target_value=3)
    ]

    assert lines(judged(book)) == [
        "Constraints!2 dimension_key: synergy group 'Find' has one member in Candidates; give it two or more"
    ]


def test_a_bundle_of_one_ties_nothing_unless_constraints_name_it_too() -> None:
    book = governed()
    del book["Candidates"][1]["bundle_key"]

    validated = judged(book)
    default = compile_scenario_default(validated)
    book["Constraints"] = [constraint("bundle", dimension_key="shop", member_keys=["INIT-2", "INIT-3"])]
    joined = judged(book)
    (compiled_set,) = compile_sets(joined)

    assert "Candidates!2 bundle_key: warning: 'Shop' has no other member: it ties nothing together" in lines(
        validated
    )
    assert default.compiled is not None
    assert default.compiled.bundles == ()
    assert not any("bundle" in line for line in lines(joined))
    assert compiled_set.compiled is not None
    assert [bundle.members for bundle in compiled_set.compiled.bundles] == [("INIT-1", "INIT-2", "INIT-3")]


def test_a_row_in_error_is_left_out_but_stays_a_member_of_its_bundle_and_groups() -> None:
    book = governed()
    book["Candidates"][1]["engineering_tokens"] = "12k"
    book["Candidates"][4]["engineering_tokens"] = "12k"
    book["Constraints"] = [
        constraint("synergy", dimension="synergy_group", dimension_key="find", target_kpi_key="gmv", target_value=3)
    ]

    validated = judged(book)
    (compiled_set,) = compile_sets(validated)

    assert [line.split()[0] for line in lines(validated)] == ["Candidates!3", "Candidates!6"]
    assert [row.initiative_key for row in validated.candidates] == ["INIT-1", "INIT-3", "INIT-4"]
    assert [row.initiative_key for row in validated.candidates_left_out] == ["INIT-2", "INIT-5"]
    assert validated.invalid_sets == {}
    assert compiled_set.compiled is not None
    assert [bundle.members for bundle in compiled_set.compiled.bundles] == [("INIT-1", "INIT-2")]
    assert [synergy.members for synergy in compiled_set.compiled.synergy_bonuses] == [("INIT-4", "INIT-5")]
    assert compiled_set.compiled.prerequisites == ()


def test_a_group_with_a_member_that_nobody_knows_gives_nothing() -> None:
    book = governed()
    book["Candidates"].append(candidate(initiative_key="QQQ", synergy_group_keys=["find"], bundle_key="shop"))
    book["Constraints"] = [
        constraint("synergy", dimension="synergy_group", dimension_key="find", target_kpi_key="gmv", target_value=3)
    ]

    (compiled_set,) = compile_sets(judged(book))

    assert compiled_set.compiled is not None
    assert compiled_set.compiled.synergy_bonuses == ()
    assert [bundle.members for bundle in compiled_set.compiled.bundles] == [("INIT-1", "INIT-2")]


def test_a_circle_of_the_candidates_own_prerequisites() -> None:
    book = sound_rows()
    one, two, three, four, _ = book["Candidates"]
    one["prerequisite_keys"] = ["INIT-4", "INIT-2"]
    two["prerequisite_keys"] = ["INIT-3"]
    three["prerequisite_keys"] = ["INIT-1"]
    four["prerequisite_keys"] = ["INIT-5"]

    ending = "is a circle of prerequisites: all of them are funded or none"
    assert lines(judged(book)) == [
        f"Candidates!2 prerequisite_keys: warning: INIT-1 → INIT-2 → INIT-3 → INIT-1 {ending}",
        f"Candidates!3 prerequisite_keys: warning: INIT-2 → INIT-3 → INIT-1 → INIT-2 {ending}",
        f"Candidates!4 prerequisite_keys: warning: INIT-3 → INIT-1 → INIT-2 → INIT-3 {ending}",
    ]


def test_a_chain_as_long_as_the_sheet_is_no_circle_and_no_trouble() -> None:
    book = sound_rows()
    keys = [f"CHAIN-{i}" for i in range(3000)]
    book["Initiatives"] += [{"initiative_key": key} for key in keys]
    book["Candidates"] += [
        {"initiative_key": key, "engineering_tokens": 1, "prerequisite_keys": [needed]}
        for key, needed in pairwise(keys)
    ]

    assert judged(book).messages == ()


def test_a_circle_as_long_as_the_sheet_is_told_by_its_beginning() -> None:
    book = sound_rows()
    keys = [f"CHAIN-{i}" for i in range(2000)]
    book["Initiatives"] += [{"initiative_key": key} for key in keys]
    book["Candidates"] += [
        {"initiative_key": key, "engineering_tokens": 1, "prerequisite_keys": [needed]}
        for key, needed in pairwise([*keys, keys[0]])
    ]

    found = lines(judged(book))

    assert len(found) == 2000
    assert found[0] == (
        "Candidates!7 prerequisite_keys: warning: CHAIN-0 → CHAIN-1 → … → CHAIN-0 is a circle of prerequisites: "
        "all of them are funded or none"
    )
