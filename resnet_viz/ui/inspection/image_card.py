"""What was given, what the networks see of it, and what they predict."""

import json
from typing import Any

import streamlit as st

from resnet_viz.figures import predictions
from resnet_viz.locale import current_language
from resnet_viz.locale import gettext as _
from resnet_viz.pictures.overlay import shown
from resnet_viz.ui import chart_card
from resnet_viz.ui.inspection.client import About
from resnet_viz.ui.inspection.images import Seen
from resnet_viz.ui.inspection.networks import Pair, bundled_path
from resnet_viz.ui.inspection.selection import Selection
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


def show_seen(seen: Seen) -> None:
    """The image as given and as the networks get it, and what was done on the way."""
    plain, name = seen.name, seen.markup
    with st.grid(columns=2, min_column_width=120, key="inspect_seen"):
        if seen.original is not None:
            with st.container():
                show_photograph(seen.original, alt=_("The image as it came: {name}").format(name=plain))
                came = _("What came: {name}").format(name=name)
                st.caption(f"{name} · {seen.credit}" if seen.credit else came)
        with st.container():
            side = seen.pixels.shape[-1]
            show_picture(
                shown(seen.pixels[0]),
                width="stretch",
                alt=_("{name} as the networks see it").format(name=plain),
            )
            st.caption(
                _("What the networks see: {name}, {side}×{side} px, {colours}").format(
                    name=name,
                    side=side,
                    colours=_("grey") if seen.pixels.shape[1] == 1 else _("in colour"),
                )
            )
    for remark in seen.remarks:
        st.caption(f":material/edit: {remark}")


def show_predictions(selection: Selection) -> None:
    """Bars of both networks."""
    looks = [network.look for network in selection.networks]
    figure = predictions.figure(
        list(zip(looks, selection.logits, strict=True)), selection.class_names, selection.seen.truth
    )
    filename = f"{selection.filename}-predictions"
    chart_card.show(figure, key="inspect_predictions", filename=filename, height_px=340)


def _facts(pair: Pair) -> list[dict[str, Any]]:
    if pair.runs:
        return [dict(run.facts) for run in pair.runs]
    record = bundled_path("plain").with_name("models.json")
    if not record.is_file():
        return [{} for _network in pair.networks]
    models = json.loads(record.read_text(encoding="utf-8"))["models"]
    return [models.get(network.slot, {}) for network in pair.networks]
