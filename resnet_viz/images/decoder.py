"""The process that decodes one image: ``python -m resnet_viz.images.decoder``.

The file comes on stdin; the answer on stdout is one line of JSON, for an
accepted image followed by its pixels as raw RGB, row by row. A hostile file
that takes over or brings down this process finds no files to write, little
memory and little time, and nobody else's data.
"""

import argparse
import contextlib
import gc
import json
import sys
from typing import Any, BinaryIO

from resnet_viz.images.pixels import Pixels, read
from resnet_viz.images.policy import MAX_BYTES, Refused

MEMORY_BYTES = 768 * 2**20
"""Address space, libraries included; the largest accepted images need about 500 MB."""
CPU_S = 10
_ROWS = 256


def main() -> None:
    """Answer for the file on stdin."""
    parser = argparse.ArgumentParser(prog="python -m resnet_viz.images.decoder", description=main.__doc__)
    parser.add_argument("--longest-px", type=int, help="reduce images with longer sides")
    longest_px: int | None = parser.parse_args().longest_px
    limit_resources()
    # What a library prints must not get between the pixels.
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    with contextlib.suppress(BrokenPipeError):
        answer(sys.stdin.buffer.read(MAX_BYTES + 1), longest_px, answers)


def answer(data: bytes, longest_px: int | None, answers: BinaryIO) -> None:
    """Write header and pixels for ``data``, or the refusal."""
    try:
        pixels = read(data, longest_px)
    except Refused as refusal:
        _say(
            answers,
            {"refused": refusal.code, "parameters": refusal.parameters, "detail": refusal.detail[:300]},
        )
        return
    _say(answers, _header(pixels))
    image = pixels.image
    # In strips: the whole as bytes would take its memory once more.
    for top in range(0, image.height, _ROWS):
        strip = image.crop((0, top, image.width, min(top + _ROWS, image.height)))
        answers.write(strip.tobytes())
    answers.flush()


def limit_resources() -> None:
    """Bound what this process may use, where the system can: memory, time, no files, no core dump."""
    gc.disable()  # one short piece of work, hardly any objects
    try:
        import resource
    except ImportError:  # Windows: there the caller's deadline and the checks of size have to do
        return
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CPU: CPU_S,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, wanted in limits.items():
        _soft, hard = resource.getrlimit(kind)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        # macOS knows the limit of the address space but takes no value for it.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


def _header(pixels: Pixels) -> dict[str, Any]:
    return {
        "format": pixels.format,
        "size": pixels.size,
        "pixels": pixels.image.size,
        "changes": pixels.changes,
        "warnings": pixels.warnings,
    }


def _say(answers: BinaryIO, header: dict[str, Any]) -> None:
    answers.write(json.dumps(header).encode() + b"\n")


if __name__ == "__main__":
    main()
