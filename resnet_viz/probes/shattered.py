"""Whether the gradient at one input says anything about the gradient beside it.

Along a line of inputs the gradient of a deep plain network with batch normalisation resembles white
noise, that of a residual network brown noise: "shattered gradients" (Balduzzi et al. 2017,
arXiv:1702.08591, §2 and Fig. 1–2). Without normalisation plain networks do not show it.
"""

from copy import deepcopy
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_

Doubles = npt.NDArray[np.float64]

INPUTS: Final = 256
"""Points on the line, as in the paper."""


def measure_line_gradients(
    network: nn.Module, ends: Tensor, target: int, inputs: int = INPUTS, training: bool = True
) -> Doubles:
    """∂f/∂x at evenly spaced ``inputs`` on the line between two images, float64 [inputs, C·H·W].

    f is the logit of ``target``, summed over the inputs. ``training`` normalises them with their own
    statistics, as one batch, and differentiates these too; a network before training has no others.
    The network is copied.

    Args:
        ends: float [2, C, H, W], normalised, of the network's precision.

    Raises:
        InvalidSetting: there is no such class.
    """
    network = deepcopy(network).train(training).requires_grad_(False)
    share = torch.linspace(0, 1, inputs, dtype=ends.dtype).view(-1, 1, 1, 1)
    line = torch.lerp(ends[:1], ends[1:], share).requires_grad_()
    with torch.enable_grad():
        logits: Tensor = network(line)
        if not 0 <= target < logits.shape[1]:
            raise InvalidSetting(
                "no_such_class",
                N_("There are {count} classes, numbered from 0."),
                field="target",
                count=logits.shape[1],
            )
        (gradient,) = torch.autograd.grad(logits[:, target].sum(), line)
    found: Doubles = gradient.double().flatten(1).numpy()
    return found


def autocorrelation(series: Doubles, lags: int) -> Doubles:
    """Autocorrelation at lags 0 to ``lags`` of each column of ``series`` [N, columns], mean over columns.

    Σ z_i z_{i+k} / Σ z_i² of z = series − mean, so a shift of k drops k of the products and not of the
    squares. Columns that never change have none and are left out; NaN where all are.

    Returns:
        float64 [lags + 1]; the first is 1.
    """
    centred = series - series.mean(0)
    squares = (centred**2).sum(0)
    changing = squares > 1e-24 * (series**2).sum(0)
    centred, squares = centred[:, changing], squares[changing]
    if not changing.any():
        return np.full(lags + 1, np.nan)
    count = len(series)
    products = [(centred[: count - lag] * centred[lag:]).sum(0) for lag in range(lags + 1)]
    return np.array([np.mean(product / squares) for product in products])


def expected_white(count: int, lags: int) -> Doubles:
    """What `autocorrelation` of ``count`` independent numbers is on average: −(N−k)/(N(N−1)) at lag k.

    Exact for numbers that are exchangeable (Moran 1948, Biometrika 35:255).
    """
    lag = np.arange(lags + 1)
    expected = -(count - lag) / (count * (count - 1))
    expected[0] = 1
    return expected


def expected_brown(count: int, lags: int) -> Doubles:
    """The same of the sums of ``count`` independent normal steps: brown noise.

    With the steps s, numerator and denominator are s′As and s′Bs, and the mean of their ratio is
    ∫₀^∞ |1 + 2tB|^−½ tr(A (1 + 2tB)⁻¹) dt (Magnus 1986, Annales d'Économie et de Statistique 4:95).
    """
    sums = np.tril(np.ones((count, count)))
    centred = sums - sums.mean(0)
    spread, directions = np.linalg.eigh(centred.T @ centred)
    along = centred @ directions
    time = np.geomspace(1e-12, 1e6, 8000) / spread.max()
    shrunk = 1 / (1 + 2 * time[:, None] * spread.clip(0))  # (times, directions)
    weight = np.exp(0.5 * np.log(shrunk).sum(1))
    products = np.array([(along[: count - lag] * along[lag:]).sum(0) for lag in range(lags + 1)])
    return np.asarray(np.trapezoid(products @ (shrunk * weight[:, None]).T, time))
