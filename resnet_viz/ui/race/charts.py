"""The charts of a race."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.figures import accuracy, gradient_heatmap, gradient_profile, layers, losses, responses
from resnet_viz.figures.figure import Figure
from resnet_viz.history import RunHistory
from resnet_viz.locale import gettext as _
from resnet_viz.ui.live.following import Following
from resnet_viz.ui.translated import choose

R = TypeVar("R")

_PLOT_PX: Final = 380
_TALL_PX: Final = 480
_PANEL_PX: Final = 150
"""What each network's panel of the heat map needs beyond the first two."""
_MOST_STOPS: Final = 300


def race_charts(
    following: Following[R], histories_of: Callable[[R], Sequence[RunHistory]], name: str, *, page: str
) -> None:
    """All charts, two beside each other where there is room; ``name`` begins what their files are called."""

    def show(
        part: str,
        draw: Callable[[Sequence[RunHistory]], Figure],
        *choices: Hashable,
        height_px: int = _PLOT_PX,
    ) -> None:
        following.chart(
            (name, part, *choices),
            lambda read: draw(histories_of(read)),
            lambda read: extent(histories_of(read)),
            key=f"{page}_{part}",
            filename=f"{name}-{part}",
            height_px=height_px,
        )

    left, right = st.columns(2, gap="medium")
    with left:
        show("loss", losses.figure)
    with right:
        show("accuracy", accuracy.figure)
    st.subheader(_("How the gradient reaches the layers"), anchor=False)
    histories = histories_of(following.read)
    metric, step = _gradient_controls(histories, page)
    panels = len({history.family for history in histories})
    height_px = _TALL_PX + max(0, panels - 2) * _PANEL_PX
    left, right = st.columns(2, gap="medium")
    with left:
        show(
            "gradients",
            lambda histories: gradient_profile.figure(histories, metric, step),
            metric,
            step,
            height_px=height_px,
        )
    with right:
        show("map", gradient_heatmap.figure, height_px=height_px)
    show("responses", lambda histories: responses.figure(histories, step), step)


def _gradient_controls(histories: Sequence[RunHistory], page: str) -> tuple[str, int | None]:
    """Which quantity, and at which step; None follows the training."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        metric = choose(
            st.selectbox,
            _("Quantity"),
            list(gradient_profile.METRICS),
            lambda name: _(gradient_profile.METRICS[name]),
            key=f"{page}_metric",
            width=380,
        )
        follow = st.toggle(_("Follow the training"), value=True, key=f"{page}_follow")
        recorded = layers.recorded_steps(histories, metric)
        if follow or len(recorded) < 2:
            return metric, None
        key = f"{page}_step_shown"
        if st.session_state.get(key) not in recorded:
            st.session_state[key] = int(recorded[-1])
        stops = _stops(recorded, st.session_state[key])
        return metric, st.select_slider(_("Step shown"), stops, key=key, width="stretch")


def _stops(recorded: npt.NDArray[np.int64], current: int) -> list[int]:
    """Steps for the slider: a page cannot hold tens of thousands of them."""
    chosen = np.linspace(0, len(recorded) - 1, min(len(recorded), _MOST_STOPS)).round().astype(np.intp)
    return sorted({*recorded[chosen].tolist(), current})


def extent(histories: Sequence[RunHistory]) -> tuple[Any, ...]:
    """How much there is: differs whenever a chart could."""
    return tuple(
        (
            tuple((name, len(curve)) for name, curve in history.series.items()),
            tuple((name, len(table)) for name, table in history.profiles.items()),
            len(history.facts),
        )
        for history in histories
    )
