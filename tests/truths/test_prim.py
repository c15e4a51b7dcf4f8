"""PRIM on boxes that are known, on none, and against another implementation."""

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from scenarios.boxes.prim import Limits, best_box, covering, measures, pasted, quasi_p, screened, trajectory

Floats = NDArray[np.float64]
CASES = 1000


def inputs(columns: int = 6, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).random((CASES, columns))


def cut_out(x: Floats) -> Floats:
    """A box of the unit cube: the first input above 0.7 and the fourth below 0.4."""
    return ((x[:, 0] > 0.7) & (x[:, 3] < 0.4)).astype(float)


def test_known_box() -> None:
    """Its inputs, its ends to the grain of the cases, all that it holds."""
    x = inputs()
    y = cut_out(x)
    box = best_box(x, y)
    assert box.restricted == (0, 3)
    assert box.low[0] == pytest.approx(0.7, abs=0.01)
    assert box.high[3] == pytest.approx(0.4, abs=0.01)
    found = measures(box, x, y)
    assert found.coverage > 0.97
    assert found.density > 0.97
    assert all(p < 1e-20 for p in quasi_p(box, x, y).values())


def test_known_box_behind_noise() -> None:
    """One case in ten lies on the wrong side: the same inputs, ends within the grain of the peels."""
    x = inputs()
    y = np.where(np.random.default_rng(2).random(CASES) < 0.1, 1.0 - cut_out(x), cut_out(x))
    box = best_box(x, y)
    assert set(box.restricted) == {0, 3}
    assert box.low[0] == pytest.approx(0.7, abs=0.05)
    assert box.high[3] == pytest.approx(0.4, abs=0.05)


def test_known_box_of_probabilities_among_many_inputs() -> None:
    """Failing is a probability of a world, and most inputs mean nothing."""
    x = np.random.default_rng(3).random((512, 200))
    box = best_box(x, 0.2 + 0.6 * ((x[:, 5] > 0.6) & (x[:, 100] < 0.5)))
    assert box.restricted == (5, 100)
    assert {5, 100} <= set(screened(x, cut_out(x[:, [5, 0, 0, 100]])))


def test_rotated_box_is_covered_in_part() -> None:
    """A slanting edge is no box (Bryant and Lempert 2010): what is found is dense, and does not cover all."""
    x = inputs(2)
    y = (x.sum(axis=1) > 1.4).astype(float)
    found = measures(best_box(x, y), x, y)
    assert found.density > 0.8
    assert 0.5 < found.coverage < 1.0


def test_nothing_to_find() -> None:
    """Pure chance has boxes for who searches long enough; on fresh cases they are no denser than all."""
    gains = []
    for seed in range(12):
        rng = np.random.default_rng([seed, 5])
        x, y = rng.random((400, 3)), (rng.random(400) < 0.3).astype(float)
        for box in covering(x[:200], y[:200], 1):
            gains.append(measures(box, x[200:], y[200:]).density - y[200:].mean())
    assert len(gains) < 2 or abs(np.mean(gains)) < 3.0 * np.std(gains, ddof=1) / np.sqrt(len(gains)) + 0.05


def test_two_boxes_are_covered_one_after_the_other() -> None:
    x = inputs(3)
    first, second = x[:, 0] > 0.8, (x[:, 1] < 0.15) & (x[:, 0] < 0.5)
    boxes = covering(x, (first | second).astype(float), 2)
    assert len(boxes) == 2
    assert 0 in boxes[0].restricted
    assert 1 in boxes[1].restricted


def test_trajectory_rises_and_shrinks() -> None:
    """Towards one box every peel raises the mean and keeps 95 % of the cases, to a case."""
    x = inputs()
    y = cut_out(x) * 0.6 + 0.2
    steps = [measures(box, x, y) for box in trajectory(x, y)]
    assert all(b.density >= a.density - 1e-12 for a, b in itertools.pairwise(steps))
    assert all(0.94 < b.support / a.support < 1.0 for a, b in itertools.pairwise(steps))
    assert steps[-1].support >= 0.05


def test_pasting_mends_a_box_that_is_too_small() -> None:
    """Cases of interest outside come back, so that the mean rises; others do not."""
    x = inputs(2)
    y = np.where(x[:, 0] > 0.7, 1.0, 0.0)
    y[(x[:, 0] > 0.8) & (x[:, 0] < 0.9)] = 0.5
    box = Limits((0.75, -np.inf), (0.95, np.inf))
    wider = pasted(box, x, y)
    assert measures(wider, x, y).density > measures(box, x, y).density
    assert wider.low[0] >= 0.7
    assert wider.high[0] > 0.95


def test_equal_values_go_together() -> None:
    """An input of few values is cut between them."""
    x = np.random.default_rng(4).integers(0, 3, (300, 2)).astype(float)
    box = best_box(x, (x[:, 1] == 2.0).astype(float))
    assert box.restricted == (1,)
    assert box.low[1] == 2.0


@pytest.mark.filterwarnings("ignore")  # the peer warns of its optional parts
def test_the_same_box_as_another_implementation() -> None:
    """The box of highest mean with 5 % of the cases, by the EMA workbench (peel 0.05, no pasting) and by this one."""
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    try:
        from ema_workbench.analysis import prim as peer
    except (ImportError, NameError):  # its optional parts raise NameError where they are missing
        pytest.skip("ema_workbench is not installed")
    x = inputs(4)
    y = cut_out(x) > 0.5
    names = [f"x{j}" for j in range(4)]
    algorithm = peer.Prim(pandas.DataFrame(x, columns=names), y, threshold=0.5, peel_alpha=0.05, mass_min=0.05)
    found = algorithm.find_box()
    theirs = found.peeling_trajectory
    ours = [measures(box, x, y.astype(float)) for box in trajectory(x, y.astype(float))]
    at = next(k for k, one in enumerate(ours) if one.density > 0.99)
    row = theirs[theirs["density"] > 0.99].iloc[0]
    assert ours[at].coverage == pytest.approx(row["coverage"], abs=0.08)
    assert ours[at].support == pytest.approx(row["mass"], abs=0.02)
