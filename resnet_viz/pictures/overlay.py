"""A map over the image that it belongs to, and the raw map as a grid beside it."""

import io
from math import ceil
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from resnet_viz.pictures.colours import Pixels, Values, coloured, largest, strength

SIDE_PX: Final = 320
"""Pictures have at least this side: small images are enlarged by whole factors."""


def shown(image: Pixels, side_px: int = SIDE_PX) -> Pixels:
    """``image`` uint8 [C, H, W] with 1 or 3 channels as [h, w, 3], each pixel a square block."""
    factor = max(1, ceil(side_px / max(image.shape[1:])))
    colours = np.broadcast_to(image, (3, *image.shape[1:])).transpose(1, 2, 0)
    return np.ascontiguousarray(colours.repeat(factor, axis=0).repeat(factor, axis=1))


def grid(values: npt.ArrayLike, limit: float, *, signed: bool, side_px: int = SIDE_PX) -> Pixels:
    """The raw map [h, w] in colours, each value a block: uint8 [H, W, 3]."""
    return shown(coloured(np.asarray(values, np.float32), limit, signed=signed).transpose(2, 0, 1), side_px)


def overlay(
    image: Pixels,
    values: npt.ArrayLike,
    limit: float,
    *,
    signed: bool,
    opacity: float = 0.75,
    side_px: int = SIDE_PX,
) -> Pixels:
    """``image`` uint8 [C, H, W] under the map [h, w], bilinear; uint8 [h', w', 3].

    A place is as opaque as its value is strong, up to ``opacity``, so that what
    has no value stays as it is.
    """
    base = shown(image, side_px)
    fine = bilinear(np.asarray(values, np.float32), base.shape[0], base.shape[1])
    cover = opacity * np.abs(strength(fine, limit, signed=signed))[..., np.newaxis]
    mixed = base * (1 - cover) + coloured(fine, limit, signed=signed) * cover
    return np.round(mixed).astype(np.uint8)


def bilinear(values: Values, height_px: int, width_px: int) -> Values:
    """``values`` [h, w] enlarged; corners are corners of pixels (torch's ``align_corners=False``)."""
    large = Image.fromarray(values).resize((width_px, height_px), Image.Resampling.BILINEAR)
    return np.asarray(large, np.float32)


def png(pixels: Pixels) -> bytes:
    """uint8 [H, W, 3] as a PNG file."""
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "PNG", compress_level=1)
    return target.getvalue()


def overlay_png(
    image: Pixels, values: npt.ArrayLike, *, signed: bool = False, opacity: float = 0.75
) -> bytes:
    """`overlay` on the map's own scale as a PNG file."""
    return png(overlay(image, values, largest(values, signed=signed), signed=signed, opacity=opacity))
