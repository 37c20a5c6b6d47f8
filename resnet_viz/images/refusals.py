"""What an image may be, and why it is turned away: its size, or what it is instead, by its first bytes."""

MAX_BYTES = 10 * 2**20
MAX_PIXELS = 16_000_000
MAX_SIDE_PX = 8192
MAX_SCANS = 100
"""Scans of a progressive JPEG: cameras and programs write about ten, each costs a full pass."""

BACKGROUND = (255, 255, 255)
"""What transparent parts are laid over."""

_PLAIN = (
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
    (b"\0\0\1\0", "ICO"),
    (b"\0\0\2\0", "CUR"),
    (b"8BPS", "PSD"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"v/1\1", "OpenEXR"),
    (b"\xabKTX ", "KTX"),
    (b"DDS ", "DDS"),
)
_DOCUMENTS = (
    (b"%PDF-", "PDF"),
    (b"%!", "PostScript"),
    (b"\xc5\xd0\xd3\xc6", "EPS"),
)
_ARCHIVES = (
    b"PK\3\4", b"PK\5\6", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd",
)  # fmt: skip
_BRANDS = {
    b"avif": "AVIF", b"avis": "AVIF",
    b"heic": "HEIC", b"heix": "HEIC", b"heim": "HEIC", b"heis": "HEIC", b"hevc": "HEIC", b"hevx": "HEIC",
    b"mif1": "HEIC", b"msf1": "HEIC",
}  # fmt: skip
_WEB = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<iframe", b"<img", b"<div", b"<!--")


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


def unreadable(data: bytes) -> Refused:
    """Why ``data``, which is none of the accepted formats, is refused: what it is instead."""
    if not data:
        return Refused("empty_file")
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return Refused("gif_image")
    for signature, name in _PLAIN:
        if data.startswith(signature):
            return Refused("unsupported_format", format=name)
    if data[4:8] == b"ftyp":
        brand = next((_BRANDS[b] for b in _brands(data) if b in _BRANDS), None)
        return Refused("unsupported_format", format=brand) if brand else Refused("video_file")
    # A PDF may start within its first kilobyte.
    for signature, name in _DOCUMENTS:
        if data.startswith(signature) or (name == "PDF" and signature in data[:1024]):
            return Refused("document_file", format=name)
    if data.startswith(_ARCHIVES) or data[257:262] == b"ustar":
        return Refused("archive_file")
    text = _text(data[:4096])
    if "<svg" in text:
        return Refused("svg_drawing")
    if any(text.startswith(tag.decode()) for tag in _WEB) or "<html" in text or "<script" in text:
        return Refused("web_page")
    return Refused("not_an_image")


def _brands(data: bytes) -> list[bytes]:
    """Major and compatible brands of an ISO media file."""
    length = min(int.from_bytes(data[:4], "big"), 256)
    return [data[8:12], *(data[start : start + 4] for start in range(16, length, 4))]


def _text(start: bytes) -> str:
    """The beginning as text, in the encodings web pages come in; empty for other bytes."""
    encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = start.decode(encoding, "replace")
    return "" if text.count("\ufffd") > 8 or "\0" in text else text.lstrip().lower()
