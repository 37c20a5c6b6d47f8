"""The numbers behind prediction and map: all classes, raw values, and what came of them, to take away."""

import streamlit as st

from resnet_viz.attribution.remarks import balance_remarks
from resnet_viz.figures import predictions
from resnet_viz.locale import gettext as _
from resnet_viz.pictures.overlay import grid
from resnet_viz.ui import chart_card
from resnet_viz.ui.inspection.downloads import downloads
from resnet_viz.ui.inspection.map_types import NetworkMap, Shown
from resnet_viz.ui.inspection.selection import Selection
from resnet_viz.ui.network_card import network_card
from resnet_viz.ui.picture import show_picture
from resnet_viz.wording import number, running_text


def details(selection: Selection, shown: Shown) -> None:
    """Both networks' probabilities as bars, their maps as they were computed, downloads."""
    bars, raw = st.columns(2, gap="medium")
    with bars:
        _show_predictions(selection)
    with raw, st.grid(columns=len(shown.maps), gap="medium", min_column_width=150):
        for one, limit in zip(shown.maps, shown.limits, strict=True):
            if one.values is not None:
                with network_card(one.network.look, one.network.slot, "raw", height="stretch"):
                    _show_raw(one, limit, shown)
    found = [one for one in shown.maps if one.values is not None]
    downloads(selection, shown.asked, found, list(shown.limits), shown.look)


def _show_predictions(selection: Selection) -> None:
    looks = [network.look for network in selection.networks]
    figure = predictions.figure(
        list(zip(looks, selection.logits, strict=True)), selection.class_names, selection.seen.truth
    )
    filename = f"{selection.filename}-predictions"
    chart_card.show(figure, key="inspect_predictions", filename=filename, height_px=340)


def _show_raw(one: NetworkMap, limit: float, shown: Shown) -> None:
    values = one.values
    assert values is not None
    rows, columns = values.shape
    st.markdown(f"#### {one.network.name}")
    show_picture(
        grid(values, limit, signed=shown.look.signed),
        width="stretch",
        alt=_("The raw values as a grid of {height} × {width}").format(height=rows, width=columns),
    )
    st.caption(_("Raw, {height} × {width} values").format(height=rows, width=columns))
    low, high = number(float(values.min())), number(float(values.max()))
    st.caption(_("Values from {low} to {high}").format(low=low, high=high))
    if one.balance is not None:
        remarks = balance_remarks(one.balance, contrast=shown.asked.against is not None)
        st.caption(running_text(map(str, remarks)))
