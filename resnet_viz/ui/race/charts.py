"""The charts of a race."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.figures import (
    accuracy,
    branch_scales,
    gradient_heatmap,
    gradient_profile,
    layers,
    losses,
    responses,
)
from resnet_viz.figures.figure import Figure
from resnet_viz.history import RunHistory
from resnet_viz.locale import gettext as _
from resnet_viz.ui.experiment.jumps import anchor
from resnet_viz.ui.live.following import Following
from resnet_viz.ui.translated import choose
from resnet_viz.wording import after_steps

R = TypeVar("R")

_FIRST_PX: Final = 320
"""With what stands above them, the first two fit onto a projector's 768 pixels."""
_NARROW_PX: Final = 170
"""One below the other they fit onto a phone."""
_NARROW_PLOT_PX: Final = 230
_NARROW_LINE_PX: Final = 20
"""Of more than two network types: plot and axis, and for the name of each a line of the legend."""
_PLOT_PX: Final = 380
_TALL_PX: Final = 480
_PANEL_PX: Final = 150
"""What each network's panel of the heat map needs beyond the first two."""
_LEGEND_PX: Final = 40
"""What each fork needs for its line of the legend and of the marks."""
_MOST_STOPS: Final = 300


def race_charts(
    following: Following[R],
    histories_of: Callable[[R], Sequence[RunHistory]],
    name: str,
    *,
    page: str,
    moving: bool = False,
    between: Callable[[], None] = lambda: None,
) -> None:
    """All charts, two beside each other where there is room, the two that make the point first.

    Args:
        name: begins what their files are called.
        moving: whether more will come, which can be followed.
        between: shows what stands below the first two.
    """

    def show(
        part: str,
        draw: Callable[[Sequence[RunHistory]], Figure],
        *choices: Hashable,
        height_px: int = _PLOT_PX,
        narrow_px: int = _NARROW_PX,
    ) -> None:
        following.chart(
            (name, part, *choices),
            lambda read: draw(histories_of(read)),
            lambda read: extent(histories_of(read)),
            key=f"{page}_{part}",
            filename=f"{name}-{part}",
            height_px=height_px,
            narrow_px=narrow_px,
        )

    histories = histories_of(following.read)
    metric, step = _chosen(histories, page, moving)
    weights_at = step
    if step is not None and step == layers.recorded_steps(histories, metric)[-1]:
        weights_at = step + 1  # what the last step has made of the weights
    types = len({history.family for history in histories})
    narrow_px = _NARROW_PX if types < 3 else _NARROW_PLOT_PX + _NARROW_LINE_PX * types
    legend_px = _LEGEND_PX * sum(history.branch is not None for history in histories)
    first_px = {"height_px": _FIRST_PX + legend_px, "narrow_px": narrow_px + legend_px}
    left, right = st.columns(2, gap="small")
    with left:
        anchor("loss")
        show("loss", losses.figure, **first_px)
    with right:
        anchor("gradients")
        show(
            "gradients",
            lambda histories: gradient_profile.figure(histories, metric, step),
            metric,
            step,
            **first_px,
        )
    _gradient_controls(histories, page, moving, step)
    between()
    st.subheader(_("How the gradient reaches the layers"), anchor="layers")
    height_px = _TALL_PX + max(0, types - 2) * _PANEL_PX
    left, right = st.columns(2, gap="small")
    with left:
        show(
            "map",
            lambda histories: gradient_heatmap.figure(_without_forks(histories)),
            height_px=height_px,
            narrow_px=height_px,
        )
    with right:
        show("accuracy", accuracy.figure, height_px=height_px, narrow_px=narrow_px + legend_px)
    show(
        "responses",
        lambda histories: responses.figure(_without_forks(histories), weights_at),
        weights_at,
        narrow_px=_PLOT_PX,
    )
    if any(_learns_scales(history, moving=moving) for history in histories):
        show(
            "scales",
            lambda histories: branch_scales.figure(_without_forks(histories), weights_at),
            weights_at,
            narrow_px=_PLOT_PX,
        )


def _learns_scales(history: RunHistory, *, moving: bool) -> bool:
    """Whether |α| was recorded, or will be: its chart has a place from the start."""
    return branch_scales.METRIC in history.profiles or (moving and "learned-scale" in history.family)


def _without_forks(histories: Sequence[RunHistory]) -> list[RunHistory]:
    return [history for history in histories if history.branch is None]


def _chosen(histories: Sequence[RunHistory], page: str, moving: bool) -> tuple[str, int | None]:
    """Which quantity, and at which step; None is the latest."""
    metric = st.session_state.get(f"{page}_metric", next(iter(gradient_profile.METRICS)))
    recorded = layers.recorded_steps(histories, metric)
    key = f"{page}_step_shown"
    if len(recorded) < 2 or (moving and st.session_state.get(f"{page}_follow", True)):
        return metric, None
    if st.session_state.get(key) not in recorded:
        st.session_state[key] = int(recorded[-1])
    return metric, int(st.session_state[key])


def _gradient_controls(histories: Sequence[RunHistory], page: str, moving: bool, step: int | None) -> None:
    """What `_chosen` reads and has found; below the charts that show it, in a place of one height."""
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="medium", key=f"{page}_gradient_controls"
    ):
        metric = choose(
            st.selectbox,
            _("Quantity"),
            list(gradient_profile.METRICS),
            lambda name: _(gradient_profile.METRICS[name]),
            key=f"{page}_metric",
            width=320,
        )
        if moving:
            st.toggle(_("Follow the training"), value=True, key=f"{page}_follow")
        if step is not None:
            stops = _stops(layers.recorded_steps(histories, metric), step)
            choose(
                st.select_slider,
                _("Step shown"),
                stops,
                after_steps,
                key=f"{page}_step_shown",
                help=_(gradient_profile.WHEN_MEASURED),
                width="stretch",
            )


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
