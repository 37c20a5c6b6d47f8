"""JSON as programs leave it: with the marks and encodings that editors and PowerShell's ``>`` give it."""

import codecs

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_

_BY_FIRST_BYTES = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"{\0", "utf-16-le"),
    (b"\0{", "utf-16-be"),
)


def in_utf8(content: bytes) -> bytes:
    """``content`` in UTF-8 without a mark; what is no JSON at all as it is.

    Raises `InvalidSetting` for JSON in an encoding that is not known.
    """
    try:
        return content.decode(_encoding(content)).encode()
    except UnicodeError as error:
        if not is_json(content):
            return content
        raise InvalidSetting(
            "import_encoding",
            N_("The file is in another encoding than UTF-8 or UTF-16; save it as UTF-8 or export it again."),
        ) from error


def is_json(content: bytes) -> bool:
    """Whether ``content`` is JSON rather than weights, by its first sign in the encoding it seems to have."""
    # Weights begin with the length of their header, a number of 64 bits that may look like any sign.
    if b"\0\0\0" in content[:8]:
        return False
    beginning = content[:4096].decode(_encoding(content), "replace")
    return beginning.lstrip().startswith(("{", "["))


def _encoding(content: bytes) -> str:
    known = (encoding for mark, encoding in _BY_FIRST_BYTES if content.startswith(mark))
    return next(known, "utf-8")
