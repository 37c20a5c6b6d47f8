"""Attribution maps over the image, for both networks side by side."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.attribution.completeness import TOLERANCE, Balance
from resnet_viz.attribution.methods import METHODS, AttributionOptions, Emptiness
from resnet_viz.attribution.remarks import balance_remarks, emptiness_sentence, layer_remark
from resnet_viz.errors import ResnetVizError
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.pictures.colours import css_gradient, largest
from resnet_viz.pictures.overlay import grid, overlay
from resnet_viz.ui import labels
from resnet_viz.ui.inspection.client import ask, probabilities
from resnet_viz.ui.inspection.downloads import downloads
from resnet_viz.ui.inspection.link import LINK
from resnet_viz.ui.inspection.map_types import Look, MapAsked, NetworkMap
from resnet_viz.ui.inspection.networks import Network
from resnet_viz.ui.inspection.selection import Selection, choose_layers, choose_target
from resnet_viz.ui.network_card import network_card
from resnet_viz.ui.picture import show_picture
from resnet_viz.wording import number, percent, running_text

DEFAULT_METHOD: Final = "gradcam"
_VIEWS: Final = {"positive": N_("Evidence for"), "signed": N_("For and against")}
_CLASSLESS_VIEWS: Final = {"positive": N_("Positive values"), "signed": N_("All values")}
_SCALES: Final = {"shared": N_("One scale for both"), "own": N_("A scale each")}


def maps(selection: Selection) -> None:
    """Controls, the pair of maps, downloads."""
    asked = choose_map(selection)
    look = _choose_look(asked, len(selection.networks))
    with st.spinner(_("Computing …")):
        found = [map_of(network, selection, asked) for network in selection.networks]
    limits = limits_of(found, look)
    for column, one, limit, logits in zip(
        st.columns(len(found), gap="medium"), found, limits, selection.logits, strict=True
    ):
        with column, network_card(one.network.look, one.network.slot, "map", height="stretch"):
            st.markdown(f"#### {one.network.name}")
            if asked.knows_class:
                st.caption(_prediction_line(selection, logits, asked.target))
            _show_map(selection, one, limit, look, asked)
    downloads(selection, asked, [one for one in found if one.values is not None], limits, look)


def choose_map(selection: Selection) -> MapAsked:
    """Method, layer and class, with a line on what the method means and costs."""
    which, what = st.columns([1, 1], gap="medium")
    with which:
        name = LINK.choose(
            "method",
            list(METHODS),
            DEFAULT_METHOD,
            lambda key: st.selectbox(
                _("Method"), list(METHODS), format_func=lambda name: _(METHODS[name].title), key=key
            ),
        )
    method = METHODS[name]
    with what:
        target = choose_target(selection) if method.knows_class else selection.usual_target
    layers = choose_layers(selection) if method.needs_tap else {}
    passes = method.passes(AttributionOptions(), selection.known[-1].image.px)
    cost = _("Cost in passes: {forward} forward, {backward} backward.")
    if method.integrates:
        cost = _(
            "Cost in passes: {forward} forward, {backward} backward to begin with; on small images the steps "
            "are doubled until the sum is within {tolerance} of the difference."
        )
    cost = cost.format(forward=passes.forward, backward=passes.backward, tolerance=f"{TOLERANCE:.0%}")
    st.caption(running_text((_(method.meaning), _(method.fits), cost)))
    asked = MapAsked(name, layers, target)
    _show_layer_remarks(selection, asked)
    return asked


def _show_layer_remarks(selection: Selection, asked: MapAsked) -> None:
    """What the chosen layers are, where they are not what the method's paper takes; once if it is all one."""
    said: dict[str, list[str]] = {}
    for network, axis in zip(selection.networks, selection.axes, strict=True):
        kinds = {layer.name: layer.kind for layer in axis}
        remark = layer_remark(asked.method, kinds.get(asked.layer(network), ""))
        if remark is not None:
            said.setdefault(str(remark), []).append(network.name)
    for text, names in said.items():
        everywhere = len(names) == len(selection.networks)
        named = text if everywhere else _("{title}: {detail}").format(title=names[0], detail=text)
        st.caption(f":material/info: {named}")


def map_of(network: Network, selection: Selection, asked: MapAsked) -> NetworkMap:
    """The network's map, or why there is none."""
    values: dict[str, Any] = {"method": asked.method, "targets": np.array([asked.target], np.int64)}
    if asked.layer(network):
        values["tap"] = asked.layer(network)
    try:
        answer = ask(network, "maps", selection.seen.pixels, **values)
    except ResnetVizError as refusal:
        return NetworkMap(network, None, refusal=str(refusal))
    emptiness: Emptiness = answer.values["empty"][0]
    balances = [Balance(*values) for values in answer.values["balances"]]
    return NetworkMap(network, answer.arrays["raw"][0], emptiness, balance=balances[0] if balances else None)


def limits_of(found: list[NetworkMap], look: Look) -> list[float]:
    """The value that gets the strongest colour, for each network."""
    own = [0.0 if one.values is None else largest(one.values, signed=look.signed) for one in found]
    return own if look.scale == "own" else [max(own)] * len(own)


def _choose_look(asked: MapAsked, networks: int) -> Look:
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        view = "positive"
        if METHODS[asked.method].signed:
            views = _VIEWS if asked.knows_class else _CLASSLESS_VIEWS
            view = _segments("view", views, "positive", _("View"))
        scale = _segments("scale", _SCALES, "shared", _("Scale")) if networks > 1 else "own"
        opacity = LINK.choose(
            "opacity",
            range(0, 101, 5),
            75,
            lambda key: st.slider(_("Opacity"), 0, 100, step=5, format="%d%%", key=key, width=200),
        )
    return Look(view == "signed", scale, opacity / 100)


def _segments(name: str, texts: dict[str, str], default: str, title: str) -> str:
    return LINK.choose(
        name,
        list(texts),
        default,
        lambda key: st.segmented_control(
            title, list(texts), format_func=lambda one: labels.label(texts, one), key=key, required=True
        ),
    )


def _prediction_line(selection: Selection, logits: npt.NDArray[np.float32], target: int) -> str:
    shares = probabilities(logits)
    names = selection.class_names
    text = _("{name}: {share} (logit {logit})").format(
        name=names[target], share=percent(float(shares[target])), logit=number(float(logits[target]))
    )
    best = int(shares.argmax())
    if best == target:
        return text
    return f"{text} · " + _("prediction: {name} ({share})").format(
        name=names[best], share=percent(float(shares[best]))
    )


def _show_map(selection: Selection, one: NetworkMap, limit: float, look: Look, asked: MapAsked) -> None:
    if one.values is None:
        st.error(one.refusal, icon=":material/block:")
        return
    values = one.values
    pixels = selection.seen.pixels[0]
    pair = st.grid(columns=2, gap="small", min_column_width=120)
    with pair, st.container():
        show_picture(
            overlay(pixels, values, limit, signed=look.signed, opacity=look.opacity),
            width="stretch",
            alt=_describe(one, values, asked),
        )
        st.caption(_("Over the image, bilinear"))
    with pair, st.container():
        show_picture(
            grid(values, limit, signed=look.signed),
            width="stretch",
            alt=_("The raw values as a grid of {height} × {width}").format(
                height=values.shape[0], width=values.shape[1]
            ),
        )
        st.caption(_("Raw, {height} × {width} values").format(height=values.shape[0], width=values.shape[1]))
    colour_bar(limit, signed=look.signed)
    st.caption(
        _("Values from {low} to {high}").format(
            low=number(float(values.min())), high=number(float(values.max()))
        )
    )
    if one.balance is not None:
        st.caption(running_text(map(str, balance_remarks(one.balance))))
    empty = emptiness_sentence(METHODS[asked.method], one.empty)
    if empty is not None:
        st.info(str(empty), icon=":material/visibility_off:")


def colour_bar(limit: float, *, signed: bool) -> None:
    """What the colours mean, with the values at the ends."""
    low = number(-limit) if signed else "0"
    st.html(
        '<div class="colour-bar" aria-hidden="true">'
        f"<span>{low}</span>"
        f'<i style="background: {css_gradient(signed=signed)}"></i>'
        f"<span>{number(limit)}</span></div>"
    )


def _describe(one: NetworkMap, values: npt.NDArray[np.float32], asked: MapAsked) -> str:
    empty = emptiness_sentence(METHODS[asked.method], one.empty)
    if empty is not None:
        return str(empty)
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    text = _(
        "{network} network: strongest at row {row} of {rows}, column {column} of {columns}, counted from the "
        "top left."
    )
    return text.format(
        network=one.network.name,
        row=int(row) + 1,
        rows=values.shape[0],
        column=int(column) + 1,
        columns=values.shape[1],
    )
