"""How far a map can be trusted: against random weights, against painting over, against mere edges."""

from typing import Any, Final

import streamlit as st

from resnet_viz.errors import ResnetVizError
from resnet_viz.figures import faithfulness, sanity
from resnet_viz.locale import gettext as _
from resnet_viz.pictures.colours import largest
from resnet_viz.pictures.overlay import overlay
from resnet_viz.processes.channel import Frame
from resnet_viz.ui import chart_card
from resnet_viz.ui.inspection.client import ask
from resnet_viz.ui.inspection.map_types import MapAsked, Shown
from resnet_viz.ui.inspection.maps import map_of
from resnet_viz.ui.inspection.networks import Network
from resnet_viz.ui.inspection.selection import Selection, layer_title
from resnet_viz.ui.network_card import network_card
from resnet_viz.ui.picture import show_picture
from resnet_viz.ui.picture_buttons import PictureButton, picture_buttons
from resnet_viz.ui.table import table
from resnet_viz.wording import number

_SMALL_PX: Final = 112
_MEASURED: Final = "inspect_faith_measured"


def trust_checks(selection: Selection, shown: Shown) -> None:
    """Three checks of the chosen map; each says what would speak against it."""
    asked = shown.asked
    st.markdown(
        _(
            "A map says something about **this network** and this image, not why skip connections help. "
            "Three checks show how far this one can be trusted."
        )
    )
    _baselines(selection, asked)
    _sanity(selection, asked)
    _faithfulness(selection, asked)


def _baselines(selection: Selection, asked: MapAsked) -> None:
    st.subheader(_("Compared with an untrained network and with edges"), anchor=False)
    st.caption(
        _(
            "Left: the map of the trained network. Middle: that of the same network with random weights. "
            "Right: an edge detector, which needs no network. Where they look alike, the map shows the image."
        )
    )
    for column, network in zip(
        st.columns(len(selection.networks), gap="medium"), selection.networks, strict=True
    ):
        with column, network_card(network.look, network.slot, "base"):
            st.markdown(f"#### {network.name}")
            answer = _asked(network, "baselines", selection, asked)
            trained = map_of(network, selection, asked).values
            if answer is None or trained is None:
                continue
            parts = (
                (trained, _("trained")),
                (
                    answer.arrays["untrained"][0],
                    _("random weights (seed {seed})").format(seed=answer.values["seed"]),
                ),
                (answer.arrays["edges"][0], _("edge detector")),
            )
            places = st.grid(columns=3, gap="small", min_column_width=80)
            for values, text in parts:
                limit = largest(values, signed=False)
                picture = overlay(selection.seen.pixels[0], values, limit, signed=False, side_px=196)
                with places, st.container():
                    show_picture(picture, width="stretch", alt=text)
                    st.caption(text)


def _sanity(selection: Selection, asked: MapAsked) -> None:
    st.subheader(_("Compared with random weights, layer by layer"), anchor=False)
    entries = []
    strips: list[tuple[Network, Frame]] = []
    for network in selection.networks:
        answer = _asked(network, "sanity", selection, asked)
        if answer is None:
            continue
        strips.append((network, answer))
        entries.append(
            sanity.NetworkSanity(
                network.look,
                tuple(answer.values["layers"]),
                answer.arrays["rank_correlation"][:, 0],
                answer.arrays["similarity"][:, 0],
            )
        )
    if not entries:
        return
    columns = st.columns(2, gap="medium")
    for column, measure in zip(columns, sanity.MEASURES, strict=True):
        with column:
            chart_card.show(
                sanity.figure(entries, measure),
                key=f"inspect_{measure}",
                filename=f"{selection.filename}-{measure}",
                height_px=320,
            )
    for network, answer in strips:
        likeness = answer.arrays["similarity"][:, 0]
        text = _(
            "{network}: SSIM (structural similarity; 1: the same) with the trained map {head} with a random "
            "classifier, {all} with all weights random (seed {seed}). Below each map: the "
            "stage and block randomised last."
        )
        st.caption(
            text.format(
                network=network.name,
                head=number(float(likeness[1]), 2),
                all=number(float(likeness[-1]), 2),
                seed=answer.values["seed"],
            )
        )
        picture_buttons(
            [
                PictureButton(
                    layer,
                    _small(selection, values),
                    _("Random down to {layer}").format(layer=layer_title(layer))
                    if layer
                    else _("As trained"),
                    _short(layer) or _("trained"),
                )
                for layer, values in zip(answer.values["layers"], answer.arrays["maps"][:, 0], strict=True)
            ],
            key=f"inspect_sanity_{network.slot}",
            label=_("Maps with random weights"),
            chosen="",
            on_pick=lambda name: None,
            size_px=64,
        )


