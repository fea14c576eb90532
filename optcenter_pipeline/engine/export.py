"""The first stage's model as an MPS file, written by Pyomo, with names that a person can follow."""

import re
from pathlib import Path
from typing import Protocol

from optcenter_pipeline.engine.model_form import costs_of, natural_form
from optcenter_pipeline.engine.problems import InvalidInputError
from optcenter_pipeline.engine.pyomo_model import build_pyomo_model
from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.engine.validity import find_problems

_UNSAFE = re.compile(r"[^A-Za-z0-9_.\-]+")
_LONGEST = 200


class _Named(Protocol):
    @property
    def name(self) -> str: ...


class _Labeler:
    """Pyomo component → MPS name: `fund[INIT-1]` → `fund_INIT-1`, without blanks, each given once."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._counts: dict[str, int] = {}

    def __call__(self, component: _Named) -> str:
        stem = _UNSAFE.sub("_", component.name).strip("_")[:_LONGEST] or "unnamed"
        name, count = stem, self._counts.get(stem, 1)
        while name in self._given:
            count += 1
            name = f"{stem}_{count}"
        self._given.add(name)
        self._counts[stem] = count
        return name


def export_mps(snapshot: Snapshot, path: str | Path) -> None:
    """See `optcenter_pipeline.engine.write_mps`."""
    problems = find_problems(snapshot)
    if problems:
        raise InvalidInputError(tuple(problem.alert().message for problem in problems))
    question = build_question(snapshot)
    form, first = natural_form(question.model), question.plan.first
    concrete = build_pyomo_model(form, costs_of(first.terms, question.model.column_count), first.sense)
    if first.terms.constant:  # the price of dropping all that an earlier run funds
        concrete.objective.expr += first.terms.constant
    concrete.write(str(path), format="mps", io_options={"labeler": _Labeler()})
