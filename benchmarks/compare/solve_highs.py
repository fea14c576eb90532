"""HiGHS by itself: on the natural model, and on the file that `optcenter export-model` writes."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import highspy
import numpy as np

from benchmarks.compare.answer import Answer, Solve, Status
from benchmarks.instances.arrays import NaturalArrays, natural_arrays
from benchmarks.instances.portfolio import Bools, Floats, Portfolio

_STATUSES: dict[Any, Status] = {
    highspy.HighsModelStatus.kOptimal: "proven",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kTimeLimit: "stopped",
}


def prepare(portfolio: Portfolio, mip_gap: float, time_limit: float) -> Solve:
    """The natural model; see `answer.Prepare`."""
    model = _model(natural_arrays(portfolio))
    return _solve(model, lambda values: values[: portfolio.size] > 0.5, mip_gap, time_limit)


def prepare_mps(portfolio: Portfolio, mip_gap: float, time_limit: float) -> Solve:
    """The exported model, read from its file beforehand; see `answer.Prepare`."""
    from benchmarks.instances.snapshots import keys, to_snapshot  # noqa: PLC0415 - the other route needs no engine
    from optcenter_pipeline.engine import write_mps  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.mps"
        write_mps(to_snapshot(portfolio, mip_gap=mip_gap), path)
        reader = _highs({})
        _check(reader.readModel(str(path)))
        model = reader.getLp()
    position = {name: column for column, name in enumerate(model.col_names_)}
    columns = np.array([position.get(f"fund_{key}", -1) for key in keys(portfolio)])

    def funded(values: Floats) -> Bools:
        chosen: Bools = (columns >= 0) & (values[columns] > 0.5)
        return chosen

    return _solve(model, funded, mip_gap, time_limit)


def _solve(model: Any, funded: Callable[[Floats], Bools], mip_gap: float, time_limit: float) -> Solve:
    def run() -> Answer:
        began = time.perf_counter()
        highs = _highs({"threads": 1, "mip_rel_gap": mip_gap, "time_limit": time_limit})
        _check(highs.passModel(model))
        handover = time.perf_counter() - began
        highs.run()
        status = _STATUSES.get(highs.getModelStatus(), "error")
        info, solution = highs.getInfo(), highs.getSolution()
        found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        if status == "stopped" and not found:
            status = "nothing"
        chosen = funded(np.array(solution.col_value)) if found else None
        return Answer(status, chosen, info.mip_dual_bound, handover, {"nodes": info.mip_node_count})

    return run


def _highs(options: dict[str, Any]) -> Any:
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call, unused-ignore]
    for name, value in {"output_flag": False, **options}.items():
        _check(highs.setOptionValue(name, value))
    return highs


def _check(status: Any) -> None:
    if status == highspy.HighsStatus.kError:
        raise RuntimeError("HiGHS refused an option or a model")


def _model(arrays: NaturalArrays) -> Any:
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = arrays.matrix.shape
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_, model.col_lower_, model.col_upper_ = arrays.costs, arrays.lower, arrays.upper
    model.row_lower_, model.row_upper_ = arrays.row_lower, arrays.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_ = arrays.matrix.indptr, arrays.matrix.indices
    model.a_matrix_.value_ = arrays.matrix.data
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    model.integrality_ = [kinds[int(whole)] for whole in arrays.integer]
    return model
