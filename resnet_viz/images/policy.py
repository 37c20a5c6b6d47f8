"""What an image may be, and how it is turned away."""

MAX_BYTES = 10 * 2**20
MAX_PIXELS = 16_000_000
MAX_SIDE_PX = 8192
MAX_TEXT_BYTES = 2**20
"""Compressed text and profiles of a PNG, unpacked."""
MAX_SCANS = 100
"""Scans of a progressive JPEG: cameras and programs write about ten, each costs a full pass."""

BACKGROUND = (255, 255, 255)
"""What transparent parts are laid over."""


class Refused(Exception):
    """An image that is not accepted, as the decoder says it: put into words by `messages`.

    Args:
        code: key of `messages.REFUSALS`.
        detail: for the log, never for the reader.
        parameters: values for the fields of the sentence.
    """

    def __init__(self, code: str, detail: str = "", **parameters: str | int) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
        self.parameters = parameters


def check_size(width: int, height: int) -> None:
    """Raise `Refused` for a size, in pixels, without pixels or beyond the limits."""
    if width < 1 or height < 1:
        raise Refused("no_pixels", width=width, height=height)
    if max(width, height) > MAX_SIDE_PX:
        raise Refused("side_too_long", width=width, height=height, limit=MAX_SIDE_PX)
    if width * height > MAX_PIXELS:
        raise Refused("too_many_pixels", width=width, height=height, limit=MAX_PIXELS // 1_000_000)
