"""Several pictures with titles as one SVG, so that text stays text in every language."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

from resnet_viz.pictures.colours import Pixels
from resnet_viz.pictures.overlay import png

_SIDE: Final = 240
_GAP: Final = 20
_HEAD: Final = 70
_FOOT: Final = 36


class Panel(NamedTuple):
    """One picture, uint8 [h, w, 3], and what stands below it."""

    pixels: Pixels
    caption: str


def sheet(panels: Sequence[Panel], *, title: str, subtitle: str) -> str:
    """SVG source: ``panels`` in a row on white, under a title; texts are plain, not markup."""
    width = len(panels) * (_SIDE + _GAP) + _GAP
    height = _HEAD + _SIDE + _FOOT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif" fill="#17212B">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{_GAP}" y="30" font-size="18" font-weight="600">{escape(title)}</text>',
        f'<text x="{_GAP}" y="54" font-size="14">{escape(subtitle)}</text>',
    ]
    for index, panel in enumerate(panels):
        left = _GAP + index * (_SIDE + _GAP)
        data = b64encode(png(panel.pixels)).decode()
        parts.append(
            f'<image x="{left}" y="{_HEAD}" width="{_SIDE}" height="{_SIDE}" '
            f'href="data:image/png;base64,{data}"/>'
            f'<text x="{left + _SIDE / 2:g}" y="{_HEAD + _SIDE + 22}" font-size="14" '
            f'text-anchor="middle">{escape(panel.caption)}</text>'
        )
    return "\n".join([*parts, "</svg>\n"])
