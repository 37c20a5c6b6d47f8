"""The test images, by class, by who is right, and by confidence."""

from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.ui import labels
from resnet_viz.ui.inspection.client import About, Labels, probabilities, test_images, test_set
from resnet_viz.ui.inspection.link import LINK
from resnet_viz.ui.inspection.networks import Pair
from resnet_viz.ui.picture_buttons import PictureButton, picture_buttons
from resnet_viz.wording import percent

PER_PAGE: Final = 24
EVERY_CLASS: Final = "all"

_GROUPS: Final = {
    "all": N_("All"),
    "only-residual": N_("Plain wrong, residual right"),
    "only-plain": N_("Plain right, residual wrong"),
    "both-wrong": N_("Both wrong"),
    "both-right": N_("Both right"),
}
_ALONE: Final = {"all": N_("All"), "both-wrong": N_("Wrong"), "both-right": N_("Right")}
_ORDERS: Final = {
    "number": N_("By number"),
    "sure": N_("Most confident first"),
    "unsure": N_("Least confident first"),
}

Flags = npt.NDArray[np.bool_]


def browse(pair: Pair, known: About) -> int:
    """Show the filters and one page of what they leave; the number of the chosen image."""
    answered = _answered(pair)
    truth = answered[0][0]
    right = np.stack([logits.argmax(1) == truth for _labels, logits in answered])
    sure = probabilities(answered[-1][1]).max(1)
    above = st.container(horizontal=True, gap="small", vertical_alignment="center")
    with above.popover(_("Filter and order"), icon=":material/filter_list:", key="inspect_filter"):
        kept = _of_chosen_group(right) & _of_chosen_class(known, truth)
        found = _ordered(np.flatnonzero(kept), sure)
    with above:
        start = _page(len(found))
    pictures = st.container()
    page = found[start : start + PER_PAGE]
    chosen = LINK.recall("image", range(len(truth)), int(page[0]) if len(page) else 0)
    if not len(page):
        st.info(_("No test image is like that; choose another group."), icon=":material/search_off:")
        return chosen
    images, _truth = test_images(pair.networks[-1], tuple(page.tolist()))
    shown = [
        PictureButton(
            str(index),
            np.broadcast_to(image, (3, *image.shape[1:])).transpose(1, 2, 0),
            _("{name}, test image {number}").format(name=known.class_names[truth[index]], number=index),
            percent(float(sure[index])),
        )
        for index, image in zip(page.tolist(), images, strict=True)
    ]
    with pictures:
        picture_buttons(
            shown,
            key="inspect_tests",
            label=_("Test images"),
            chosen=str(chosen),
            on_pick=lambda name: LINK.choose_now("image", int(name)),
            size_px=54,
            in_one_row=True,
        )
    above.caption(
        _("{first}–{last} of {total}; below each: the confidence of the {network} network.").format(
            first=start + 1,
            last=start + len(page),
            total=f"{len(found):,}",
            network=pair.networks[-1].name_inside,
        )
    )
    return chosen


def _answered(pair: Pair) -> list[tuple[Labels, npt.NDArray[np.float32]]]:
    """Labels and logits of each network; how far they are is shown meanwhile."""
    text = _("Computing the predictions for all test images …")
    told = st.empty()

    def on_progress(network: int, share: float) -> None:
        told.progress((network + share) / len(pair.networks), text=text)

    answered = [
        test_set(network, partial(on_progress, number)) for number, network in enumerate(pair.networks)
    ]
    told.empty()
    return answered


def _of_chosen_group(right: Flags) -> Flags:
    groups = _GROUPS if len(right) == 2 else _ALONE
    counts = {name: int(_members(name, right).sum()) for name in groups}
    group = LINK.choose(
        "group",
        list(groups),
        "all",
        lambda key: st.selectbox(
            _("Who is right"),
            list(groups),
            format_func=lambda name: f"{labels.label(groups, name)} ({counts[name]:,})",
            key=key,
        ),
    )
    return _members(group, right)


def _of_chosen_class(known: About, truth: Labels) -> Flags:
    options = [EVERY_CLASS, *map(str, range(len(known.classes)))]
    wanted = LINK.choose(
        "class",
        options,
        EVERY_CLASS,
        lambda key: st.selectbox(
            _("Class"),
            options,
            format_func=lambda c: _("All classes") if c == EVERY_CLASS else known.class_names[int(c)],
            key=key,
        ),
    )
    return np.ones(len(truth), np.bool_) if wanted == EVERY_CLASS else truth == int(wanted)


def _members(group: str, right: Flags) -> Flags:
    match group:
        case "only-residual":
            return np.asarray(~right[0] & right[-1])
        case "only-plain":
            return np.asarray(right[0] & ~right[-1])
        case "both-wrong":
            return np.asarray(~right.any(0))
        case "both-right":
            return np.asarray(right.all(0))
        case _:
            return np.ones(right.shape[1], np.bool_)


def _ordered(found: npt.NDArray[np.intp], sure: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    order = LINK.choose(
        "order",
        list(_ORDERS),
        "number",
        lambda key: st.selectbox(
            _("Order"), list(_ORDERS), format_func=lambda name: labels.label(_ORDERS, name), key=key
        ),
    )
    if order == "number":
        return found
    rank = np.argsort(sure[found] if order == "unsure" else -sure[found], kind="stable")
    return np.asarray(found[rank])


def _page(total: int) -> int:
    """The position of the first image shown."""
    pages = max(1, -(-total // PER_PAGE))
    key = "inspect_test_page"
    at = min(int(st.session_state.get(key, 1)), pages)
    st.session_state[key] = at
    if pages > 1:
        label = _("Page, of {pages}").format(pages=pages)
        at = int(st.number_input(label, 1, pages, key=key, width=140, label_visibility="collapsed"))
    return (at - 1) * PER_PAGE
