"""The one thing EXIF is read for: which way up the camera was held."""

import struct

_ORIENTATION, _SHORT = 0x0112, 3
_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}


def orientation(exif: bytes | None) -> int:
    """The orientation, 1 to 8 (Exif 3.0 §4.6.5.1.6), in the first directory of ``exif``.

    1, upright, wherever there is none to be read: a damaged block is ignored.
    """
    order = _ORDERS.get((exif or b"")[:4])
    if exif is None or order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "I", exif, 4)
        (entries,) = struct.unpack_from(order + "H", exif, start)
        for entry in range(entries):
            tag, kind, count, value = struct.unpack_from(order + "HHIH", exif, start + 2 + 12 * entry)
            if tag == _ORIENTATION:
                return value if kind == _SHORT and count == 1 and 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1
