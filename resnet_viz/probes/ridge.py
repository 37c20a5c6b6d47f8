"""Linear classifiers in closed form: ridge regression onto the classes."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

STRENGTHS: Final = tuple(10.0**power for power in range(-6, 2))
"""What the ridge is chosen from."""


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """Scores ``features @ weights + bias``; the class with the highest is predicted.

    Attributes:
        weights: float64 [C, classes]; ``bias`` [classes].
        strength: r of the ridge.
    """

    weights: Doubles
    bias: Doubles
    strength: float

    def predict(self, features: Doubles) -> Labels:
        """The class of each row of ``features`` [N, C]."""
        classes: Labels = (features @ self.weights + self.bias).argmax(1)
        return classes


class Ridge:
    """Features float64 [N, C], decomposed once, so that classifiers for any labels cost little."""

    def __init__(self, features: Doubles) -> None:
        self._mean, deviation = features.mean(0), features.std(0)
        self._deviation = np.where(
            deviation > 0, deviation, 1.0
        )  # a channel that never changes tells nothing
        self._z = (features - self._mean) / self._deviation
        spread, self._directions = np.linalg.eigh(self._z.T @ self._z / len(features))
        self._spread = spread.clip(min=0)

    def fitted(self, labels: Labels, classes: int) -> Classifier:
        """The minimum of ‖Z W + b − Y‖² / N + r ‖W‖² over W and b.

        Z are the features, each with mean 0 and deviation 1; Y the labels as 0 and 1, [N, classes]. r is the
        one of `STRENGTHS` with the least generalised cross-validation error (Golub, Heath & Wahba 1979,
        Technometrics 21:215): mean square error / (1 − d/N)², d the effective number of parameters for each
        class.
        """
        count = len(labels)
        targets = np.eye(classes)[labels]
        shares = targets.mean(0)
        along = self._directions.T @ (self._z.T @ (targets - shares) / count)  # [C, classes]
        total = float(np.square(targets - shares).sum() / count)
        strength = min(STRENGTHS, key=lambda strength: self._validation_error(along, total, strength, count))
        weights = self._directions @ (along / (self._spread + strength)[:, None]) / self._deviation[:, None]
        return Classifier(weights, shares - self._mean @ weights, strength)

    def _validation_error(self, along: Doubles, total: float, strength: float, count: int) -> float:
        kept, squares = self._spread + strength, np.square(along).sum(1)
        error = total - 2 * (squares / kept).sum() + (self._spread * squares / kept**2).sum()
        free = 1 - (1 + (self._spread / kept).sum()) / count
        return float(error / free**2) if free > 0 else np.inf
