"""What the sections of the Inspect page look at: networks, image, layer and class."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.locale import gettext as _
from resnet_viz.ui.inspect_answers import About, Layer
from resnet_viz.ui.inspect_images import Seen
from resnet_viz.ui.inspect_link import choose
from resnet_viz.ui.inspect_networks import Network, Pair

_AUTOMATIC: Final = "auto"


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """One image under one or two networks.

    Attributes:
        known: of the last network; what it shares with the other: classes, input, depth.
        layers: that all networks have, without the head; whole stages are their last blocks.
        logits: float32 [classes] of each network.
    """

    pair: Pair
    known: About
    layers: tuple[Layer, ...]
    seen: Seen
    logits: tuple[npt.NDArray[np.float32], ...]

    @property
    def networks(self) -> tuple[Network, ...]:
        """Plain first."""
        return self.pair.networks

    @property
    def class_names(self) -> tuple[str, ...]:
        """In the reader's language, in the order of the logits."""
        return tuple(_(name) for name in self.known.classes)

    @property
    def filename(self) -> str:
        """Start of the names of downloads."""
        return f"inspect-{self.pair.name}-{self.seen.digest[:8]}"


def common_layers(known: list[About]) -> tuple[Layer, ...]:
    """Layers with feature maps that all of the networks have, from the input on."""
    names = set.intersection(*({layer.name for layer in about.layers} for about in known))
    return tuple(
        layer for layer in known[-1].layers if layer.name in names and layer.kind not in ("stage", "head")
    )


def layer_title(name: str) -> str:
    """``stage2.block1.conv1`` in words."""
    words = []
    for part in name.split("."):
        number = part.lstrip("abcdefghijklmnopqrstuvwxyz")
        match part.rstrip("0123456789"):
            case "stem":
                words.append(_("stem"))
            case "stage":
                words.append(_("stage {number}").format(number=number))
            case "block":
                words.append(_("block {number}").format(number=number))
            case "conv" if "shortcut" in name:
                continue
            case "conv":
                words.append(_("convolution {number}").format(number=number))
            case "shortcut":
                words.append(_("shortcut"))
            case _other:
                words.append(part)
    return ", ".join(words)


def choose_layer(subject: Subject, *, blocks_only: bool = False) -> str:
    """Show the depth axis; the name of the chosen layer, at first the last block."""
    layers = [layer for layer in subject.layers if layer.kind == "block" or not blocks_only]
    names = [layer.name for layer in layers]
    depths = {layer.name: layer.position for layer in layers}
    last = next(layer.name for layer in reversed(layers) if layer.kind == "block")

    def title(name: str) -> str:
        return f"{depths[name]}/{subject.known.spec.depth} · {layer_title(name)}"

    return choose(
        "layer",
        names,
        last,
        lambda key: st.select_slider(
            _("Layer, from input to output"),
            names,
            format_func=title,
            key=key,
            help=_("A block is what comes out of it after the addition; a convolution is its bare output."),
        ),
    )


def choose_target(subject: Subject) -> int:
    """Show the classes; the index of the one that is asked about."""
    names = subject.class_names
    predicted = int(subject.logits[-1].argmax())
    automatic = predicted if subject.seen.truth is None else subject.seen.truth
    options = [_AUTOMATIC, *map(str, range(len(names)))]

    def title(option: str) -> str:
        if option != _AUTOMATIC:
            return names[int(option)]
        text = _("True class: {name}") if subject.seen.truth is not None else _("Predicted class: {name}")
        return text.format(name=names[automatic])

    chosen = choose(
        "target",
        options,
        _AUTOMATIC,
        lambda key: st.selectbox(_("What speaks for this class?"), options, format_func=title, key=key),
    )
    return automatic if chosen == _AUTOMATIC else int(chosen)
