"""Small plans that no portfolio satisfies, each kind in many variants, small enough to enumerate.

A kind gives the rules that clash; candidates that have nothing to do with them, and rules that everybody can keep,
stand around them. Numbers are whole or have one decimal.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

Json = dict[str, Any]


@dataclass(frozen=True)
class InfeasiblePlan:
    """A snapshot without a portfolio."""

    name: str
    """`ring_of_pairs-3`."""
    snapshot: Snapshot
    only_whole: bool
    """Parts of candidates could keep all rules."""

    def __str__(self) -> str:
        return self.name


@dataclass
class _Plan:
    """A plan in the making."""

    random: Random
    candidates: list[Json] = field(default_factory=list)
    rules: dict[str, Any] = field(default_factory=dict)
    capacity: float | None = None
    period: str | None = None
    _row: int = 1

    def fund(self, tokens: float, *, gmv: float = 0.0, **more: Any) -> str:
        """One more candidate; its key."""
        key = f"I-{len(self.candidates):02d}"
        attributes = {name: more.pop(name) for name in ("country", "product", "department") if name in more}
        self.candidates.append(
            candidate(
                key,
                tokens,
                {"gmv": gmv, "nps": float(self.random.randint(0, 4))},
                attributes=attributes,
                source_row=f"Candidates!{len(self.candidates) + 4}",
                **more,
            )
        )
        return key

    def several(self, count: int, low: int = 3, high: int = 9, **more: Any) -> list[str]:
        return [
            self.fund(self.random.randint(low, high), gmv=self.random.randint(1, 9), **more) for _ in range(count)
        ]

    def rule(self, family: str, **fields: Any) -> str:
        """One more rule, on a row of its own; the row."""
        self._row += 1
        tab = "Targets" if family == "targets" else "Constraints"
        self.rules.setdefault(family, []).append({**fields, "source_rows": [f"{tab}!{self._row}"]})
        return f"{tab}!{self._row}"

    def floor(self, tokens: float, dimension: str = "all", key: str = "all") -> str:
        return self.rule("capacity_floors", dimension=dimension, dimension_key=key, min_tokens=tokens)

    def cap(self, tokens: float, dimension: str = "all", key: str = "all") -> str:
        return self.rule("capacity_caps", dimension=dimension, dimension_key=key, max_tokens=tokens)

    def target(self, value: float, kpi: str = "gmv", dimension: str = "all", key: str = "all") -> str:
        place = {"dimension": dimension, "dimension_key": key}
        return self.rule("targets", kpi_key=kpi, floor_or_goal="floor", target_value=value, **place)

    def tokens(self, keys: list[str]) -> float:
        return float(sum(c["engineering_tokens"] for c in self.candidates if c["initiative_key"] in keys))

    def made(self) -> Snapshot:
        """The snapshot, with the rules in an order of their own."""
        for rows in self.rules.values():
            self.random.shuffle(rows)
        capacity = 10.0 * self.tokens([c["initiative_key"] for c in self.candidates])
        return snapshot(
            self.candidates,
            capacity=capacity if self.capacity is None else self.capacity,
            metrics={"gmv": "north_star", "nps": "supporting"},
            scenario={"period_key": self.period} if self.period else None,
            **self.rules,
        )


def _with_company(plan: _Plan) -> None:
    """Others, and rules about them that everybody can keep."""
    others = plan.several(plan.random.randint(1, 3), country="FR", product="Other", department="Core")
    plan.cap(plan.tokens(others) + 5, "country", "FR")
    plan.rule("exclude_initiatives", initiative_key=others[0])
    plan.target(0.0, "nps", "country", "FR")
    if len(others) > 1:
        plan.rule("prerequisites", initiative_key=others[0], requires=[others[1]])
        plan.rule("synergy_bonuses", members=others[:2], kpi_key="gmv", value=3.0)


def floor_above_cap(plan: _Plan) -> None:
    """A floor on a part of a slice whose cap is lower."""
    plan.several(3, country="UK", product="Pay")
    plan.several(2, country="UK", product="Search")
    cap = plan.random.randint(4, 8)
    plan.cap(cap, "country", "UK")
    plan.floor(cap + plan.random.choice([0.5, 1, 3]), "country|product", "UK|Pay")


def nested_slices(plan: _Plan) -> None:
    """Floors on separate parts that exceed the cap around them together, not each."""
    pay = plan.several(3, country="UK", product="Pay")
    search = plan.several(3, country="UK", product="Search")
    floors = [plan.random.randint(4, int(plan.tokens(part)) - 3) for part in (pay, search)]
    plan.floor(floors[0], "product", "Pay")
    plan.floor(floors[1], "country_product", "UK|Search")
    plan.cap(sum(floors) - plan.random.choice([0.5, 1, 2]), "country", "UK")


def overlapping_slices(plan: _Plan) -> None:
    """A floor on a country that two products' caps and a department's cap leave too little for."""
    plan.several(3, country="UK", product="Pay", department="Growth")
    plan.several(3, country="UK", product="Search", department="Growth")
    plan.several(2, country="DE", product="Pay", department="Core")
    caps = plan.random.randint(4, 7), plan.random.randint(4, 7)
    plan.cap(caps[0], "product", "Pay")
    plan.cap(caps[1], "product", "Search")
    plan.floor(sum(caps) + plan.random.choice([0.5, 2]), "country", "UK")


def mandatory_closure(plan: _Plan) -> None:
    """What something mandatory needs, by prerequisites and a bundle, costs more than there is."""
    first, second, third, fourth = plan.several(4, country="UK")
    plan.rule("mandatory", initiative_key=first)
    plan.rule("prerequisites", initiative_key=first, requires=[second])
    plan.rule("bundles", bundle_key="pair", members=[second, third])
    plan.rule("prerequisites", initiative_key=third, requires=[fourth])
    plan.capacity = plan.tokens([first, second, third, fourth]) - plan.random.choice([0.5, 1, 2])


def needs_an_ineligible_one(plan: _Plan) -> None:
    """Something mandatory needs, through others, what is late or closed."""
    gone: Json = plan.random.choice([{"lifecycle_status": "done"}, {"deadline_date": "2026-03-31"}])
    plan.period = "2026-Q2"
    first, second = plan.several(2, country="UK")
    (third,) = plan.several(1, country="UK", **gone)
    plan.rule("mandatory", initiative_key=first)
    plan.rule("bundles", bundle_key="both", members=[first, second])
    plan.rule("prerequisites", initiative_key=second, requires=[third])
    plan.capacity = 100.0


def floor_on_the_ineligible(plan: _Plan) -> None:
    """A floor above what those of the slice hold who may be funded, some excluded, some gone."""
    plan.period = "2026"
    left = plan.several(2, country="UK")
    plan.several(1, country="UK", lifecycle_status="cancelled")
    excluded = plan.several(1, country="UK")
    plan.rule("exclude_initiatives", initiative_key=excluded[0])
    plan.floor(plan.tokens(left) + plan.random.choice([0.5, 1, 2]), "country", "UK")


def pair_of_mandatory(plan: _Plan) -> None:
    """Two that are mandatory, one through a prerequisite, exclude each other."""
    first, second, third = plan.several(3, country="UK")
    plan.rule("mandatory", initiative_key=first)
    plan.rule("mandatory", initiative_key=second)
    plan.rule("prerequisites", initiative_key=second, requires=[third])
    plan.rule("exclude_pairs", members=[first, third])


def target_out_of_reach(plan: _Plan) -> None:
    """A KPI's floor above what the capacity buys, even in parts; a bonus is counted."""
    keys = [plan.fund(4, gmv=plan.random.randint(2, 5), country="UK") for _ in range(5)]
    plan.rule("synergy_bonuses", members=keys[:2], kpi_key="gmv", value=2.0)
    plan.capacity = 8.0
    plan.target(12 + plan.random.choice([0.5, 1, 4]), "gmv", "country", "UK")


