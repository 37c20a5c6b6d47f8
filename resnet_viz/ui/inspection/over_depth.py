"""How all layers respond, over depth, both networks in one chart."""

import streamlit as st

from resnet_viz.figures.layer_statistics import MEASURES, NetworkStatistics, figure
from resnet_viz.locale import gettext as _
from resnet_viz.ui import chart_card, labels
from resnet_viz.ui.inspection.client import ask
from resnet_viz.ui.inspection.link import LINK
from resnet_viz.ui.inspection.map_types import Shown
from resnet_viz.ui.inspection.networks import Network
from resnet_viz.ui.inspection.selection import Selection


def over_depth(selection: Selection, _shown: Shown) -> None:
    """Mean, deviation, sparsity or silent channels of every ReLU for this image."""
    measure = LINK.choose(
        "measure",
        list(MEASURES),
        "zero_share",
        lambda key: st.pills(
            _("Measured"),
            list(MEASURES),
            format_func=lambda name: labels.label(MEASURES, name),
            key=key,
            required=True,
        ),
    )
    entries = [_statistics(network, selection) for network in selection.networks]
    filename = f"{selection.filename}-depth"
    chart_card.show(figure(entries, measure), key="inspect_depth", filename=filename, height_px=420)


def _statistics(network: Network, selection: Selection) -> NetworkStatistics:
    answer = ask(network, "statistics", selection.seen.pixels)
    found = answer.arrays
    return NetworkStatistics(
        network.look,
        tuple(answer.values["sites"]),
        found["positions"],
        found["mean"],
        found["std"],
        found["zero_share"],
        found["channels"],
        found["dead"],
    )
