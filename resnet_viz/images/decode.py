"""Bytes to pixels, or one sentence why not; and what a network sees of them."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from resnet_viz.images.fitting import Fit, Wanted, fitted
from resnet_viz.images.messages import change, refused_as
from resnet_viz.images.names import suffix
from resnet_viz.images.pixels import Format, Note, read
from resnet_viz.images.refusals import Refused
from resnet_viz.wording import Sentence

_SUFFIXES = {
    "png": "PNG", "apng": "PNG",
    "jpg": "JPEG", "jpeg": "JPEG", "jpe": "JPEG", "jfif": "JPEG", "mpo": "JPEG",
    "webp": "WEBP",
}  # fmt: skip
_FORMAT_NAMES = {"PNG": "PNG", "JPEG": "JPEG", "WEBP": "WebP"}


@dataclass(frozen=True, slots=True, eq=False)
class DecodedImage:
    """An accepted image, upright, without metadata.

    Attributes:
        pixels: uint8 [H, W, 3], sRGB.
        format: what its bytes are, whatever its name says.
        size: width and height in the file, in pixels.
        changes: what was changed on the way, for the reader.
        warnings: what makes it doubtful.
    """

    pixels: npt.NDArray[np.uint8]
    format: Format
    size: tuple[int, int]
    changes: tuple[Sentence, ...] = ()
    warnings: tuple[Sentence, ...] = ()


class Prepared(NamedTuple):
    """``pixels`` uint8 [C, px, px] as a data set stores them, and what was changed for that."""

    pixels: npt.NDArray[np.uint8]
    changes: tuple[Sentence, ...]


def decode(data: bytes, name: str = "") -> DecodedImage:
    """The image in ``data``, decoded in this process; raises `ImageRefused`.

    For processes that may go down with a hostile file; a server uses
    `safely.decode_safely`. ``name`` serves for one remark and is never a path.
    """
    try:
        pixels = read(data)
    except Refused as refusal:
        raise refused_as(refusal) from refusal
    return decoded(np.array(pixels.image), pixels.format, pixels.size, pixels.changes, pixels.warnings, name)


def decoded(
    pixels: npt.NDArray[np.uint8],
    format: Format,
    size: tuple[int, int],
    changes: list[Note],
    warnings: list[Note],
    name: str,
) -> DecodedImage:
    """The image with its codes put into sentences; raises KeyError for an unknown code."""
    said = list(changes)
    ending, format_name = suffix(name), _FORMAT_NAMES[format]
    if ending and _SUFFIXES.get(ending) != format:
        said.append(("misnamed", {"suffix": ending, "format": format_name}))
    return DecodedImage(
        pixels,
        format,
        size,
        tuple(change(*note) for note in said),
        tuple(change(*note) for note in warnings),
    )


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
