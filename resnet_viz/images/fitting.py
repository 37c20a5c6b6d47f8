"""From an upright picture to a network's size and channels. Runs in the decoder, imports no NumPy."""

from typing import Literal, NamedTuple

from PIL import Image, ImageChops

from resnet_viz.images.pixels import Note
from resnet_viz.images.refusals import MAX_PIXELS

Fit = Literal["crop", "letterbox"]
Fitted = tuple[Image.Image, list[Note]]


class Wanted(NamedTuple):
    """What a network takes, and how a picture becomes that.

    Attributes:
        channels: 1 (grey) or 3.
        px: side of the square.
        resize_px: what the shorter side is scaled to before the middle is cut out.
        how: ``crop`` takes a square from the middle, ``letterbox`` keeps all between black bars.
    """

    channels: int
    px: int
    resize_px: int
    how: Fit = "crop"


def fitted(picture: Image.Image, wanted: Wanted) -> Fitted:
    """``picture`` (RGB) in mode L or RGB with ``px`` × ``px`` pixels, and what was changed for that.

    Scaled in one step by a triangle filter as wide as the reduction (Pillow's and
    torchvision's antialiased "bilinear"), so fine patterns turn grey instead of into other
    patterns, and no value lies outside the image's own range. Grey is the luma of
    ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B. A ``crop`` with ``resize_px`` beyond ``px``
    is what torchvision's networks are evaluated with.

    Raises ValueError for other numbers of channels or no pixels.
    """
    if wanted.channels not in (1, 3) or not 1 <= wanted.px <= wanted.resize_px:
        raise ValueError(f"{wanted.channels} channels, {wanted.px} of {wanted.resize_px} pixels")
    if wanted.how == "letterbox":
        square, notes = _letterbox(picture, wanted.px)
    elif wanted.resize_px == wanted.px:
        square, notes = _crop(picture, wanted.px)
    else:
        square, notes = _resize_and_crop(picture, wanted.px, wanted.resize_px)
    if wanted.channels == 3:
        return square, notes
    red, green, blue = square.split()
    if any(ImageChops.difference(red, other).getbbox() for other in (green, blue)):
        notes.append(("grey", {}))
    return square.convert("L"), notes


def _crop(image: Image.Image, px: int) -> Fitted:
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    notes = [] if image.width == image.height else [_middle(image, side)]
    box = (left, top, left + side, top + side)
    return _resize(image, (px, px), box), notes + _scaling((side, side), (px, px))


def _resize_and_crop(image: Image.Image, px: int, resize_px: int) -> Fitted:
    shorter = min(image.size)
    # Sides and corners are rounded as torchvision's Resize and CenterCrop do.
    width, height = (int(resize_px * side / shorter) for side in image.size)
    left, top = (round((side - px) / 2) for side in (width, height))
    if width * height <= MAX_PIXELS:
        scaled = _resize(image, (width, height), (0, 0, *image.size))
        square = scaled.crop((left, top, left + px, top + px))
    else:  # of 8,192 × 1 the whole would take a gigabyte; the same pixels but for rounding
        across, down = image.width / width, image.height / height
        box = (left * across, top * down, (left + px) * across, (top + px) * down)
        square = _resize(image, (px, px), box)
    side = max(1, round(px * shorter / resize_px))
    return square, [_middle(image, side), *_scaling((side, side), (px, px))]


def _letterbox(image: Image.Image, px: int) -> Fitted:
    longest = max(image.size)
    width, height = (max(1, round(side * px / longest)) for side in image.size)
    notes = _scaling(image.size, (width, height))
    scaled = _resize(image, (width, height), (0, 0, *image.size))
    if width == height:
        return scaled, notes
    boxed = Image.new("RGB", (px, px))
    boxed.paste(scaled, ((px - width) // 2, (px - height) // 2))
    return boxed, [*notes, ("black_bars", {"px": px})]


def _resize(image: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float]) -> Image.Image:
    # Without `reducing_gap`: its first, coarse step would make large reductions inexact.
    return image.resize(size, Image.Resampling.BILINEAR, box)


def _middle(image: Image.Image, side: int) -> Note:
    return "middle_used", {"side": side, "width": image.width, "height": image.height}


def _scaling(before: tuple[int, int], after: tuple[int, int]) -> list[Note]:
    if before == after:
        return []
    width, height = before
    new_width, new_height = after
    sizes: dict[str, str | int] = {
        "width": width, "height": height, "new_width": new_width, "new_height": new_height,
    }  # fmt: skip
    return [("enlarged" if max(after) > max(before) else "reduced", sizes)]
