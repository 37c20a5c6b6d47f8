"""Small pictures to choose from, each a button that says its name to those who do not see it."""

import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from resnet_viz.pictures.colours import Pixels
from resnet_viz.pictures.overlay import png
from resnet_viz.ui.component import component
from resnet_viz.ui.language import in_readers_language

_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True, eq=False)
class PictureButton:
    """One picture, uint8 [h, w, 3]; ``title`` says what it is, ``caption`` stands below it."""

    name: str
    pixels: Pixels
    title: str
    caption: str = ""


def picture_buttons(
    shown: Sequence[PictureButton],
    *,
    key: str,
    label: str,
    chosen: str,
    on_pick: Callable[[str], None],
    size_px: int = 72,
    in_one_row: bool = False,
) -> None:
    """Show the pictures, each at least ``size_px`` wide; ``on_pick`` is told which was pressed.

    They stand in rows, or ``in_one_row`` that is scrolled sideways where there is no room for all.
    """

    @in_readers_language
    def picked() -> None:
        name = st.session_state[key].picked
        if name in {one.name for one in shown}:
            on_pick(name)

    words = {
        "size": size_px,
        "row": in_one_row,
        "label": label,
        "chosen": chosen,
        "pictures": [
            {
                "name": picture.name,
                "title": picture.title,
                "caption": picture.caption,
                "src": _data_url(picture.pixels),
            }
            for picture in shown
        ],
    }
    files = (_HERE / "picture_buttons.css", _HERE / "picture_buttons.js")
    show = component("picture_buttons", *files, html='<div class="picture-buttons" role="group"></div>')
    show(key=key, data=json.dumps(words).encode(), on_picked_change=picked)


def _data_url(pixels: Pixels) -> str:
    return f"data:image/png;base64,{b64encode(png(pixels)).decode()}"
