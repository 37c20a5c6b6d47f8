"""What the sections of the Inspect page look at: networks, image, layer and class."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.ui import labels
from resnet_viz.ui.inspection.client import About, Layer
from resnet_viz.ui.inspection.images import Seen
from resnet_viz.ui.inspection.link import LINK
from resnet_viz.ui.inspection.networks import Network, Pair, Slot

_KINDS: Final = {
    "stem": N_("first convolution"),
    "conv": N_("convolution"),
    "shortcut": N_("shortcut"),
    "block": N_("block"),
    "stage": N_("after pooling"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """One image under one or two networks.

    Attributes:
        known: of each network.
        axes: of each network the layers with feature maps, from the input on; the same where both share them.
        logits: float32 [classes] of each network.
    """

    pair: Pair
    known: tuple[About, ...]
    axes: tuple[tuple[Layer, ...], ...]
    seen: Seen
    logits: tuple[npt.NDArray[np.float32], ...]

    @property
    def networks(self) -> tuple[Network, ...]:
        """Plain first."""
        return self.pair.networks

    @property
    def is_matched(self) -> bool:
        """Whether corresponding channels began with the same weights."""
        return all(about.run is not None for about in self.known)

    @property
    def class_names(self) -> tuple[str, ...]:
        """In the reader's language, in the order of the logits."""
        return self.known[-1].class_names

    @property
    def usual_target(self) -> int:
        """The true class, or where it is not known the one that the last network predicts."""
        return int(self.logits[-1].argmax()) if self.seen.truth is None else self.seen.truth

    @property
    def usual_contrast(self) -> tuple[int, int]:
        """The last network's class, and the first's; where they agree, the next most probable."""
        target, other = int(self.logits[-1].argmax()), int(self.logits[0].argmax())
        return target, self.other_than(target) if other == target else other

    def other_than(self, target: int) -> int:
        """The class that the last network finds most probable apart from ``target``."""
        return next(int(one) for one in np.argsort(-self.logits[-1], kind="stable") if one != target)

    @property
    def filename(self) -> str:
        """Start of the names of downloads."""
        return f"inspect-{self.pair.name}-{self.seen.digest[:8]}"


def layer_axes(known: Sequence[About]) -> tuple[tuple[Layer, ...], ...]:
    """Of each network the layers to choose from; those that both have, where they are built alike."""
    axes = [_axis(about) for about in known]
    names = [{layer.name for layer in axis} for axis in axes]
    common = set.intersection(*names)
    alike = common in names and len({about.default_layer for about in known}) == 1
    return tuple(tuple(layer for layer in axis if not alike or layer.name in common) for axis in axes)


def _axis(about: About) -> tuple[Layer, ...]:
    """Without the head, and without stages where these are but their last blocks."""
    blocks = any(layer.kind == "block" for layer in about.layers)
    skipped = ("stage", "head") if blocks else ("head",)
    return tuple(layer for layer in about.layers if layer.kind not in skipped)


def layer_title(name: str) -> str:
    """``stage2.block1.conv1`` in words; names that are not ours stand for themselves."""
    if name.partition(".")[0].rstrip("0123456789") not in ("stem", "stage", "head"):
        return name
    words = []
    for part in name.split("."):
        number = part.lstrip("abcdefghijklmnopqrstuvwxyz")
        match part.rstrip("0123456789"):
            case "stem":
                words.append(_("stem"))
            case "head":
                words.append(_("classifier"))
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
            case "gate":
                words.append(_("gate"))
            case _other:
                words.append(part)
    title = words[0]
    for word in words[1:]:
        title = _("{whole}, {part}").format(whole=title, part=word)
    return title


def choose_layers(selection: Selection) -> dict[Slot, str]:
    """Show a depth axis, or one for each network where they are built differently; the chosen layers."""
    slots = [network.slot for network in selection.networks]
    names = {tuple(layer.name for layer in axis) for axis in selection.axes}
    if len(names) == 1:
        label = _("Layer, from input to output")
        return dict.fromkeys(slots, _choose_layer("layer", label, selection.known[-1], selection.axes[-1]))
    parameters = ["layer2", "layer"][-len(slots) :]
    chosen: dict[Slot, str] = {}
    for column, parameter, network, about, axis in zip(
        st.columns(len(slots), gap="medium"),
        parameters,
        selection.networks,
        selection.known,
        selection.axes,
        strict=True,
    ):
        with column:
            label = _("Layer of {network}, from input to output").format(network=network.name)
            chosen[network.slot] = _choose_layer(parameter, label, about, axis)
    return chosen


def _choose_layer(parameter: str, label: str, about: About, axis: Sequence[Layer]) -> str:
    layers = {layer.name: layer for layer in axis}

    def title(name: str) -> str:
        layer = layers[name]
        words = layer_title(name)
        if about.run is None:  # the names of other networks say little by themselves
            words = f"{labels.label(_KINDS, layer.kind)} {name}"
        return f"{layer.position}/{about.depth} · {words}"

    return LINK.choose(
        parameter,
        list(layers),
        about.default_layer,
        lambda key: st.select_slider(
            label,
            list(layers),
            format_func=title,
            key=key,
            help=_(
                "Of a block, its output after the addition; of a convolution, its own output, before any "
                "normalisation and ReLU that follow it."
            ),
        ),
    )