def rival_targets(plan: _Plan) -> None:
    """Two KPIs that different candidates bring, both asked for, and tokens for one."""
    for _ in range(3):
        plan.fund(5, gmv=10, country="UK")
    nps = [plan.fund(5, country="DE") for _ in range(3)]
    for row in plan.candidates:
        row["contributions"]["nps"] = 8.0 if row["initiative_key"] in nps else 0.0
    plan.capacity = 15.0
    plan.target(20, "gmv")
    plan.target(16 - plan.random.choice([0, 1, 2]), "nps")


def cannibalised_target(plan: _Plan) -> None:
    """A KPI's floor that two mandatory ones would reach, if they took nothing from each other."""
    first, second = (plan.fund(3, gmv=5, country="UK") for _ in range(2))
    plan.rule("mandatory", initiative_key=first)
    plan.rule("mandatory", initiative_key=second)
    plan.rule("synergy_bonuses", members=[first, second], kpi_key="gmv", value=-float(plan.random.randint(2, 4)))
    plan.target(9.0, "gmv", "country", "UK")


def ring_of_pairs(plan: _Plan) -> None:
    """An odd ring in which each excludes the next; more is asked for than half of it, rounded down."""
    length = plan.random.choice([3, 5, 7])
    tokens = plan.random.randint(3, 8)
    keys = [plan.fund(tokens, gmv=2, country="UK") for _ in range(length)]
    for first, second in zip(keys, [*keys[1:], keys[0]], strict=True):
        plan.rule("exclude_pairs", members=[first, second])
    asked = length // 2 + plan.random.choice([0.25, 0.5])
    if plan.random.random() < 0.5:
        plan.floor(round(tokens * asked, 1), "country", "UK")
    else:
        plan.target(2 * asked, "gmv", "country", "UK")


