"""One image block by block: when the network knows, and what each addition is credited with."""

import numpy as np
import streamlit as st

from resnet_viz.figures import credit, known
from resnet_viz.locale import gettext as _
from resnet_viz.pictures.colours import largest
from resnet_viz.pictures.overlay import overlay
from resnet_viz.processes.channel import Frame
from resnet_viz.ui import chart_card
from resnet_viz.ui.inspection.client import ask
from resnet_viz.ui.inspection.link import LINK
from resnet_viz.ui.inspection.map_types import Shown
from resnet_viz.ui.inspection.maps import colour_bar
from resnet_viz.ui.inspection.networks import Network
from resnet_viz.ui.inspection.selection import Selection
from resnet_viz.ui.picture import show_picture
from resnet_viz.wording import number


def block_by_block(selection: Selection, shown: Shown) -> None:
    """Both charts, and of one block the maps of its two parts."""
    with st.spinner(_("Fitting a classifier after every block; the first time takes some seconds …")):
        entries = [_known(network, selection) for network in selection.networks]
    names, asked = selection.class_names, shown.asked
    score = {"target": asked.target} | ({} if asked.against is None else {"against": asked.against})
    credited = [
        (network, ask(network, "credit", selection.seen.pixels, **score)) for network in selection.networks
    ]
    adding = [(network, answer) for network, answer in credited if answer.values["has_skip"]]
    left, right = st.columns(2, gap="medium")
    with left:
        figure = known.figure(entries, names)
        filename = f"{selection.filename}-known"
        chart_card.show(figure, key="inspect_known", filename=filename, height_px=380)
    with right:
        if adding:
            against = None if asked.against is None else names[asked.against]
            _show_credit(selection, *adding[-1], names[asked.target], against)
        else:
            st.info(_("Nothing is added in these networks: they have no skip connections."))
    left, right = st.columns(2, gap="medium")
    with left:
        for one in entries:
            st.caption(known.sentence_of(one, names))
    with right:
        if adding:
            _maps(selection, adding[-1][1])


def _show_credit(
    selection: Selection, network: Network, answer: Frame, class_name: str, against: str | None
) -> None:
    found = answer.arrays
    info = credit.CreditInfo(
        network.look, tuple(answer.values["blocks"]), found["skip"], found["branch"], class_name, against
    )
    filename = f"{selection.filename}-credit"
    chart_card.show(credit.figure(info), key="inspect_credit", filename=filename, height_px=380)


def _known(network: Network, selection: Selection) -> known.KnownImage:
    answer = ask(network, "known", selection.seen.pixels)
    return known.KnownImage(
        network.look, answer.arrays["said"], int(answer.values["final"]), answer.arrays["accuracy"]
    )


def _maps(selection: Selection, answer: Frame) -> None:
    """Where on the image both parts of one sum come from, on one scale."""
    blocks = list(answer.values["blocks"])
    name = LINK.choose(
        "addition",
        blocks,
        blocks[-1],
        lambda key: st.select_slider(_("Addition"), blocks, key=key),
    )
    at = blocks.index(name)
    parts = {
        _("Skip connection, ⟨g, x⟩"): answer.arrays[f"skip.{at}"],
        _("Branch, ⟨g, F⟩"): answer.arrays[f"branch.{at}"],
    }
    limit = max(largest(values, signed=True) for values in parts.values())
    for column, (title, values) in zip(st.columns(2, gap="small"), parts.items(), strict=True):
        with column:
            total = number(float(np.sum(values)))
            show_picture(
                overlay(selection.seen.pixels[0], values, limit, signed=True, opacity=0.7),
                width="stretch",
                alt=_("{title}: in all {total}").format(title=title, total=total),
            )
            st.caption(_("{title}: in all {total}").format(title=title, total=total))
    colour_bar(limit, signed=True)
