"""Small pictures to choose from, each a button that says its name to those who do not see it."""

import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import streamlit as st

from resnet_viz.pictures.colours import Pixels
from resnet_viz.pictures.overlay import png
from resnet_viz.ui import language

_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One picture, uint8 [h, w, 3]; ``title`` says what it is, ``caption`` stands below it."""

    name: str
    pixels: Pixels
    title: str
    caption: str = ""


def tiles(
    shown: Sequence[Tile],
    *,
    key: str,
    label: str,
    chosen: str,
    on_pick: Callable[[str], None],
    size_px: int = 72,
) -> None:
    """Show the pictures in rows, each at least ``size_px`` wide; ``on_pick`` is told which was pressed."""

    def picked() -> None:
        language.use()
        name = st.session_state[key].picked
        if name in {tile.name for tile in shown}:
            on_pick(name)

    words = {
        "size": size_px,
        "label": label,
        "chosen": chosen,
        "tiles": [
            {"name": tile.name, "title": tile.title, "caption": tile.caption, "src": _data_url(tile.pixels)}
            for tile in shown
        ],
    }
    _component()(key=key, data=json.dumps(words).encode(), on_picked_change=picked)


def _data_url(pixels: Pixels) -> str:
    return f"data:image/png;base64,{b64encode(png(pixels)).decode()}"


@cache
def _component() -> Any:
    return st.components.v2.component(
        "resnet_viz_tiles",
        html='<div class="tiles" role="group"></div>',
        css=(_HERE / "tiles.css").read_text(encoding="utf-8"),
        js=(_HERE / "tiles.js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )
