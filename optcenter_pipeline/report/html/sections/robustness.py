"""How the plan stands when contributions and tokens turn out otherwise."""

from collections import Counter
from collections.abc import Sequence

from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.explain.documents import CandidateRobustness, Robustness
from optcenter_pipeline.report.html.blocks import (
    Block,
    Cell,
    Column,
    Facts,
    Section,
    Table,
    Tone,
    Words,
    cell,
    sentence,
)
from optcenter_pipeline.report.html.figures import Bar, bars
from optcenter_pipeline.rules.numbers import about, amount, percent
from optcenter_pipeline.rules.units import Units

_MOST_BARS = 40
_LONG = 25
_TONES: dict[str, Tone] = {"core": "good", "borderline": "warn", "out": ""}


def robustness_section(snapshot: Snapshot, robustness: Robustness) -> Section:
    """The share of draws that choose each initiative, and what the plan gives away when the numbers move."""
    titles = {candidate.initiative_key: candidate.title for candidate in snapshot.candidates}
    blocks: list[Block] = [Facts(tuple(_facts(robustness, Units(snapshot.metrics))))]
    blocks.extend(Words(sentence(message)) for message in robustness.messages)
    shown = _most_telling(robustness.candidates)
    if shown:
        more = len(robustness.candidates) - len(shown)
        label = "Share of the draws that choose each initiative" + (f"; {more:,} more in the table" if more else "")
        rows = [
            Bar(
                f"{own.initiative_key} {titles.get(own.initiative_key, '')}",
                own.share * 100,
                f"{percent(round(own.share, 3))} {_in_words(own)}",
                _TONES[own.verdict],
            )
            for own in shown
        ]
        blocks.append(bars(label, rows, unit="share (% of draws)"))
        blocks.append(_table(robustness.candidates, titles))
    return Section("robustness", "Robustness: how firm the plan is", blocks)


def _facts(robustness: Robustness, units: Units) -> list[tuple[str, str]]:
    solved = sum(draw.objective is not None for draw in robustness.draws)
    verdicts = Counter(own.verdict for own in robustness.candidates)
    facts = [
        ("Draws", f"{solved:,} with a portfolio, of {robustness.asked:,} asked for (seed {robustness.seed})"),
        ("What varies", f"contributions between low and high, tokens by up to {amount(robustness.tokens_pct)} %"),
        (
            "Initiatives",
            f"{verdicts['core']:,} core, {verdicts['borderline']:,} borderline, {verdicts['out']:,} out",
        ),
    ]
    if robustness.base_keeps_rules_share is not None:
        share = percent(round(robustness.base_keeps_rules_share, 3))
        facts.append(("This plan keeps every hard rule", f"in {share} of the draws"))
    if robustness.mean_regret is not None and robustness.largest_regret is not None:
        told = f"{about(robustness.mean_regret)} on average, {about(robustness.largest_regret)} at most"
        facts.append((f"Where it does, it gives away {units.title(robustness.objective_name)}", told))
    return facts


def _most_telling(candidates: Sequence[CandidateRobustness]) -> list[CandidateRobustness]:
    """Those in doubt before those that are not, and among these the funded; shown by share."""
    in_doubt = [own.verdict == "borderline" or own.is_selected != (own.verdict == "core") for own in candidates]
    doubt = [own for own, is_open in zip(candidates, in_doubt, strict=True) if is_open]
    others = [own for own, is_open in zip(candidates, in_doubt, strict=True) if not is_open and own.share > 0]
    kept = sorted([*doubt, *others][:_MOST_BARS], key=lambda own: (-own.share, own.initiative_key))
    return kept or list(candidates[:_MOST_BARS])


def _in_words(own: CandidateRobustness) -> str:
    return f"{own.verdict}, {'funded' if own.is_selected else 'not funded'}"


def _table(candidates: Sequence[CandidateRobustness], titles: dict[str, str]) -> Table:
    columns = (
        Column("Initiative", is_key=True),
        Column("Title", is_wide=True),
        Column("Share of draws", is_number=True),
        Column("Verdict"),
        Column("In this plan"),
    )
    rows = tuple(
        (
            cell(own.initiative_key),
            cell(titles.get(own.initiative_key, "")),
            Cell(percent(round(own.share, 3)), own.share),
            Cell(own.verdict, tone=_TONES[own.verdict]),
            Cell("funded" if own.is_selected else "not funded"),
        )
        for own in candidates
    )
    return Table("Every initiative's share", columns, rows, is_folded=len(rows) > _LONG)
