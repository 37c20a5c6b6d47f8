"""How far an image is from the training data, by a few simple statistics.

A trained network gives every image one of its classes, often with high
confidence, a photo shown to a network for clothes too. These statistics say when it was shown something whose
plain appearance it never met. They know nothing of content: an image that is
near by all of them may still show something else.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from resnet_viz.locale import N_
from resnet_viz.wording import Sentence, number, sentence

THRESHOLD = 4.0
"""Standard deviations beyond which an image is called far from the training data.

Measured on Fashion-MNIST (12,000 training images): 0.9 % of 2,000 test images
lie beyond it, and all of them when turned into dark clothes on white.
"""

STATISTICS = {
    "brightness": N_("brightness"),
    "contrast": N_("contrast"),
    "edges": N_("edge density"),
    "border": N_("brightness of the border"),
    "colour": N_("colourfulness"),
}
"""Names of what is measured, in the order of `measure_appearance`."""

_FAR = N_(
    "This image is unlike the training images: its {what} is {distance} standard deviations from their "
    "mean. A network always predicts one of its classes, often with high confidence; do not rely on it here."
)

_LEAST_SPREAD = 1 / 255
_AT_ONCE = 4096

Images = npt.NDArray[np.uint8]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Appearance:
    """Mean and standard deviation of each statistic over the training images."""

    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def of(cls, images: Images) -> Self:
        """Of uint8 [N, C, H, W]; raises ValueError without images."""
        if not len(images):
            raise ValueError("no images")
        values = measure_appearance(images)
        return cls(tuple(values.mean(0).tolist()), tuple(values.std(0).tolist()))


@dataclass(frozen=True, slots=True)
class Novelty:
    """Distance from the training data.

    Attributes:
        distances: for each statistic how many standard deviations the image is
            above (or below) the mean of the training images.
        farthest: the statistic with the largest distance.
    """

    distances: dict[str, float]
    farthest: str

    @property
    def distance(self) -> float:
        """The largest distance, without sign."""
        return abs(self.distances[self.farthest])

    @property
    def is_far(self) -> bool:
        """Whether it is beyond `THRESHOLD`."""
        return self.distance > THRESHOLD

    def warning(self) -> Sentence | None:
        """What has to be said of the image; None where it is near the training data."""
        if not self.is_far:
            return None
        return sentence(_FAR, what=sentence(STATISTICS[self.farthest]), distance=number(self.distance))


def novelty(image: Images, training: Appearance) -> Novelty:
    """The distance of ``image``, uint8 [C, H, W] as the network sees it; always finite."""
    values = measure_appearance(image[np.newaxis])[0]
    spread = np.maximum(training.std, _LEAST_SPREAD)
    distances = dict(zip(STATISTICS, ((values - training.mean) / spread).tolist(), strict=True))
    return Novelty(distances, max(distances, key=lambda name: abs(distances[name])))


def measure_appearance(images: Images) -> Values:
    """The `STATISTICS` of each image of uint8 [N, C, H, W]: [N, 5], all 0 to 1.

    Mean and standard deviation of grey (mean of the channels), mean absolute
    difference of neighbouring pixels, mean of the outermost pixels, and mean
    range between the channels (0 for grey images).
    """
    parts = [_appearance(images[start : start + _AT_ONCE]) for start in range(0, len(images), _AT_ONCE)]
    return np.concatenate(parts) if parts else np.empty((0, len(STATISTICS)))


def _appearance(images: Images) -> Values:
    scaled = images.astype(np.float32) / 255
    grey = scaled.mean(1)  # [N, H, W]
    steps = [np.abs(np.diff(grey, axis=axis)).reshape(len(grey), -1) for axis in (1, 2)]
    border = np.concatenate((grey[:, 0], grey[:, -1], grey[:, :, 0], grey[:, :, -1]), axis=1)
    columns = (
        grey.mean((1, 2)),
        grey.std((1, 2)),
        _mean(np.concatenate(steps, axis=1)),
        border.mean(1),
        np.ptp(scaled, axis=1).mean((1, 2)),
    )
    return np.stack(columns, axis=1).astype(np.float64)


def _mean(steps: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Mean of each row; 0 where an image of one pixel has no neighbours."""
    return steps.mean(1) if steps.shape[1] else np.zeros(len(steps), np.float32)
