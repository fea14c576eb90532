"""How rules from several rows become one, in an order of their own."""

from itertools import permutations

from optcenter_pipeline.rules.bundle import Bundle
from optcenter_pipeline.rules.bundle import merged as merged_bundles
from optcenter_pipeline.rules.candidate import CandidateLeftOut, CandidateRow
from optcenter_pipeline.rules.compiler import candidate_rules, compile_constraint_set, merged
from optcenter_pipeline.rules.exclude_pair import ExcludePair


def test_the_order_of_rules_has_no_say() -> None:
    rules = [
        ExcludePair(members=("A", "B"), source_rows=("Constraints!3",)),
        ExcludePair(members=("A", "C"), source_rows=("Constraints!2",)),
        ExcludePair(members=("A", "B"), source_rows=("Candidates!7",)),
    ]

    results = {merged(order) for order in permutations(rules)}

    (result,) = results
    assert [(rule.members, rule.source_rows) for rule in result] == [
        (("A", "B"), ("Candidates!7", "Constraints!3")),
        (("A", "C"), ("Constraints!2",)),
    ]


def test_bundles_of_one_name_are_one_and_of_one_member_none() -> None:
    bundles = merged_bundles(
        [
            Bundle(bundle_key="Shop", members=("B",), source_rows=("Candidates!2",)),
            Bundle(bundle_key="shop ", members=("A", "B"), source_rows=("Constraints!2",)),
            Bundle(bundle_key="alone", members=("C",), source_rows=("Candidates!3",)),
        ]
    )

    assert [(bundle.bundle_key, bundle.members) for bundle in bundles] == [("Shop", ("A", "B"))]


def test_a_candidate_left_out_has_no_rules_but_its_memberships() -> None:
    rules = candidate_rules(
        [
            CandidateRow(
                row_num=2, initiative_key="A", engineering_tokens=1, bundle_key="b", synergy_group_keys=("g",)
            ),
            CandidateLeftOut(
                row_num=3, initiative_key="B", is_known=True, bundle_key="B", synergy_group_keys=("G",)
            ),
        ]
    )

    assert [bundle.members for bundle in rules.bundles] == [("A", "B")]
    assert rules.groups == {"g": ("A", "B")}


def test_a_set_without_rows_is_the_candidates_own_rules() -> None:
    row = CandidateRow(
        row_num=2, initiative_key="A", engineering_tokens=1, is_mandatory=True, exclusion_keys=("B",)
    )

    compiled = compile_constraint_set("", (), candidate_rules([row]), {})

    assert [rule.in_words() for rule in compiled.rules()] == ["A is mandatory", "A and B exclude each other"]
