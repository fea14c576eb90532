"""Robustness: how the plan stands when contributions and tokens turn out other than planned.

Each draw gives every contribution with a range a value from it, every candidate other tokens, and is solved as the
run was. What nearly all draws fund is core, what hardly any does is out; by how much the run's own plan falls short
of a draw's best is its regret there.
"""

import math
import time

from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.explain.base_plan import BasePlan, Cancel
from optcenter_pipeline.explain.documents import CandidateRobustness, Draw, Robustness
from optcenter_pipeline.explain.robustness_draws import Draws
from optcenter_pipeline.explain.robustness_messages import messages_of
from optcenter_pipeline.explain.robustness_processes import search_draws
from optcenter_pipeline.explain.robustness_search import DrawnAnswer, base_funded, planned_answer
from optcenter_pipeline.rules.analysis_options import DRAWS, SEED, TOKENS_PCT
from optcenter_pipeline.rules.numbers import amount

CORE_SHARE = 0.9
"""Of the draws with a portfolio: what at least so many fund is core."""
OUT_SHARE = 0.1
"""What at most so many fund is out."""


def robustness(
    plan: BasePlan,
    *,
    draws: int = DRAWS,
    tokens_pct: float = TOKENS_PCT,
    seed: int = SEED,
    processes: int | None = None,
    cancel: Cancel | None = None,
) -> Robustness:
    """Solve seeded draws of a run's numbers.

    A contribution with a range is drawn from it, most often near what is planned (a triangular distribution; evenly
    where the planned number lies outside its range), tokens evenly from so many percent around theirs; all else
    stays. A draw depends on the seed, its number, and the names of initiative and KPI alone. Where nothing can
    vary, each draw is the run itself, and has its answer.

    Args:
        plan: the run's plan; its time limit, if it has one, holds for all draws together.
        draws: how many, 1 or more.
        tokens_pct: by how many percent tokens vary either way, 0 or more and below 100.
        seed: 0 or more; the same seed gives the same draws.
        processes: how many solve, 1 or more; 1 is this one alone. None chooses. The answer is the same.
        cancel: asked often; True ends the analysis with the draws solved by then, from the first on.

    Raises:
        ValueError: an argument is out of range.
        WorkerDiedError: a process that solved draws ended by itself.
        SolverError: the solver refused a model or gave no usable answer.
    """
    _check(draws, tokens_pct, seed, processes)
    began = time.perf_counter()
    limit = plan.options.time_limit_seconds
    ends = None if limit is None else time.time() + limit
    asked = Draws(plan.question, draws, tokens_pct, seed)
    if asked.varies:
        answers = search_draws(plan, asked, processes, ends=ends, cancel=cancel or (lambda: False))
    else:
        answers = [planned_answer(plan, number) for number in range(draws)]
    told = tuple(_draw(answer) for answer in answers)
    regrets = [draw.regret for draw in told if draw.regret is not None]
    return Robustness(
        objective_name=plan.objective_name,
        seed=seed,
        asked=draws,
        tokens_pct=tokens_pct,
        draws=told,
        candidates=_candidates(plan, answers),
        mean_regret=clean(math.fsum(regrets) / len(regrets)) if regrets else None,
        largest_regret=max(regrets, default=None),
        base_keeps_rules_share=_share_kept(told),
        messages=tuple(messages_of(plan, asked, told, is_late=ends is not None and time.time() >= ends)),
        seconds=time.perf_counter() - began,
    )


def _check(draws: int, tokens_pct: float, seed: int, processes: int | None) -> None:
    if draws < 1:
        raise ValueError(f"{draws} draws; give 1 or more")
    if not 0 <= tokens_pct < 100:
        raise ValueError(f"tokens vary by {amount(tokens_pct)} %; give 0 or more and less than 100")
    if seed < 0:
        raise ValueError(f"the seed is {seed}; give 0 or more")
    if processes is not None and processes < 1:
        raise ValueError(f"{processes} processes; give 1 or more")


def _draw(answer: DrawnAnswer) -> Draw:
    """The draw as people read it, numbered from 1. Goals may cost it more of the objective than they cost the run's
    own plan, which then falls short of them: nothing of the objective is given away."""
    regret = None
    if answer.objective is not None and answer.base_objective is not None:
        regret = clean(max(0.0, answer.objective - answer.base_objective))
    return Draw(
        number=answer.number + 1,
        status=answer.status,
        objective=None if answer.objective is None else clean(answer.objective),
        base_objective=None if answer.base_objective is None else clean(answer.base_objective),
        regret=regret,
    )


def _share_kept(draws: tuple[Draw, ...]) -> float | None:
    if not draws:
        return None
    return sum(draw.base_objective is not None for draw in draws) / len(draws)


def _candidates(plan: BasePlan, answers: list[DrawnAnswer]) -> tuple[CandidateRobustness, ...]:
    """The pool with its shares; nothing where no draw has a portfolio."""
    portfolios = [answer.funded for answer in answers if answer.funded is not None]
    if not portfolios:
        return ()
    base = base_funded(plan)
    entries = (
        _candidate(candidate.initiative_key, base[column], sum(p[column] for p in portfolios) / len(portfolios))
        for column, candidate in enumerate(plan.question.model.columns.candidates)
    )
    return tuple(sorted(entries, key=lambda entry: (-entry.share, entry.initiative_key)))


def _candidate(key: str, is_selected: bool, share: float) -> CandidateRobustness:
    verdict = "core" if share >= CORE_SHARE else "out" if share <= OUT_SHARE else "borderline"
    return CandidateRobustness(initiative_key=key, is_selected=is_selected, share=share, verdict=verdict)
