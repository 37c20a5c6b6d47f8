"""What the network sees of an image: its size, its channels."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from resnet_viz.images.decoding import DecodedImage
from resnet_viz.images.fitting import Fit, Wanted, fitted
from resnet_viz.images.messages import change
from resnet_viz.images.pixels import Note
from resnet_viz.wording import Sentence


class Prepared(NamedTuple):
    """``pixels`` uint8 [C, px, px] as a data set stores them, and what was changed for that."""

    pixels: npt.NDArray[np.uint8]
    changes: tuple[Sentence, ...]


def prepare(
    image: DecodedImage, channels: int, px: int, how: Fit = "crop", resize_px: int | None = None
) -> Prepared:
    """``image`` for a network with ``channels`` (1 or 3) input channels and ``px`` × ``px`` pixels.

    How, and what ``resize_px`` does: see `fitting.fitted`. Raises ValueError for other
    numbers of channels or no pixels.
    """
    square, notes = fitted(Image.fromarray(image.pixels), Wanted(channels, px, resize_px or px, how))
    return prepared(np.array(square), notes)


def prepared(square: npt.NDArray[np.uint8], notes: list[Note]) -> Prepared:
    """``square`` [px, px] or [px, px, 3] channels first, and the codes put into sentences."""
    pixels = square[np.newaxis] if square.ndim == 2 else square.transpose(2, 0, 1)
    return Prepared(np.ascontiguousarray(pixels), tuple(change(*note) for note in notes))
