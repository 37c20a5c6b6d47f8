"""From a file's bytes to upright RGB pixels, by Pillow. Runs in the decoder, imports no NumPy."""

import warnings
from io import BytesIO
from typing import NamedTuple

# Named here so that Pillow finds them without loading its other formats.
from PIL import Image, ImageChops, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from resnet_viz.images import jpeg, png, sniff, webp
from resnet_viz.images.colours import to_srgb
from resnet_viz.images.container import Container, Format
from resnet_viz.images.exif import orientation
from resnet_viz.images.policy import BACKGROUND, MAX_BYTES, Refused

assert JpegImagePlugin
assert PngImagePlugin
assert WebPImagePlugin

Note = tuple[str, dict[str, str | int]]
"""Code (key of `messages.CHANGES`) and parameters of something to be said."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DEEP = 65535


class Pixels(NamedTuple):
    """An accepted image: ``image`` in mode RGB, ``size`` as stored (width, height in pixels)."""

    image: Image.Image
    format: Format
    size: tuple[int, int]
    changes: list[Note]
    warnings: list[Note]


def read(data: bytes) -> Pixels:
    """The image in ``data``; raises `Refused`."""
    if len(data) > MAX_BYTES:
        raise Refused("file_too_large", limit=MAX_BYTES // 2**20)
    container = inspect(data)
    try:
        return _convert(_open(container), container)
    except Refused:
        raise
    except MemoryError as error:
        raise Refused("decoder_memory", repr(error)) from error
    except Exception as error:
        # Pillow promises no set of exceptions for damaged files.
        raise Refused("damaged", repr(error)) from error


def inspect(data: bytes) -> Container:
    """The container that ``data`` is, by its bytes; raises `Refused`."""
    if data.startswith(png.SIGNATURE):
        return png.inspect(data)
    if data.startswith(jpeg.SIGNATURE):
        return jpeg.inspect(data)
    if webp.is_webp(data):
        return webp.inspect(data)
    # Beginnings of a signature: nothing but the header arrived.
    if any(signature.startswith(data) for signature in (png.SIGNATURE, jpeg.SIGNATURE) if data):
        raise Refused("truncated", "signature")
    code, parameters = sniff.refusal(data)
    raise Refused(code, **parameters)


def _open(container: Container) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        image = Image.open(BytesIO(container.stream), formats=(container.format,))
        if image.size != (container.width, container.height):
            raise Refused("damaged", f"size {image.size}")
        image.load()
    return image


def _convert(image: Image.Image, container: Container) -> Pixels:
    changes: list[Note] = []
    warned: list[Note] = []
    if container.frames > 1:
        changes.append(("first_frame", {"frames": container.frames}))
    if container.is_deep:
        changes.append(("deep_scaled", {}))
    if image.mode == "CMYK":
        changes.append(("cmyk_converted", {}))
    colour, alpha = _separate(image, container)
    del image
    colour, note = to_srgb(colour, container)
    if note:
        changes.append((note, {}))
    if colour.mode != "RGB":
        colour = colour.convert("RGB")
    lowest, highest = alpha.getextrema() if alpha else (255, 255)
    if alpha and lowest != 255:
        changes.append(("transparency_filled", {}))
        if highest == 0:
            warned.append(("fully_transparent", {}))
        colour = Image.composite(colour, Image.new("RGB", colour.size, BACKGROUND), alpha)
    turned = orientation(container.exif)
    if turned != 1:
        changes.append(("turned_upright", {"orientation": turned}))
        colour = colour.transpose(_UPRIGHT[turned])
    return Pixels(colour, container.format, (container.width, container.height), changes, warned)


def _separate(image: Image.Image, container: Container) -> tuple[Image.Image, Image.Image | None]:
    """Colour (L, RGB or CMYK) and opacity (L, None where all is opaque)."""
    if image.mode == "CMYK":
        # Pillow takes every CMYK JPEG for Adobe's, which is stored inverted.
        return (image if container.is_adobe else ImageChops.invert(image)), None
    if image.mode == "I;16":
        deep = image.convert("I")
        colour = deep.point([round(value * 255 / _DEEP) for value in range(_DEEP + 1)], "L")
        clear = image.info.get("transparency")
        if clear is None:
            return colour, None
        return colour, deep.point([255 * (value != clear) for value in range(_DEEP + 1)], "L")
    if container.is_deep and image.mode == "RGB" and "transparency" in image.info:
        image.info["transparency"] = tuple(value >> 8 for value in image.info["transparency"])
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        return rgba.convert("RGB"), rgba.getchannel("A")
    return image if image.mode in ("L", "RGB") else image.convert("RGB"), None