def between_two_sums(plan: _Plan) -> None:
    """A window of tokens between two sums of the slice's candidates."""
    step = plan.random.choice([4, 5, 7])
    for _ in range(plan.random.randint(4, 6)):
        plan.fund(step * plan.random.choice([1, 1, 2]), country="UK", product="Pay")
    multiple = step * plan.random.randint(2, 3)
    plan.floor(multiple + 1, "country", "UK")
    plan.cap(multiple + step - 1, *plan.random.choice([("country", "UK"), ("product", "Pay")]))


def coarse_tokens(plan: _Plan) -> None:
    """Two slices whose caps whole candidates cannot fill, and a floor on both together that asks for that."""
    for product, count in (("Pay", 3), ("Search", 3)):
        for _ in range(count):
            plan.fund(10, country="UK", product=product)
    plan.cap(25, "product", "Pay")
    plan.cap(15, "country_product", "UK|Search")
    plan.floor(plan.random.choice([33, 35, 40]), "country", "UK")


def bundle_too_large(plan: _Plan) -> None:
    """A floor that takes part of a bundle, and a cap that the whole of it exceeds."""
    members = [plan.fund(4, country="UK") for _ in range(3)]
    plan.fund(5, country="UK")
    plan.rule("bundles", bundle_key="large", members=members)
    plan.cap(plan.random.choice([9, 10, 11]), "country", "UK")
    plan.floor(plan.random.choice([6, 7]), "country", "UK")


def half_an_initiative(plan: _Plan) -> None:
    """A KPI's floor between what one and two of the best bring, and tokens for one and a half."""
    for _ in range(4):
        plan.fund(10, gmv=10, country="UK")
    plan.fund(4, gmv=1, country="UK")
    plan.capacity = plan.random.choice([15.0, 17.0, 19.0])
    plan.target(plan.random.choice([12.0, 14.0]), "gmv", "country", "UK")


def shared_prerequisite(plan: _Plan) -> None:
    """Parts of two could share a costly prerequisite; whole, they leave no tokens for it."""
    base = plan.fund(12, country="DE")
    for _ in range(2):
        key = plan.fund(6, gmv=10, country="UK")
        plan.rule("prerequisites", initiative_key=key, requires=[base])
    plan.target(10.0, "gmv", "country", "UK")
    plan.capacity = plan.random.choice([13.0, 15.0, 17.0])


def whole_bonus(plan: _Plan) -> None:
    """A KPI's floor that only parts of a bonus reach: two of its three members are all that tokens pay for."""
    keys = [plan.fund(6, gmv=2, country="UK") for _ in range(3)]
    plan.rule("synergy_bonuses", members=keys, kpi_key="gmv", value=9.0)
    plan.capacity = plan.random.choice([12.0, 13.0, 16.0])
    plan.target(plan.random.choice([8.0, 9.0]), "gmv", "country", "UK")


EITHER_WAY: tuple[Callable[[_Plan], None], ...] = (
    floor_above_cap, nested_slices, overlapping_slices, mandatory_closure, needs_an_ineligible_one,
    floor_on_the_ineligible, pair_of_mandatory, target_out_of_reach, rival_targets, cannibalised_target,
)  # fmt: skip
"""Kinds that parts of candidates cannot satisfy either."""
ONLY_WHOLE: tuple[Callable[[_Plan], None], ...] = (
    ring_of_pairs, between_two_sums, coarse_tokens, bundle_too_large, half_an_initiative, shared_prerequisite,
    whole_bonus,
)  # fmt: skip
"""Kinds that only whole candidates cannot satisfy."""
VARIANTS = 5


def infeasible_plans(variants: int = VARIANTS) -> Iterator[InfeasiblePlan]:
    """So many plans of each kind, the same every time."""
    for kinds, only_whole in ((EITHER_WAY, False), (ONLY_WHOLE, True)):
        for kind in kinds:
            for variant in range(variants):
                name = f"{kind.__name__}-{variant}"
                plan = _Plan(Random(name))
                kind(plan)
                _with_company(plan)
                yield InfeasiblePlan(name, plan.made(), only_whole)
