"""Why each candidate is in or out, in words, with rows."""

from typing import Any

import pytest

from optcenter_pipeline.engine import Result, solve
from optcenter_pipeline.engine.reasons import Reasons
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

Json = dict[str, Any]

ROWS = [
    candidate("A", 4, {"gmv": 8}, attributes={"country": "UK"}),
    candidate("B", 3, {"gmv": 5}, attributes={"country": "UK"}),
    candidate("C", 3, {"gmv": 4}, attributes={"country": "DE"}),
    candidate("D", 2, attributes={"country": "DE"}),
]


def rejected(result: Result, key: str) -> tuple[str, tuple[str, ...]]:
    (found,) = [item for item in result.rejected if item.initiative_key == key]
    return found.reason, found.source_rows


def selected(result: Result, key: str) -> str:
    (found,) = [item for item in result.selected if item.initiative_key == key]
    return found.reason


def row(number: int, **fields: Any) -> Json:
    return {**fields, "source_rows": [f"Constraints!{number}"]}


OUT: dict[str, tuple[Json, str, str, tuple[str, ...]]] = {
    "excluded": (
        {"exclude_initiatives": [row(2, initiative_key="A")]},
        "A", "excluded by Constraints row 2", ("Constraints!2",),
    ),
    "the partner is funded": (
        {"exclude_pairs": [row(2, members=["A", "B"])]}, "B",
        "A is funded, and the two exclude each other", ("Constraints!2",),
    ),
    "adds nothing": ({}, "D", "adds nothing to gmv", ()),
    "does not fit": ({}, "C", "did not fit: it needs 3 tokens, with none left; what was chosen brings more", ()),
    "a cap": (
        {"capacity_caps": [row(2, dimension="country", dimension_key="UK", max_tokens=5)], "capacity": 20}, "B",
        "did not fit: it needs 3 tokens, with 1 left of at most 5 tokens on country UK (Constraints row 2)",
        ("Constraints!2",),
    ),
    "needs somebody excluded": (
        {"prerequisites": [row(2, initiative_key="A", requires=["D"])],
         "exclude_initiatives": [row(3, initiative_key="D")]},
        "A", "A needs D: excluded by Constraints row 3", ("Constraints!2", "Constraints!3"),
    ),
    "is bundled with somebody who needs somebody excluded": (
        {"bundles": [row(4, bundle_key="b", members=["A", "C"])],
         "prerequisites": [row(2, initiative_key="C", requires=["D"])],
         "exclude_initiatives": [row(3, initiative_key="D")]},
        "A", "A is in bundle b with C, and C needs D: excluded by Constraints row 3",
        ("Constraints!4", "Constraints!2", "Constraints!3"),
    ),
    "needs somebody who is not worth it": (
        {"prerequisites": [row(2, initiative_key="C", requires=["D"])]}, "C",
        "C needs D, which is not funded: what was chosen brings more", ("Constraints!2",),
    ),
    "would cannibalise": (
        {"synergy_bonuses": [row(2, members=["A", "C"], kpi_key="gmv", value=-7)], "capacity": 20}, "C",
        "the best portfolio found does without it: with it, other rules or goals would have to give more", (),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OUT)
def test_why_one_is_out(name: str) -> None:
    rules, key, reason, rows = OUT[name]
    question = snapshot(ROWS, **{"capacity": 7, **rules})
    assert rejected(solve(question), key) == (reason, rows)


IN: dict[str, tuple[Json, str, str]] = {
    "for what it adds": ({}, "A", "adds 8 gmv"),
    "mandatory": ({"mandatory": [row(2, initiative_key="D")]}, "D", "mandatory (Constraints row 2)"),
    "needed": (
        {"prerequisites": [row(2, initiative_key="A", requires=["D"])], "capacity": 9}, "D", "needed by A",
    ),
    "bundled": (
        {"bundles": [row(2, bundle_key="b", members=["A", "D"])], "capacity": 9}, "D", "in bundle b with A",
    ),
    "with a synergy": (
        {"synergy_bonuses": [row(2, members=["A", "B"], kpi_key="gmv", value=1)]}, "B",
        "adds 5 gmv; together with A brings +1 gmv",
    ),
    "for a floor": (
        {"capacity_floors": [row(2, dimension="country", dimension_key="DE", min_tokens=5)], "capacity": 5}, "D",
        "counts towards: at least 5 tokens on country DE",
    ),
    "for a goal": (
        {"targets": [{"kpi_key": "gmv", "floor_or_goal": "goal", "target_value": 5}],
         "mandatory": [row(2, initiative_key="B")]},
        "B", "mandatory (Constraints row 2); adds 5 gmv",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", IN)
def test_why_one_is_in(name: str) -> None:
    rules, key, reason = IN[name]
    assert selected(solve(snapshot(ROWS, **{"capacity": 7, **rules})), key) == reason


def test_every_pool_member_has_a_reason() -> None:
    question = snapshot(ROWS, capacity=7, bundles=[row(2, bundle_key="b", members=["B", "C", "D"])])
    result = solve(question)
    assert all([item.reason for item in result.selected] + [item.reason for item in result.rejected])


def test_a_long_chain_of_prerequisites_is_followed() -> None:
    rows = [candidate(f"I{i:04d}", 1, {"gmv": 1}) for i in range(3000)]
    chain = [row(i, initiative_key=f"I{i:04d}", requires=[f"I{i + 1:04d}"]) for i in range(2999)]
    last = [row(9999, initiative_key="I2999")]
    result = solve(snapshot(rows, capacity=5000, prerequisites=chain, exclude_initiatives=last))
    assert (result.status, result.selected) == ("optimal", ())
    assert rejected(result, "I2998")[0] == "I2998 needs I2999: excluded by Constraints row 9999"
    assert rejected(result, "I0000")[0]


def test_a_large_bundle_is_told_in_few_words_and_few_steps() -> None:
    """Each member hangs on every other one: who is not funded is not looked for from each of them again."""
    keys = [f"I{number:03d}" for number in range(300)]
    question = snapshot(
        [candidate(key, 1, {"gmv": 1}) for key in keys],
        capacity=299,
        bundles=[row(2, bundle_key="all", members=keys)],
    )
    steps: list[str] = []
    funded = Reasons._funded

    def counted(self: Reasons, key: str) -> bool:
        steps.append(key)
        return funded(self, key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reasons, "_funded", counted)
        text, rows = rejected(solve(question), "I007")
    assert text.startswith("I007 is in bundle all with I000, which is not funded")
    assert rows == ("Constraints!2",)
    assert len(steps) < 300 * len(keys)


def test_the_company_of_many_is_counted() -> None:
    keys = [f"I{number:02d}" for number in range(12)]
    question = snapshot(
        [candidate(key, 1) for key in keys],
        bundles=[row(2, bundle_key="all", members=keys)],
        synergy_bonuses=[row(3, members=keys, kpi_key="gmv", value=5)],
    )
    result = solve(question)
    first, last = ", ".join(keys[1:9]), ", ".join(keys[:8])
    assert selected(result, "I00") == (
        f"in bundle all with {first}, 3 more; together with {first}, 3 more brings +5 gmv"
    )
    assert (
        selected(result, "I11") == f"in bundle all with {last}, 3 more; together with {last}, 3 more brings +5 gmv"
    )
