"""Which part of an image one pixel of a layer sees: the theoretical box and the measured gradient."""

from base64 import b64encode
from html import escape
from typing import Final

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw

from resnet_viz.architecture.graph import Architecture, Operation
from resnet_viz.locale import gettext as _
from resnet_viz.pictures.colours import Pixels, Values, largest
from resnet_viz.pictures.overlay import overlay, png
from resnet_viz.ui.architectures.choices import Chosen
from resnet_viz.ui.architectures.client import Drawn, ask
from resnet_viz.ui.architectures.fitted import fitted
from resnet_viz.ui.architectures.link import LINK
from resnet_viz.ui.architectures.subjects import Subject
from resnet_viz.ui.inspection import client as images
from resnet_viz.ui.inspection.networks import bundled, bundled_record
from resnet_viz.wording import percent

_SEED: Final = 0
_FRAME: Final = "#F0E442"
"""Seen on grey pictures and on what is coloured in them."""
_PANE_PX: Final = 340


def fields_of_view(chosen: Chosen, drawn: Drawn) -> None:
    """Choose a layer; show its field in both networks."""
    layers = [_layers(architecture) for _subject, architecture in drawn]
    names = max(layers, key=len)
    layer = LINK.choose(
        "layer",
        names,
        names[len(names) // 2],
        lambda key: st.select_slider(_("Layer"), names, key=key, width=520),
    )
    with st.grid(2, min_column_width=_PANE_PX, gap="medium"):
        for (subject, architecture), own in zip(drawn, layers, strict=True):
            # Of networks of two kinds the layer as deep in its own.
            name = layer if layer in own else own[min(names.index(layer), len(own) - 1)]
            with st.container(gap="xsmall"):
                _field(subject, architecture, architecture.by_name[name])
    st.caption(
        _(
            "The box is what the middle pixel of the layer can see at most. The colour is the size of the "
            "gradient of that pixel with respect to the image: what it depends on, most in the middle "
            "(Luo et al. 2016)."
        )
    )


def _layers(architecture: Architecture) -> list[str]:
    """Convolutions on the main path."""
    main = architecture.main_way
    return [one.name for one in architecture.operations if one.kind == "conv" and one.name in main]


def _field(subject: Subject, architecture: Architecture, operation: Operation) -> None:
    channels, px, _width = architecture.operations[0].output_shape
    image = _image(channels, px)
    answer = ask("field_of_view", subject.weights, image[np.newaxis], operation=operation.name, seed=_SEED)
    gradient = answer.arrays["gradient"]
    first, last = _box(operation, px)
    side = last - first + 1
    told = _(
        "{network}, {weights}, {layer}: box {side}×{side} pixels; {share} of the gradient in its "
        "middle quarter"
    )
    share = percent(_in_middle(gradient, first, last))
    weights = _("trained weights") if answer.values["trained"] else _("random weights, seed {seed}")
    text = told.format(
        network=subject.title,
        layer=operation.name,
        side=side,
        share=share,
        weights=weights.format(seed=_SEED),
    )
    picture = overlay(image, gradient, largest(gradient, signed=False), signed=False)
    framed = _framed(picture, first / px, (last + 1) / px, _FRAME)
    source = f"data:image/png;base64,{b64encode(png(framed)).decode()}"
    st.html(
        f'<figure class="field-of-view"><img src="{source}" alt="{escape(text)}">'
        f"<figcaption>{escape(text)}</figcaption></figure>"
    )


def _framed(picture: Pixels, first: float, last: float, colour: str) -> Pixels:
    """``picture`` uint8 [H, W, 3] with a square drawn on it; its sides are shares of the picture's."""
    drawn = Image.fromarray(picture)
    start, end = round(first * drawn.width), round(last * drawn.width) - 1
    ImageDraw.Draw(drawn).rectangle((start, start, end, end), outline=colour, width=3)
    return np.asarray(drawn, np.uint8)


def _box(operation: Operation, px: int) -> tuple[int, int]:
    """First and last pixel of a side that its middle pixel sees."""
    field = operation.field
    if field.stride == 0:
        return 0, px - 1
    at = (operation.output_shape[1] // 2) * field.stride
    return max(field.first + at, 0), min(field.last + at, px - 1)


def _in_middle(gradient: Values, first: int, last: int) -> float:
    """Which share of it lies in the middle half of either side of the box."""
    margin = (last - first + 1) // 4
    inner = gradient[first + margin : last + 1 - margin, first + margin : last + 1 - margin]
    total = float(gradient.sum())
    return float(inner.sum()) / total if total else 0.0


def _image(channels: int, px: int) -> Pixels:
    """The test image with which Inspect opens, as the network takes it: uint8 [C, px, px]."""
    residual = bundled("residual")
    shown, _labels = images.test_images(residual, (int(bundled_record()["opening_image"]),))
    image: Pixels = fitted(shown, channels, px)[0]
    return image
