"""What the network sees of an image: its size, its channels."""

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from resnet_viz.images.decoding import DecodedImage
from resnet_viz.locale import N_
from resnet_viz.wording import Sentence, sentence

Fit = Literal["crop", "letterbox"]
Resampled = tuple[Image.Image, list[Sentence]]


class Prepared(NamedTuple):
    """``pixels`` uint8 [C, px, px] as a data set stores them, and what was changed for that."""

    pixels: npt.NDArray[np.uint8]
    changes: tuple[Sentence, ...]


def prepare(
    image: DecodedImage, channels: int, px: int, how: Fit = "crop", resize_px: int | None = None
) -> Prepared:
    """``image`` for a network with ``channels`` (1 or 3) input channels and ``px`` × ``px`` pixels.

    Scaled by a triangle filter as wide as the reduction (Pillow's and torchvision's
    antialiased "bilinear"), so fine patterns turn grey instead of into other
    patterns, and no value lies outside the image's own range. Grey is the luma of
    ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B. ``how``: ``crop`` takes the largest
    square in the middle, ``letterbox`` keeps all and fills up with black. With
    ``resize_px``, ``crop`` scales the shorter side to that many pixels and cuts the middle
    out of the result, as torchvision's networks are evaluated.

    Raises ValueError for other numbers of channels or no pixels.
    """
    if channels not in (1, 3) or px < 1:
        raise ValueError(f"{channels} channels, {px} pixels")
    picture = Image.fromarray(image.pixels)
    if how == "letterbox":
        fitted, changes = _letterbox(picture, px)
    elif resize_px is None or resize_px == px:
        fitted, changes = _crop(picture, px)
    else:
        fitted, changes = _resize_and_crop(picture, px, resize_px)
    if channels == 3:
        return Prepared(np.ascontiguousarray(np.asarray(fitted).transpose(2, 0, 1)), tuple(changes))
    pixels = np.asarray(fitted)
    if (pixels != pixels[..., :1]).any():
        changes.append(sentence(N_("Colours were turned into grey.")))
    return Prepared(np.array(fitted.convert("L"))[np.newaxis], tuple(changes))


def _crop(image: Image.Image, px: int) -> Resampled:
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    changes = []
    if image.width != image.height:
        changes.append(
            sentence(
                N_("Only the middle {side} × {side} of {width} × {height} pixels are used."),
                side=side,
                width=image.width,
                height=image.height,
            )
        )
    box = (left, top, left + side, top + side)
    return _resize(image, (px, px), box), changes + _scaling((side, side), (px, px))


def _resize_and_crop(image: Image.Image, px: int, resize_px: int) -> Resampled:
    shorter = min(image.size)
    # Sides and corners are rounded as torchvision's Resize and CenterCrop do.
    width, height = (int(resize_px * side / shorter) for side in image.size)
    scaled = _resize(image, (width, height), (0, 0, *image.size))
    left, top = (round((side - px) / 2) for side in (width, height))
    middle = sentence(
        N_("Only the middle {side} × {side} of {width} × {height} pixels are used."),
        side=round(px * shorter / resize_px),
        width=image.width,
        height=image.height,
    )
    return scaled.crop((left, top, left + px, top + px)), [middle, *_scaling(image.size, (width, height))]


def _letterbox(image: Image.Image, px: int) -> Resampled:
    longest = max(image.size)
    width, height = (max(1, round(side * px / longest)) for side in image.size)
    changes = _scaling(image.size, (width, height))
    scaled = _resize(image, (width, height), (0, 0, *image.size))
    if width == height:
        return scaled, changes
    changes.append(sentence(N_("Black bars fill it up to {px} × {px} pixels."), px=px))
    boxed = Image.new("RGB", (px, px))
    boxed.paste(scaled, ((px - width) // 2, (px - height) // 2))
    return boxed, changes


def _resize(image: Image.Image, size: tuple[int, int], box: tuple[int, int, int, int]) -> Image.Image:
    # Without `reducing_gap`: its first, coarse step would make large reductions inexact.
    return image.resize(size, Image.Resampling.BILINEAR, box)


def _scaling(before: tuple[int, int], after: tuple[int, int]) -> list[Sentence]:
    if before == after:
        return []
    template = (
        N_("Enlarged from {width} × {height} to {new_width} × {new_height} pixels; that adds no detail.")
        if after > before
        else N_("Reduced from {width} × {height} to {new_width} × {new_height} pixels.")
    )
    width, height = before
    new_width, new_height = after
    return [sentence(template, width=width, height=height, new_width=new_width, new_height=new_height)]
