"""Image files on their way to a network, some at a time."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from resnet_viz.errors import ImageRefused, ResnetVizError
from resnet_viz.images.decode import DecodedImage, Prepared, decode, prepare
from resnet_viz.images.fitting import Wanted
from resnet_viz.images.refusals import MAX_BYTES
from resnet_viz.locale import N_

_AT_ONCE = 256


class Source(NamedTuple):
    """One image file: what was read, or why there is no map of it."""

    path: Path
    image: DecodedImage | None
    prepared: Prepared | None
    refusal: ResnetVizError | None = None


def batches(paths: list[Path], wanted: Wanted) -> Iterator[list[Source]]:
    """The images in ``paths``, made into what a network takes."""
    queue = iter(paths)
    while batch := list(islice(queue, _AT_ONCE)):
        sources = []
        for path in batch:
            try:
                decoded = decode(_read(path), path.name)
            except ImageRefused as refusal:
                sources.append(Source(path, None, None, refusal))
            else:
                prepared = prepare(decoded, wanted.channels, wanted.px, wanted.how, wanted.resize_px)
                sources.append(Source(path, decoded, prepared))
        yield sources


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as source:
            return source.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ImageRefused(
            "not_readable", N_("This file cannot be read: {reason}."), reason=reason
        ) from error
