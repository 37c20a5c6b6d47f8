"""How the maps are made and how they are looked at: method, class, view, scale and opacity."""

from typing import Final

import streamlit as st

from resnet_viz.attribution.completeness import TOLERANCE
from resnet_viz.attribution.methods import METHODS, AttributionOptions, Method
from resnet_viz.attribution.remarks import layer_remark
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.ui import labels
from resnet_viz.ui.inspection.choose_class import choose_against, choose_contrast, choose_target
from resnet_viz.ui.inspection.link import LINK
from resnet_viz.ui.inspection.map_types import Look, MapAsked
from resnet_viz.ui.inspection.selection import Selection
from resnet_viz.wording import running_text

DEFAULT_METHOD: Final = "gradcam"
_VIEWS: Final = {"positive": N_("Evidence for"), "signed": N_("For and against")}
_CLASSLESS_VIEWS: Final = {"positive": N_("Positive values"), "signed": N_("All values")}
_SCALES: Final = {"shared": N_("One scale for both"), "own": N_("A scale each")}


def choose_map(selection: Selection) -> tuple[MapAsked, Look]:
    """Show the controls; the map that is asked for, as yet without layers, and its look."""
    name = LINK.choose(
        "method",
        list(METHODS),
        DEFAULT_METHOD,
        lambda key: st.selectbox(
            _("Method"), list(METHODS), format_func=lambda name: _(METHODS[name].title), key=key
        ),
    )
    method = METHODS[name]
    target, against = selection.usual_target, None
    if method.knows_class:
        target = choose_target(selection)
        against = choose_against(selection, target)
    look = _choose_look(method, len(selection.networks))
    passes = method.passes(AttributionOptions(), selection.known[-1].image.px)
    cost = _("Cost in passes: {forward} forward, {backward} backward.")
    if method.integrates:
        cost = _(
            "Cost in passes: {forward} forward, {backward} backward to begin with; on small images the steps "
            "are doubled until the sum is within {tolerance} of the difference."
        )
    cost = cost.format(forward=passes.forward, backward=passes.backward, tolerance=f"{TOLERANCE:.0%}")
    asked = MapAsked(name, {}, target, against)
    said = (_(method.meaning), *_contrast_in_words(selection, asked), _(method.fits), cost)
    st.caption(running_text(said))
    return asked, look


def offer_contrast(selection: Selection, asked: MapAsked) -> None:
    """One click to why one network's class and not the other's, and from there to the same the other way."""
    if not asked.knows_class:
        return
    if asked.against is None:
        target, against = selection.usual_contrast
        icon = ":material/compare_arrows:"
        text = _("The map of the evidence for {name} rather than {other}.")
    else:
        target, against = asked.against, asked.target
        icon = ":material/swap_horiz:"
        text = _("Swap the two classes: the map of the evidence for {name} rather than {other}.")
    names = {"name": selection.class_names[target], "other": selection.class_names[against]}
    st.button(
        _("Why {name}, not {other}?").format(**names),
        icon=icon,
        key="inspect_contrast",
        width="stretch",
        help=text.format(**names),
        on_click=choose_contrast,
        args=(target, against),
    )


def _contrast_in_words(selection: Selection, asked: MapAsked) -> list[str]:
    """What the score is where two classes are compared, and what the signs say; empty where they are not."""
    if asked.against is None:
        return []
    names = selection.class_names
    said = [_("Here the score is the logit of {name} minus that of {other}.")]
    if METHODS[asked.method].signed:
        said.append(
            _("Positive values are evidence for {name} rather than {other}, negative ones for {other}.")
        )
    return [text.format(name=names[asked.target], other=names[asked.against]) for text in said]


def show_layer_remarks(selection: Selection, asked: MapAsked) -> None:
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


def _choose_look(method: Method, networks: int) -> Look:
    view = "positive"
    if method.signed:
        views = _VIEWS if method.knows_class else _CLASSLESS_VIEWS
        view = _pills("view", views, "positive", _("View"))
    scale = _pills("scale", _SCALES, "shared", _("Scale")) if networks > 1 else "own"
    opacity = LINK.choose(
        "opacity",
        range(0, 101, 5),
        75,
        lambda key: st.slider(_("Opacity"), 0, 100, step=5, format="%d%%", key=key),
    )
    return Look(view == "signed", scale, opacity / 100)


def _pills(name: str, texts: dict[str, str], default: str, title: str) -> str:
    return LINK.choose(
        name,
        list(texts),
        default,
        lambda key: st.pills(
            title, list(texts), format_func=lambda one: labels.label(texts, one), key=key, required=True
        ),
    )
