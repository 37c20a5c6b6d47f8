"""A picture that lies in the page itself.

At an address of its own it would be gone when the next run of the script no longer shows it, which may be
before the browser has asked for it; and nobody else can ask for what one person has uploaded.
"""

import io
from base64 import b64encode
from typing import Final, Literal

import streamlit as st
from PIL import Image

from resnet_viz.pictures.colours import Pixels
from resnet_viz.pictures.overlay import png

_PHOTOGRAPH_PX: Final = 720
"""Twice as wide as it is shown at most."""


def show_picture(pixels: Pixels, *, alt: str, width: int | Literal["stretch", "content"] = "stretch") -> None:
    """``pixels`` uint8 [H, W, 3] as they are; ``alt`` says what is to be seen."""
    _show("png", png(pixels), alt, width)


def show_photograph(pixels: Pixels, *, alt: str) -> None:
    """``pixels`` uint8 [H, W, 3] of any size, smaller where there is no room for all of them."""
    photograph = Image.fromarray(pixels)
    photograph.thumbnail((_PHOTOGRAPH_PX, _PHOTOGRAPH_PX))
    target = io.BytesIO()
    photograph.save(target, "JPEG", quality=90)
    _show("jpeg", target.getvalue(), alt, "stretch")


def _show(kind: str, content: bytes, alt: str, width: int | Literal["stretch", "content"]) -> None:
    st.image(f"data:image/{kind};base64,{b64encode(content).decode()}", width=width, alt=alt)
