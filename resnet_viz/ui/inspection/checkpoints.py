"""How a map changes during training: the same one at every kept checkpoint."""

from typing import Final

import numpy as np
import streamlit as st

from resnet_viz.locale import gettext as _
from resnet_viz.pictures.colours import largest
from resnet_viz.pictures.overlay import overlay
from resnet_viz.ui import pages
from resnet_viz.ui.inspection.client import predict, probabilities
from resnet_viz.ui.inspection.link import LINK
from resnet_viz.ui.inspection.map_types import MapAsked, Shown
from resnet_viz.ui.inspection.maps import logit_difference, map_of
from resnet_viz.ui.inspection.networks import Network
from resnet_viz.ui.inspection.selection import Selection
from resnet_viz.ui.network_card import network_card
from resnet_viz.ui.picture import show_picture
from resnet_viz.ui.picture_buttons import PictureButton, picture_buttons
from resnet_viz.wording import after_steps, number, percent

_SIDE_PX: Final = 112


def checkpoints(selection: Selection, shown: Shown) -> None:
    """A slider through the checkpoints, the pair of maps there, and a strip of all of them."""
    steps = selection.pair.steps
    if len(steps) < 2:
        st.info(
            _(
                "Only the final weights of these networks are included. Run a race: its checkpoints are "
                "kept, and you can follow here how the map changes from checkpoint to checkpoint."
            ),
            icon=":material/timeline:",
        )
        st.page_link(pages.RACE.path, label=_("Go to the race"), icon=pages.RACE.icon)
        return
    asked = shown.asked
    step = LINK.choose(
        "when",
        steps,
        steps[-1],
        lambda key: st.select_slider(
            _("Checkpoint shown"),
            steps,
            format_func=after_steps,
            key=key,
        ),
    )
    with st.spinner(_("Computing for every checkpoint …")):
        rows = [
            [_at(network, selection, asked) for network in networks]
            for networks in zip(*(selection.pair.at(one) for one in steps), strict=True)
        ]
    for column, row in zip(st.columns(len(rows), gap="medium"), rows, strict=True):
        network = row[0].network
        with column, network_card(network.look, network.slot, "time"):
            chosen = row[steps.index(step)]
            st.markdown(f"#### {network.name}")
            show_picture(chosen.pixels, width=280, alt=chosen.title)
            st.caption(chosen.title)
            picture_buttons(
                [
                    PictureButton(str(at), one.small, one.title, f"{at:,}")
                    for at, one in zip(steps, row, strict=True)
                ],
                key=f"inspect_time_{network.slot}",
                label=_("All checkpoints of the {network} network").format(network=network.name_inside),
                chosen=str(step),
                on_pick=lambda name: LINK.choose_now("when", int(name)),
                size_px=64,
            )
    st.caption(_("Each picture has a colour scale of its own: on a common one early maps could not be seen."))


class _Moment:
    """One network at one step: pictures and a sentence."""

    def __init__(self, network: Network, selection: Selection, asked: MapAsked) -> None:
        found = map_of(network, selection, asked)
        self.network = network
        assert network.step is not None  # it is one of a run's checkpoints
        values = np.zeros((1, 1), np.float32) if found.values is None else found.values
        limit = largest(values, signed=False)
        pixels = selection.seen.pixels[0]
        self.pixels = overlay(pixels, values, limit, signed=False)
        self.small = overlay(pixels, values, limit, signed=False, side_px=_SIDE_PX)
        said = {
            "when": after_steps(network.step),
            "low": number(float(values.min())),
            "high": number(float(values.max())),
        }
        text = _("Map {when}: from {low} to {high}")
        names = selection.class_names
        if asked.against is not None:
            text = _("Logit of {name} minus that of {other} {when}: {difference}; map from {low} to {high}")
            difference = logit_difference(predict(network, selection.seen.pixels)[0], asked)
            said |= {"name": names[asked.target], "other": names[asked.against], "difference": difference}
        elif asked.knows_class:
            text = _("{name} {when}: {share}; map from {low} to {high}")
            logits = predict(network, selection.seen.pixels)[0]
            share = float(probabilities(logits)[asked.target])
            said |= {"name": names[asked.target], "share": percent(share)}
        self.title = found.refusal or text.format(**said)


def _at(network: Network, selection: Selection, asked: MapAsked) -> _Moment:
    return _Moment(network, selection, asked)
