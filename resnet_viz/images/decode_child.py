"""The task "decode": one image, in a process of its own.

A hostile file that takes over or brings down this process finds no files to
write, little memory and little time, and nobody else's data.
"""

import contextlib
import gc
from typing import Any

from PIL import Image

from resnet_viz.images.fitting import Wanted, fitted
from resnet_viz.images.pixels import Note, Pixels, read
from resnet_viz.images.refusals import Refused
from resnet_viz.processes.channel import Channel, Frame
from resnet_viz.processes.tasks import Workplace


def serve(channel: Channel, workplace: Workplace) -> None:
    """Answer for one file: the whole picture, small enough to show, and the square that the network gets."""
    gc.disable()  # one short piece of work, hardly any objects
    with contextlib.suppress(BrokenPipeError):
        channel.send({"ready": True})
        question = channel.receive()
        if question is not None:
            wanted = Wanted(**question.values["wanted"])
            channel.send(*answer(question.file, wanted, question.values["shown_px"]))


def answer(data: bytes, wanted: Wanted, shown_px: int) -> Frame:
    """Facts and pictures for ``data``, or the refusal."""
    try:
        pixels = read(data)
        square, notes = fitted(pixels.image, wanted)
        shown = pixels.image
        shown.thumbnail((shown_px, shown_px), Image.Resampling.BILINEAR)
    except Refused as refusal:
        return _refusal(refusal)
    except MemoryError as error:
        return _refusal(Refused("decoder_memory", repr(error)))
    pictures: dict[str, Any] = {"shown": _rows(shown), "square": _rows(square)}
    return Frame({"answer": _facts(pixels, notes)}, pictures)


def _facts(pixels: Pixels, fitting: list[Note]) -> dict[str, Any]:
    return {
        "format": pixels.format,
        "size": pixels.size,
        "changes": pixels.changes,
        "warnings": pixels.warnings,
        "fitting": fitting,
    }


def _rows(image: Image.Image) -> memoryview:
    """The pixels as uint8 [H, W] or [H, W, C], for which NumPy need not be imported."""
    shape = (image.height, image.width, *([len(image.getbands())] if len(image.getbands()) > 1 else []))
    return memoryview(image.tobytes()).cast("B", shape)


def _refusal(refusal: Refused) -> Frame:
    told = {"refused": refusal.code, "parameters": refusal.parameters, "detail": refusal.detail[:300]}
    return Frame({"answer": told}, {})
