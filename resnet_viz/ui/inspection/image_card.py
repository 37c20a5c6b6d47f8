"""The image: as the networks see it, as it came, and which networks look at it."""

from typing import Any

import streamlit as st

from resnet_viz.locale import current_language
from resnet_viz.locale import gettext as _
from resnet_viz.pictures.overlay import shown
from resnet_viz.ui.inspection.client import About
from resnet_viz.ui.inspection.images import Seen
from resnet_viz.ui.inspection.networks import Pair, bundled_record
from resnet_viz.ui.picture import show_photograph, show_picture
from resnet_viz.wording import percent


def facts_line(pair: Pair, known: About) -> None:
    """What is compared, in one line: depth, data, accuracy of both."""
    side = _("images of {side}×{side} px").format(side=known.image.px)
    if known.run is None:
        _published_facts(pair, side)
        return
    spec = known.run.network
    parts = [_("depth {depth}, width {width}").format(depth=spec.depth, width=spec.width), side]
    for network, facts in zip(pair.networks, _facts(pair), strict=True):
        accuracy = facts.get("test_accuracy")
        if accuracy is not None:
            text = _("{network}: test accuracy {accuracy}")
            parts.append(text.format(network=network.name, accuracy=percent(accuracy)))
    st.caption(" · ".join(parts))
    if pair.runs and pair.networks[0].step != pair.steps[-1]:
        st.caption(_("The accuracy is that of the last step, not of the chosen checkpoint."))


def _published_facts(pair: Pair, side: str) -> None:
    parts = []
    for network in pair.networks:
        entry = network.published
        assert entry is not None
        text = _("{network}: depth {depth}, {accuracy} of ImageNet's validation images right (as published)")
        accuracy = percent(entry.accuracy)
        parts.append(text.format(network=entry.title, depth=entry.depth, accuracy=accuracy))
    st.caption(" · ".join([*parts, side]))
    if current_language() != "en":
        st.caption(_("ImageNet's class names are shown in English."))


def show_image(seen: Seen) -> None:
    """The image as the networks get it, and what is known of it."""
    st.markdown(f"#### {_('Image')}")
    alt = _("{name} as the networks see it").format(name=seen.name)
    show_picture(shown(seen.pixels[0]), width="stretch", alt=alt)
    st.markdown(f"**{seen.heading}**")
    side = seen.pixels.shape[-1]
    colours = _("grey") if seen.pixels.shape[1] == 1 else _("in colour")
    parts = [seen.number, _("{side}×{side} px, {colours}").format(side=side, colours=colours)]
    st.caption(" · ".join(part for part in parts if part))


def show_origin(seen: Seen) -> None:
    """The image as it came, where that is another one, what was done to it, and what makes it doubtful."""
    if seen.original is not None:
        picture, words = st.columns([1, 5], gap="medium", wrap=False)
        with picture:
            show_photograph(seen.original, alt=_("The image as it came: {name}").format(name=seen.name))
        with words:
            name = seen.markup
            said = f"{name} · {seen.credit}" if seen.credit else _("What came: {name}").format(name=name)
            st.caption("  \n".join([said, *(f":material/edit: {remark}" for remark in seen.remarks)]))
    for warning in seen.warnings:
        st.warning(warning, icon=":material/travel_explore:")


def _facts(pair: Pair) -> list[dict[str, Any]]:
    if pair.runs:
        return [dict(run.facts) for run in pair.runs]
    models = bundled_record()["models"]
    return [models.get(network.reference.partition(":")[2], {}) for network in pair.networks]
