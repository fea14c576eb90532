"""Proofs by sums of rows: smaller ones, what each part weighs in them."""

import numpy as np
import pytest
import scipy.sparse as sp

from optcenter_pipeline.engine.arrays import ModelArrays
from optcenter_pipeline.engine.refutation import Refutation, part_losses, refutation, sparser
from optcenter_pipeline.engine.row_matrix import Floats


def rows(matrix: list[list[float]], lower: list[float]) -> ModelArrays:
    """Floors over columns between 0 and 1."""
    width = len(matrix[0])
    return ModelArrays(
        matrix=sp.csr_array(np.array(matrix)),
        row_lower=np.array(lower),
        row_upper=np.full(len(lower), np.inf),
        lower=np.zeros(width),
        upper=np.ones(width),
        integer=np.ones(width, dtype=bool),
    )


def sum_of(arrays: ModelArrays, weights: list[float]) -> Refutation:
    found = refutation(arrays, np.ones(len(weights), dtype=bool), np.array(weights))
    assert found is not None
    return found


def taken(proof: Refutation) -> list[int]:
    return np.flatnonzero(proof.weights).tolist()


# x0 and no x1, and more of both than that gives, with two floors that weigh .5 and .2 on top: 1.2 too much
CLASH = rows([[4, 0, 0], [0, -1, 0], [-4, 1, 0], [0, 0, -1], [0, 0, -1]], [4, 0, -3.5, -0.5, -0.8])


def excess(weights: Floats) -> float:
    asked = float(weights @ CLASH.row_lower)
    return asked - float(np.maximum(weights @ CLASH.matrix, 0.0).sum())


def test_what_a_part_weighs_is_what_the_proof_loses_without_it() -> None:
    proof = sum_of(CLASH, [1, 1, 1, 0, 0])
    parts = np.array([0, 1, 1, 2, -1], dtype=np.int32)
    losses = part_losses(CLASH, proof, parts)
    without_first = np.where(parts == 0, 0.0, proof.weights)
    without_second = np.where(parts == 1, 0.0, proof.weights)
    assert losses[:2] == pytest.approx(
        [excess(proof.weights) - excess(without_first), excess(proof.weights) - excess(without_second)]
    )
    assert losses[2] == np.inf


def test_a_proof_gives_up_the_lightest_first_and_stays_one() -> None:
    asks = rows([[-1, 0], [0, -1], [1, 1]], [-0.7, -0.4, 1.5])  # .7 + .4 where 1.5 is asked for
    proof = sum_of(asks, [1, 1, 1])
    assert taken(sparser(asks, proof)) == [1, 2]


def test_what_is_given_up_rather_goes_first_and_what_has_no_part_stays() -> None:
    asks = rows([[-1, 0], [0, -1], [1, 1]], [-0.7, -0.6, 1.8])
    proof = sum_of(asks, [1, 1, 1])
    each = np.array([0, 1, -1], dtype=np.int32)
    assert taken(sparser(asks, proof, each)) == [1, 2]
    assert taken(sparser(asks, proof, each, np.array([False, True]))) == [0, 2]
    assert taken(sparser(asks, proof, np.array([-1, -1, -1], dtype=np.int32))) == [0, 1, 2]


def test_rows_of_one_part_go_together_or_stay() -> None:
    asks = rows([[-1, 0, 0], [0, -1, 0], [0, 0, -1], [1, 1, 1]], [-0.8, -0.7, -0.6, 2.5])
    proof = sum_of(asks, [1, 1, 1, 1])
    assert taken(sparser(asks, proof)) == [1, 2, 3]
    together = np.array([0, 1, 0, 2], dtype=np.int32)
    assert taken(sparser(asks, proof, together)) == [0, 2, 3]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan, 0.0])
def test_a_ray_that_is_no_number_proves_nothing(number: float) -> None:
    assert refutation(rows([[1]], [2]), np.ones(1, dtype=bool), np.array([number])) is None
