"""Rank correlation against SciPy, structural similarity against the formula in a loop."""

import numpy as np
import pytest
import scipy.stats  # type: ignore[import-untyped]

from resnet_viz.attribution.similarity import rank_correlation, structural_similarity

RANDOM = np.random.default_rng(4)


@pytest.mark.parametrize("levels", [2, 5, 10_000])
def test_rank_correlation_is_that_of_scipy_also_with_ties(levels: int) -> None:
    a, b = RANDOM.integers(0, levels, (2, 9, 9))
    b = b + a // 2
    assert rank_correlation(a, b) == pytest.approx(scipy.stats.spearmanr(a.ravel(), b.ravel()).statistic)


def test_rank_correlation_knows_order_only() -> None:
    a = RANDOM.normal(size=(6, 6))
    assert rank_correlation(a, np.exp(3 * a)) == pytest.approx(1)
    assert rank_correlation(a, -a) == pytest.approx(-1)


def test_of_constant_or_broken_maps_nothing_is_said() -> None:
    flat, broken, map_ = np.zeros((8, 8)), np.full((8, 8), np.nan), RANDOM.normal(size=(8, 8))
    for other in (flat, broken):
        assert np.isnan(rank_correlation(map_, other))
        assert np.isnan(structural_similarity(map_, other))


def in_a_loop(a: np.ndarray, b: np.ndarray, size: int) -> float:
    a, b = a / np.abs(a).max(), b / np.abs(b).max()
    values = []
    for top in range(a.shape[0] - size + 1):
        for left in range(a.shape[1] - size + 1):
            x = a[top : top + size, left : left + size].ravel()
            y = b[top : top + size, left : left + size].ravel()
            covariance = np.cov(x, y, bias=True)
            luminance = (2 * x.mean() * y.mean() + 0.0004) / (x.mean() ** 2 + y.mean() ** 2 + 0.0004)
            structure = (2 * covariance[0, 1] + 0.0036) / (covariance[0, 0] + covariance[1, 1] + 0.0036)
            values.append(luminance * structure)
    return float(np.mean(values))


@pytest.mark.parametrize(("shape", "size"), [((12, 9), 7), ((5, 8), 5)])
def test_structural_similarity_is_its_formula(shape: tuple[int, int], size: int) -> None:
    a, b = RANDOM.normal(size=(2, *shape))
    assert structural_similarity(a, a + 0.3 * b) == pytest.approx(in_a_loop(a, a + 0.3 * b, size))
    assert structural_similarity(a, 5 * a) == pytest.approx(1)
