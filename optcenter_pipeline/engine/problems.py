"""A problem of the inputs: where it stands, what is wrong, and the `invalid` result that tells a person."""

from collections.abc import Iterable
from dataclasses import dataclass

from optcenter_pipeline.engine.result import Alert, Objective, Result, SolverInfo
from optcenter_pipeline.rules.names import SourceRow


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a snapshot from being a model."""

    place: str
    """Path within the snapshot, `constraint_set.targets[0].kpi_key`."""
    text: str
    source_rows: tuple[SourceRow, ...] = ()
    initiative_key: str | None = None

    def alert(self) -> Alert:
        """The problem as the result shows it."""
        message = f"{self.place}: {self.text}" if self.place else self.text
        return Alert(
            code="invalid_input",
            initiative_key=self.initiative_key,
            message=message,
            source_rows=self.source_rows,
        )


class InvalidInputError(ValueError):
    """The snapshot cannot make a model; `messages` says why, a line each."""

    def __init__(self, messages: tuple[str, ...]) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


def invalid_result(problems: Iterable[Problem], *, mode: str, solver: SolverInfo) -> Result:
    """The answer to inputs that cannot make a model: nothing was solved, one alert a problem."""
    return Result(
        status="invalid",
        objective=Objective(mode=mode),
        alerts=tuple(problem.alert() for problem in problems),
        solver=solver,
    )