def _short(layer: str) -> str:
    """Fit to stand below a small picture."""
    if layer in ("stem", "head"):
        return layer_title(layer)
    for word in ("stage", "block", "features.", "classifier."):
        layer = layer.replace(word, "")
    return layer


def _faithfulness(selection: Selection, asked: MapAsked) -> None:
    st.subheader(_("Do the marked places matter?"), anchor=False)
    if not asked.knows_class:
        st.caption(_("This check follows the score of a class, and this method knows nothing of classes."))
        return
    if not _is_wanted(selection, asked):
        return
    entries = []
    for network in selection.networks:
        answer = _asked(network, "faith", selection, asked)
        if answer is None:
            continue
        found = answer.arrays
        entries.append(
            faithfulness.NetworkFaithfulness(
                network.look,
                found["share"],
                found["deletion"][0],
                found["insertion"][0],
                float(found["deletion_area"][0]),
                float(found["insertion_area"][0]),
                float(found["sensitivity"][0]),
            )
        )
    if not entries:
        return
    filename = f"{selection.filename}-faithfulness"
    names = selection.class_names
    classes = None if asked.against is None else (names[asked.target], names[asked.against])
    chart_card.show(
        faithfulness.figure(entries, classes), key="inspect_faith", filename=filename, height_px=360
    )
    headings = [
        "",
        _("Area, painted over (small is good)"),
        _("Area, put back (large is good)"),
        _("Sensitivity"),
    ]
    rows = [
        [
            one.look.name,
            *map(number, (one.deletion_area, one.insertion_area, one.sensitivity)),
        ]
        for one in entries
    ]
    table(headings, rows, caption=_("Faithfulness of both maps in numbers"))
    st.caption(
        _(
            "Sensitivity: largest relative change of the map when each pixel moves by at most 0.02 standard "
            "deviations (10 draws). A map that never changes has 0, so a small value alone is no merit."
        )
    )


def _is_wanted(selection: Selection, asked: MapAsked) -> bool:
    """What is quick is simply shown; what takes long is asked for, and then kept."""
    if selection.is_matched:
        return True
    question = (selection.filename, asked.method, *asked.layers.values(), asked.target, asked.against)
    if st.session_state.get(_MEASURED) != question:
        st.markdown(_("More than a hundred changed images go through each network; large ones take minutes."))
        st.button(
            _("Measure it"),
            icon=":material/science:",
            key="inspect_measure_faith",
            on_click=lambda: st.session_state.update({_MEASURED: question}),
        )
        return False
    return True


def _small(selection: Selection, values: Any) -> Any:
    limit = largest(values, signed=False)
    return overlay(selection.seen.pixels[0], values, limit, signed=False, side_px=_SMALL_PX)


def _asked(network: Network, question: str, selection: Selection, asked: MapAsked) -> Frame | None:
    try:
        with st.spinner(_("Checking the {network} network …").format(network=network.name_inside)):
            return ask(network, question, selection.seen.pixels, **asked.question(network))
    except ResnetVizError as refusal:
        st.error(str(refusal), icon=":material/block:")
        return None
