"""Decoding that cannot take its caller down: in a bounded child process."""

import io
import json
import logging
import math
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

import resnet_viz
from resnet_viz.images.decode import DecodedImage, Prepared, decoded, prepared
from resnet_viz.images.fitting import Wanted
from resnet_viz.images.messages import refused
from resnet_viz.images.refusals import MAX_BYTES

SHOWN_PX: Final = 640
DECODERS: Final = 2
"""At once: each may use some hundred MB."""
PATIENCE_S: Final = 60.0
"""How long an image waits for its turn."""
TIME_LIMIT_S: Final = 20.0
"""By the clock; the decoder's own limit counts processor time."""

_HEADER_BYTES = 65536
_MODULE = "resnet_viz.images.child"
_KEPT_VARIABLES = ("DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "SYSTEMROOT")

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
    asked = {**wanted._asdict(), "shown_px": SHOWN_PX}
    options = [f"--{key.replace('_', '-')}={value}" for key, value in asked.items()]
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", _MODULE, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
    )
    is_late = threading.Event()

    def give_up() -> None:
        is_late.set()
        child.kill()

    deadline = threading.Timer(time_limit_s, give_up)
    deadline.daemon = True
    deadline.start()
    assert isinstance(child.stdin, io.BufferedWriter)
    assert isinstance(child.stdout, io.BufferedReader)
    try:
        _send(child.stdin, data)
        return _received(child.stdout, name, wanted)
    except (EOFError, KeyError, RecursionError, TypeError, ValueError) as error:
        _log.warning("image decoder ended without an answer: %r", error)
        raise refused("decoder_time" if is_late.is_set() else "decoder_crashed", {}) from error
    finally:
        deadline.cancel()
        child.kill()
        child.stdout.close()
        child.wait()


def _send(pipe: io.BufferedWriter, data: bytes) -> None:
    try:
        with pipe:
            pipe.write(data)
    except OSError as error:  # it ended before it had read all
        raise EOFError("stdin") from error


def _received(pipe: io.BufferedReader, name: str, wanted: Wanted) -> Taken:
    """The answer, read no further than it may be long; raises `ImageRefused`, or others where it is none."""
    line = pipe.readline(_HEADER_BYTES)
    if not line.endswith(b"\n"):
        raise EOFError("header")
    header: dict[str, Any] = json.loads(line)
    if "refused" in header:
        _log.info("image refused: %s %r", header["refused"], header["detail"])
        raise refused(header["refused"], header["parameters"])
    width, height = header["shown"]
    if not (1 <= width <= SHOWN_PX and 1 <= height <= SHOWN_PX):
        raise ValueError("size")
    shown = _pixels(pipe, (height, width, 3))
    square = _pixels(pipe, (wanted.px, wanted.px, 3) if wanted.channels == 3 else (wanted.px, wanted.px))
    stored_width, stored_height = header["size"]
    size = (stored_width, stored_height)
    image = decoded(shown, header["format"], size, header["changes"], header["warnings"], name)
    return Taken(image, prepared(square, header["fitting"]))


def _pixels(pipe: io.BufferedReader, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    raw = bytearray(math.prod(shape))
    if pipe.readinto(raw) != len(raw):
        raise EOFError("pixels")
    return np.frombuffer(raw, np.uint8).reshape(shape)


def _environment() -> dict[str, str]:
    """What Python needs to start and no more: the server's secrets are none of a hostile file's business."""
    environment = {key: os.environ[key] for key in _KEPT_VARIABLES if key in os.environ}
    root = str(Path(resnet_viz.__file__).parents[1])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    return environment
