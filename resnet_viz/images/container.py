"""What a file of one of the three formats says about itself, before any pixel is decoded."""

from dataclasses import dataclass
from typing import Literal

Format = Literal["PNG", "JPEG", "WEBP"]


@dataclass(frozen=True, slots=True)
class Container:
    """A file whose structure is complete and whose size is within the limits.

    Attributes:
        stream: the file for the decoder; PNG and JPEG without metadata, further
            frames and whatever follows the image.
        width, height: pixels.
        profile: its ICC profile.
        gamma: the power of light that a PNG's values are, where it says so and nothing better.
        exif: its EXIF block, from the TIFF header on.
        frames: pictures of an animation; 1 for a still image.
        is_deep: more than 8 bits a channel.
        is_adobe: a JPEG with Adobe's marker, whose CMYK is stored inverted.
    """

    format: Format
    stream: bytes
    width: int
    height: int
    profile: bytes | None = None
    gamma: float | None = None
    exif: bytes | None = None
    frames: int = 1
    is_deep: bool = False
    is_adobe: bool = False
