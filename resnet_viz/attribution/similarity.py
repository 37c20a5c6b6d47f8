"""How alike two maps are: rank correlation and structural similarity. Numbers only, no torch.

Where a map is constant or not finite nothing can be said: the result is NaN.
"""

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]

_WINDOW_PX = 7
_K1, _K2 = 0.01, 0.03  # Wang et al. 2004


def rank_correlation(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Spearman's ρ of two maps of one shape, -1..1; equal values share their mean rank."""
    a, b = (np.asarray(one, np.float64).ravel() for one in (first, second))
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("nan")
    a, b = _ranks(a), _ranks(b)
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / norm if norm else float("nan")


def structural_similarity(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Mean SSIM of two maps [h, w], at most 1 (Wang et al. 2004, doi:10.1109/TIP.2003.819861, eq. 13).

    Each map is divided by its largest absolute value, so the dynamic range is
    2; the window is a flat square of 7 pixels, or of the map where that is
    smaller, at every place where it fits.
    """
    a, b = _scaled(first), _scaled(second)
    if a is None or b is None:
        return float("nan")
    size = min(_WINDOW_PX, *a.shape)
    mean_a, mean_b = _window_means(a, size), _window_means(b, size)
    variance_a = _window_means(a * a, size) - mean_a**2
    variance_b = _window_means(b * b, size) - mean_b**2
    covariance = _window_means(a * b, size) - mean_a * mean_b
    c1, c2 = (_K1 * 2) ** 2, (_K2 * 2) ** 2
    means = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    structure = (2 * covariance + c2) / (variance_a + variance_b + c2)
    return float((means * structure).mean())


def _ranks(values: Doubles) -> Doubles:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Doubles = (last - (counts - 1) / 2)[inverse]
    return ranks


def _scaled(values: npt.ArrayLike) -> Doubles | None:
    array = np.asarray(values, np.float64)
    largest = np.abs(array).max()
    return array / largest if np.isfinite(largest) and largest > 0 else None


def _window_means(values: Doubles, size: int) -> Doubles:
    windows = np.lib.stride_tricks.sliding_window_view(values, (size, size))
    means: Doubles = windows.mean((2, 3))
    return means
