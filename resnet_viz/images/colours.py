"""From the colours that a file means to sRGB. Runs in the decoder, imports no NumPy.

What a profile is called says nothing about what it does: only the colours that it
turns others into tell whether it is sRGB.
"""

from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageChops

if TYPE_CHECKING:
    from PIL.ImageCms import ImageCmsTransform

_SAME = 2
"""Levels of 255 by which tables and rounding make one maker's sRGB differ from another's."""
_USUAL_GAMMA = 0.45455
_GAMMA_TOLERANCE = 0.05
"""Relative; libpng too leaves colours alone within it. Files with 1/2.2 mean sRGB, but predate its name."""
_LEAST, _MOST = 0.1, 10.0
"""Beyond, a gamma is a mistake and would leave black and white only."""
_GRID = range(0, 256, 15)


def to_srgb(colour: Image.Image, info: Mapping[Any, Any]) -> tuple[Image.Image, str | None]:
    """``colour`` (L, RGB or CMYK) in sRGB, and the code of what is to be said about that.

    By the ICC profile in Pillow's ``info`` about the file, else by the gamma of a PNG (its
    primaries, cHRM, are not applied); as it is where that changes nothing or cannot be used.
    """
    if info.get("icc_profile"):
        return _by_profile(colour, info["icc_profile"])
    gamma = None if "srgb" in info else info.get("gamma")
    if gamma and _LEAST <= gamma <= _MOST and abs(gamma / _USUAL_GAMMA - 1) > _GAMMA_TOLERANCE:
        return _by_gamma(colour, gamma), "gamma_converted"
    return colour, None


def _by_profile(colour: Image.Image, profile: bytes) -> tuple[Image.Image, str | None]:
    from PIL import ImageCms  # most images have no profile, and it takes a while to import

    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if colour.mode == "L" and source.profile.xcolor_space.strip() == "RGB":
            colour = colour.convert("RGB")
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), colour.mode, "RGB")
        if _is_identity(transform, colour.mode):
            return colour, None
        converted = ImageCms.applyTransform(colour, transform)
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return colour, "profile_ignored"
    assert converted is not None
    return converted, "profile_converted"


def _is_identity(transform: "ImageCmsTransform", mode: str) -> bool:
    """Whether colours from all over the cube stay what they are."""
    if mode == "L":
        sample = Image.new("L", (256, 1))
        sample.putdata(range(256))
    elif mode == "RGB":
        sample = Image.new("RGB", (len(_GRID) ** 2, len(_GRID)))
        sample.putdata([(red, green, blue) for red in _GRID for green in _GRID for blue in _GRID])
    else:
        return False
    converted = transform.apply(sample)
    difference = ImageChops.difference(converted, sample.convert("RGB"))
    return max(difference.tobytes()) <= _SAME


def _by_gamma(colour: Image.Image, gamma: float) -> Image.Image:
    """``colour`` (L or RGB), whose values are light to the power of ``gamma`` (PNG, section 11.3.2.2)."""
    table = [round(255 * _coded((value / 255) ** (1 / gamma))) for value in range(256)]
    return colour.point(table * len(colour.getbands()))


def _coded(light: float) -> float:
    """The sRGB value, 0 to 1, of ``light``, 0 to 1 (IEC 61966-2-1)."""
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
