"""The process that decodes one image: ``python -m resnet_viz.images.child``.

The file comes on stdin; the answer on stdout is one line of JSON, for an
accepted image followed by two pictures row by row: the whole in RGB, small
enough to show, and what the network gets. A hostile file that takes over or
brings down this process finds no files to write, little memory and little
time, and nobody else's data.
"""

import argparse
import contextlib
import gc
import json
import sys
from typing import Any, BinaryIO, get_args

from PIL import Image

from resnet_viz.images.fitting import Fit, Wanted, fitted
from resnet_viz.images.pixels import Note, Pixels, read
from resnet_viz.images.refusals import MAX_BYTES, Refused

MEMORY_BYTES = 768 * 2**20
"""Address space, libraries included; the largest accepted images need about 500 MB."""
CPU_S = 10


def main() -> None:
    """Answer for the file on stdin."""
    parser = argparse.ArgumentParser(prog="python -m resnet_viz.images.child", description=main.__doc__)
    for name in ("--channels", "--px", "--resize-px"):
        parser.add_argument(name, type=int, required=True, help="see `fitting.Wanted`")
    parser.add_argument("--how", choices=get_args(Fit), required=True, help="see `fitting.Wanted`")
    parser.add_argument("--shown-px", type=int, required=True, help="longest side of the picture to show")
    asked = parser.parse_args()
    limit_resources()
    # What a library prints must not get between the pixels.
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    wanted = Wanted(asked.channels, asked.px, asked.resize_px, asked.how)
    with contextlib.suppress(BrokenPipeError):
        answer(sys.stdin.buffer.read(MAX_BYTES + 1), wanted, asked.shown_px, answers)


def answer(data: bytes, wanted: Wanted, shown_px: int, answers: BinaryIO) -> None:
    """Write header and pictures for ``data``, or the refusal."""
    try:
        pixels = read(data)
        square, notes = fitted(pixels.image, wanted)
        shown = pixels.image
        shown.thumbnail((shown_px, shown_px), Image.Resampling.BILINEAR)
    except Refused as refusal:
        _refuse(refusal, answers)
        return
    except MemoryError as error:
        _refuse(Refused("decoder_memory", repr(error)), answers)
        return
    _say(answers, _header(pixels, shown, notes))
    answers.write(shown.tobytes())
    answers.write(square.tobytes())
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


def _header(pixels: Pixels, shown: Image.Image, fitting: list[Note]) -> dict[str, Any]:
    return {
        "format": pixels.format,
        "size": pixels.size,
        "shown": shown.size,
        "changes": pixels.changes,
        "warnings": pixels.warnings,
        "fitting": fitting,
    }


def _refuse(refusal: Refused, answers: BinaryIO) -> None:
    _say(
        answers,
        {"refused": refusal.code, "parameters": refusal.parameters, "detail": refusal.detail[:300]},
    )


def _say(answers: BinaryIO, header: dict[str, Any]) -> None:
    answers.write(json.dumps(header).encode() + b"\n")


if __name__ == "__main__":
    main()
