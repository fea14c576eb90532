"""Documents of analyses as rows of the tabs Explanations, Frontier and Comparison."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from optcenter_pipeline.explain.documents import (
    Alternatives,
    CandidateExplanation,
    CapacityStep,
    Explanation,
    LimitValue,
    Robustness,
)
from optcenter_pipeline.report.certainty import FEWEST_FOUND, NO_PLAN, draws_left_open, limit_verdict
from optcenter_pipeline.report.output_rows import OutputRow, OutputRows, conflict_in_words
from optcenter_pipeline.rules.names import listed
from optcenter_pipeline.rules.numbers import about, amount, change, counted, percent

EXPLANATIONS = "Explanations"


@dataclass(frozen=True)
class AnalysisRows:
    """What an analysis writes, and which rows of the sheet that is all of."""

    rows: OutputRows
    whole: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    """By tab, beginnings of keys: a row whose key begins so and that is not among the rows is no longer true."""

    def joined(self, other: "AnalysisRows") -> "AnalysisRows":
        """Both, where they are of different tabs."""
        return AnalysisRows({**self.rows, **other.rows}, {**self.whole, **other.whole})

    def asked_as(self, asked: str) -> "AnalysisRows":
        """The same; the line that says it in short says too how it was asked for."""
        told = {
            tab: [
                {**row, "message": f"{row['message']}; asked for as {asked}"}
                if row.get("message") and 0 in (row.get("line"), row.get("point"))
                else row
                for row in rows
            ]
            for tab, rows in self.rows.items()
        }
        return AnalysisRows(told, self.whole)


def explanation_rows(run_id: str, document: Explanation, titles: Mapping[str, str]) -> AnalysisRows:
    """Why each candidate is in or out, what tokens are worth, what binds; or conflict and repairs.

    Args:
        titles: by initiative key.
    """
    kinds: dict[str, list[OutputRow]] = {
        "plan": [{"message": message} for message in document.messages],
        "candidate": [_candidate(document, candidate, titles) for candidate in document.candidates],
        "limit": [_limit(document, limit) for limit in document.limits],
        "step": [_step(document, limit, step) for limit in document.limits for step in _steps(limit)],
        "binding": [
            {
                "certainty": row.certainty,
                "objective_change": row.gain,
                "source_rows": row.source_row,
                "message": f"{row.text}: without it {_objective_name(document)} would gain {amount(row.gain)}",
            }
            for row in document.binding_rows
        ],
        "conflict": [],
        "repair": [],
    }
    if document.conflict is not None:
        conflict = document.conflict
        rows = ", ".join(conflict.source_rows)
        kinds["conflict"] = [{"source_rows": rows, "message": conflict_in_words(conflict)}]
        kinds["repair"] = [
            {"source_rows": _rows(changed.source_row for changed in repair.changes), "message": repair.text}
            for repair in conflict.repairs
        ]
    short = {
        "objective": document.objective_value,
        "tokens": document.tokens_used,
        "message": _plan_in_short(document),
    }
    return _explanations(run_id, kinds, {"plan": short})


def improved_reasons(document: Explanation) -> dict[str, str]:
    """By initiative: why it is in or out, and what the plan would be otherwise; for the tab Results."""
    return {candidate.initiative_key: candidate.reason for candidate in document.candidates}


def alternatives_rows(run_id: str, document: Alternatives) -> AnalysisRows:
    """Other plans nearly as good as the best."""
    lines: list[OutputRow] = [
        {
            "certainty": plan.certainty,
            "objective": plan.objective,
            "objective_change": None if document.best is None else plan.objective - document.best,
            "tokens": plan.tokens,
            "lets_in": list(plan.adds),
            "displaces": list(plan.drops),
            "message": f"{about(plan.loss_pct)} % less {document.objective_name} than the run's plan; "
            + _moves(plan.adds, plan.drops, "the same initiatives"),
        }
        for plan in document.found
    ]
    found = f"{len(document.found)} of {counted(document.asked, 'other plan')} found"
    within = f"within {amount(document.within_pct)} % of the run's {document.objective_name}"
    text = f"{found} {within}" + ("; no more exist" if document.no_more_exist else "")
    short = {"objective": document.best, "message": "; ".join((text, *document.messages))}
    return _explanations(run_id, {"alternative": lines}, {"alternative": short})


def robustness_rows(run_id: str, document: Robustness, titles: Mapping[str, str]) -> AnalysisRows:
    """How often draws fund each candidate.

    Args:
        titles: by initiative key.
    """
    lines: list[OutputRow] = [
        {
            "initiative_key": candidate.initiative_key,
            "title": titles.get(candidate.initiative_key) or None,
            "selected": candidate.is_selected,
            "verdict": candidate.verdict,
            "share": candidate.share,
            "message": f"funded in {percent(candidate.share)} of the draws: {candidate.verdict}",
        }
        for candidate in document.candidates
    ]
    short = {"message": "; ".join((_draws_in_short(document), *document.messages))}
    return _explanations(run_id, {"robustness": lines}, {"robustness": short})


def _explanations(
    run_id: str, kinds: Mapping[str, list[OutputRow]], short: Mapping[str, OutputRow]
) -> AnalysisRows:
    """Lines by kind, numbered; line 0 says it in short."""
    rows: list[OutputRow] = []
    for kind, lines in kinds.items():
        first = 0 if kind in short else 1
        numbered = enumerate(([short[kind]] if kind in short else []) + lines, start=first)
        rows += [{"run_id": run_id, "kind": kind, "line": number, **cells} for number, cells in numbered]
    return AnalysisRows({EXPLANATIONS: rows}, {EXPLANATIONS: tuple((run_id, kind) for kind in kinds)})


def _candidate(document: Explanation, candidate: CandidateExplanation, titles: Mapping[str, str]) -> OutputRow:
    verdict = ("in" if candidate.is_possible else "held in") if candidate.is_selected else "out"
    if not candidate.is_selected and not candidate.is_possible:
        verdict = "blocked"
    return {
        "initiative_key": candidate.initiative_key,
        "title": titles.get(candidate.initiative_key) or None,
        "selected": candidate.is_selected,
        "verdict": verdict,
        "certainty": candidate.certainty,
        "objective": _sum(document.objective_value, candidate.objective_change),
        "objective_change": candidate.objective_change,
        "tokens": _sum(document.tokens_used, candidate.tokens_change),
        "tokens_change": candidate.tokens_change,
        "displaces": list(candidate.displaces),
        "lets_in": list(candidate.lets_in),
        "source_rows": _rows(candidate.source_rows),
        "message": candidate.reason,
    }


def _limit(document: Explanation, limit: LimitValue) -> OutputRow:
    used = f"{limit.text}: {amount(limit.used)} of {amount(limit.limit)} used"
    text = f"{used}; {_without(limit, _objective_name(document))}"
    step = limit.next_increment
    if step is not None and step.objective_change is not None:
        least = "the fewest" if step.certainty == "exact" else FEWEST_FOUND
        buys = f"{change(step.objective_change)} {_objective_name(document)}"
        text += f"; {least} that buys anything: {counted(step.change, 'more token')} for {buys}"
    return {
        "verdict": limit_verdict(limit),
        "certainty": limit.certainty,
        "objective_change": limit.gain_without,
        "tokens": limit.limit,
        "source_rows": limit.source_row,
        "message": text,
    }


def _without(limit: LimitValue, name: str) -> str:
    """What the plan would be without a limit, and no more than is known of that."""
    verdict, gain = limit_verdict(limit), limit.gain_without
    if verdict == "does not bind":
        return "the plan would be no better without it"
    if gain is None:
        return "the plan without it was not searched to an answer"
    if verdict == "binds":
        return f"without it {name} would gain {amount(gain)}" + (
            "" if limit.certainty == "exact" else ", as far as was searched"
        )
    if limit.certainty == "bound":
        return f"without it {name} would gain {amount(gain)} at best"
    return "nothing better was found without it, a limit stopped the search"


def _steps(limit: LimitValue) -> Iterator[CapacityStep]:
    """Every step that was solved, once, from the tightest limit up."""
    extra = [] if limit.next_increment is None or limit.next_increment in limit.steps else [limit.next_increment]
    yield from sorted((*limit.steps, *extra), key=lambda step: step.limit)


def _step(document: Explanation, limit: LimitValue, step: CapacityStep) -> OutputRow:
    said = f"with {limit.field} {amount(step.limit)} instead of {amount(limit.limit)}"
    if step.objective is None:
        text = f"{said}: {NO_PLAN}"
    else:
        gain = "" if step.objective_change is None else f" ({change(step.objective_change)})"
        moves = _moves(step.lets_in, step.displaces, "the same initiatives")
        text = f"{said}: {amount(step.objective)} {_objective_name(document)}{gain}; {moves}"
    return {
        "certainty": step.certainty,
        "objective": step.objective,
        "objective_change": step.objective_change,
        "tokens": step.limit,
        "tokens_change": step.change,
        "displaces": list(step.displaces),
        "lets_in": list(step.lets_in),
        "source_rows": limit.source_row,
        "message": text,
    }


def _plan_in_short(document: Explanation) -> str:
    if document.objective_value is None:
        return f"the run is {document.status}: there is no plan"
    tokens = "" if document.tokens_used is None else f" for {counted(document.tokens_used, 'token')}"
    return f"{document.status}: {amount(document.objective_value)} {_objective_name(document)}{tokens}"


def _draws_in_short(document: Robustness) -> str:
    solved = sum(1 for draw in document.draws if draw.objective is not None)
    left_open = draws_left_open(document.draws)
    parts = [
        f"a plan in {solved:,} of {counted(document.asked, 'draw')} of other numbers"
        + (f" ({left_open})" if left_open else ""),
        f"tokens vary by up to {amount(document.tokens_pct)} % either way, contributions between low and high",
        f"seed {document.seed}",
    ]
    if document.base_keeps_rules_share is not None:
        parts.append(f"the run's plan keeps every rule in {percent(document.base_keeps_rules_share)} of them")
    if document.mean_regret is not None and document.largest_regret is not None:
        given_away = f"{about(document.mean_regret)} {document.objective_name} on average"
        parts.append(f"where it does, it gives away {given_away}, {about(document.largest_regret)} at most")
    return "; ".join(parts)


def _moves(adds: tuple[str, ...], drops: tuple[str, ...], none: str) -> str:
    """`in: A, B; out: C`."""
    parts = [f"{word}: {listed(keys)}" for word, keys in (("in", adds), ("out", drops)) if keys]
    return "; ".join(parts) or none


def _objective_name(document: Explanation) -> str:
    return document.objective_name or "the objective"


def _sum(whole: float | None, part: float | None) -> float | None:
    return None if whole is None or part is None else whole + part


def _rows(sources: Iterable[str]) -> str | None:
    return ", ".join(dict.fromkeys(sources)) or None
