"""Decoding that cannot take its caller down: in a bounded child process."""

import logging
import threading
from typing import Final, NamedTuple

import numpy as np

from resnet_viz.images.decode import DecodedImage, Prepared, decoded, prepared
from resnet_viz.images.fitting import Wanted
from resnet_viz.images.messages import refused
from resnet_viz.images.refusals import MAX_BYTES
from resnet_viz.processes.channel import Frame
from resnet_viz.processes.child import Child, Fault, NoAnswer

SHOWN_PX: Final = 640
DECODERS: Final = 2
"""At once: each may use some hundred MB."""
PATIENCE_S: Final = 60.0
"""How long an image waits for its turn."""
TIME_LIMIT_S: Final = 20.0
"""By the clock; the decoder's own limit counts processor time."""

_MOST_FACTS_BYTES: Final = 65536
_MODULE: str | None = None  # the decoder itself

_log = logging.getLogger(__name__)
_turns = threading.BoundedSemaphore(DECODERS)


class Taken(NamedTuple):
    """An image from outside: ``image`` to show, no side longer than `SHOWN_PX`, ``prepared`` to ask about."""

    image: DecodedImage
    prepared: Prepared


def decode_safely(data: bytes, name: str, wanted: Wanted, *, time_limit_s: float = TIME_LIMIT_S) -> Taken:
    """The image in ``data``; raises `ImageRefused`, also when its decoder is killed, crashes or hangs.

    What the network gets is what `decode.decode` and `decode.prepare` give, made of
    all pixels; those never reach this process. ``name`` serves for one remark and is never a path.
    """
    if not data:
        raise refused("empty_file", {})
    if len(data) > MAX_BYTES:
        raise refused("file_too_large", {"limit": MAX_BYTES // 2**20})
    if not _turns.acquire(timeout=PATIENCE_S):
        raise refused("decoder_busy", {})
    try:
        return _decode_in_child(data, name, wanted, time_limit_s)
    finally:
        _turns.release()


def _decode_in_child(data: bytes, name: str, wanted: Wanted, time_limit_s: float) -> Taken:
    asked = {"wanted": wanted._asdict(), "shown_px": SHOWN_PX}
    most_bytes = _MOST_FACTS_BYTES + 3 * (SHOWN_PX**2 + wanted.px**2)
    with Child("decode", module=_MODULE) as child, child.deadline(time_limit_s):
        try:
            return _taken(child.ask("decode", asked, file=data, most_bytes=most_bytes), name, wanted)
        except (NoAnswer, Fault, KeyError, TypeError, ValueError) as error:
            _log.warning("image decoder ended without an answer: %r", error)
            raise refused("decoder_time" if child.is_overdue else "decoder_crashed", {}) from error


def _taken(answer: Frame, name: str, wanted: Wanted) -> Taken:
    """The image in ``answer``; raises `ImageRefused`, or others where it is no answer."""
    facts, pictures, _ = answer
    if "refused" in facts:
        _log.info("image refused: %s %r", facts["refused"], facts["detail"])
        raise refused(facts["refused"], facts["parameters"])
    shown, square = pictures["shown"], pictures["square"]
    height, width, colours = shown.shape
    if not (1 <= width <= SHOWN_PX and 1 <= height <= SHOWN_PX and colours == 3):
        raise ValueError("size")
    if square.shape != (wanted.px, wanted.px, 3)[: 3 if wanted.channels == 3 else 2]:
        raise ValueError("square")
    if not shown.dtype == square.dtype == np.uint8:
        raise ValueError("type")
    stored_width, stored_height = facts["size"]
    size = (stored_width, stored_height)
    image = decoded(shown, facts["format"], size, facts["changes"], facts["warnings"], name)
    return Taken(image, prepared(square, facts["fitting"]))
