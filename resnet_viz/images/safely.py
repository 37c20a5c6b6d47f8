"""Decoding that cannot take its caller down: in a bounded child process."""

import io
import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Final

import numpy as np

import resnet_viz
from resnet_viz.images.decoding import DecodedImage, decoded
from resnet_viz.images.messages import refused
from resnet_viz.images.policy import MAX_BYTES, MAX_PIXELS, MAX_SIDE_PX

DECODERS: Final = 2
"""At once: each may use some hundred MB."""
PATIENCE_S: Final = 60.0
"""How long an image waits for its turn."""
TIME_LIMIT_S: Final = 20.0
"""By the clock; the decoder's own limit counts processor time."""

_HEADER_BYTES = 65536
_MODULE = "resnet_viz.images.decoder"
_KEPT_VARIABLES = ("DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "SYSTEMROOT")

_log = logging.getLogger(__name__)
_turns = threading.BoundedSemaphore(DECODERS)


def decode_safely(
    data: bytes, name: str = "", *, longest_px: int | None = None, time_limit_s: float = TIME_LIMIT_S
) -> DecodedImage:
    """The image in ``data``; raises `ImageRefused`, also when its decoder is killed, crashes or hangs.

    ``name`` serves for one remark and is never a path. Images with a side longer
    than ``longest_px`` are reduced to that before they reach this process.
    """
    if not data:
        raise refused("empty_file", {})
    if len(data) > MAX_BYTES:
        raise refused("file_too_large", {"limit": MAX_BYTES // 2**20})
    if not _turns.acquire(timeout=PATIENCE_S):
        raise refused("decoder_busy", {})
    try:
        return _decode_in_child(data, name, longest_px, time_limit_s)
    finally:
        _turns.release()


def _decode_in_child(data: bytes, name: str, longest_px: int | None, time_limit_s: float) -> DecodedImage:
    command = [sys.executable, "-P", "-m", _MODULE]
    if longest_px is not None:
        command.append(f"--longest-px={longest_px}")
    child = subprocess.Popen(
        command,
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
        return _received(child.stdout, name)
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


def _received(pipe: io.BufferedReader, name: str) -> DecodedImage:
    """The answer, read no further than it may be long; raises `ImageRefused`, or others where it is none."""
    line = pipe.readline(_HEADER_BYTES)
    if not line.endswith(b"\n"):
        raise EOFError("header")
    header: dict[str, Any] = json.loads(line)
    if "refused" in header:
        _log.info("image refused: %s %r", header["refused"], header["detail"])
        raise refused(header["refused"], header["parameters"])
    width, height = header["pixels"]
    if not 0 < width * height <= MAX_PIXELS or max(width, height) > MAX_SIDE_PX:
        raise ValueError("size")
    raw = bytearray(height * width * 3)
    if pipe.readinto(raw) != len(raw):
        raise EOFError("pixels")
    pixels = np.frombuffer(raw, np.uint8).reshape(height, width, 3)
    stored_width, stored_height = header["size"]
    size = (stored_width, stored_height)
    return decoded(pixels, header["format"], size, header["changes"], header["warnings"], name)


def _environment() -> dict[str, str]:
    """What Python needs to start and no more: the server's secrets are none of a hostile file's business."""
    environment = {key: os.environ[key] for key in _KEPT_VARIABLES if key in os.environ}
    root = str(Path(resnet_viz.__file__).parents[1])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    return environment
