"""The charts of a race: built again only when there is something new to draw."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.figures import accuracy, gradient_heatmap, gradient_profile, layers, losses, responses
from resnet_viz.figures.chart import to_json
from resnet_viz.history import RunHistory
from resnet_viz.locale import current_language
from resnet_viz.locale import gettext as _
from resnet_viz.ui.exhibit import Exhibit, show
from resnet_viz.ui.translated import choose

_DRAWN: Final = "race_drawn"
_METRIC: Final = "race_metric"
_FOLLOW: Final = "race_follow"
_STEP: Final = "race_step_shown"
_TALL_PX: Final = 480
_MOST_STOPS: Final = 300


def race_charts(histories: Sequence[RunHistory], group_id: str) -> None:
    """All charts, two beside each other where there is room."""
    left, right = st.columns(2, gap="medium")
    with left:
        _show("loss", histories, group_id, (), lambda: _loss(histories))
    with right:
        _show("accuracy", histories, group_id, (), lambda: _accuracy(histories))
    st.subheader(_("How the gradient reaches the layers"), anchor=False)
    metric, step = _gradient_controls(histories)
    left, right = st.columns(2, gap="medium")
    with left:
        profile = (metric, step)
        _show("gradients", histories, group_id, profile, lambda: _profile(histories, *profile), _TALL_PX)
    with right:
        _show("map", histories, group_id, (), lambda: _map(histories), _TALL_PX)
    _show("responses", histories, group_id, (step,), lambda: _responses(histories, step))


def _gradient_controls(histories: Sequence[RunHistory]) -> tuple[str, int | None]:
    """Which quantity, and at which step; None follows the training."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        metric = choose(
            st.selectbox,
            _("Quantity"),
            list(gradient_profile.METRICS),
            lambda name: _(gradient_profile.METRICS[name]),
            key=_METRIC,
            width=380,
        )
        follow = st.toggle(_("Follow the training"), value=True, key=_FOLLOW)
        recorded = layers.recorded_steps(histories, metric)
        if follow or len(recorded) < 2:
            return metric, None
        if st.session_state.get(_STEP) not in recorded:
            st.session_state[_STEP] = int(recorded[-1])
        stops = _stops(recorded, st.session_state[_STEP])
        return metric, st.select_slider(_("Step shown"), stops, key=_STEP, width="stretch")


def _stops(recorded: npt.NDArray[np.int64], current: int) -> list[int]:
    """Steps for the slider: a page cannot hold tens of thousands of them."""
    chosen = np.linspace(0, len(recorded) - 1, min(len(recorded), _MOST_STOPS)).round().astype(np.intp)
    return sorted({*recorded[chosen].tolist(), current})


def _show(
    name: str,
    histories: Sequence[RunHistory],
    group_id: str,
    choices: tuple[Any, ...],
    build: Callable[[], Exhibit],
    height_px: int = 380,
) -> None:
    drawn: dict[str, tuple[Any, Exhibit]] = st.session_state.setdefault(_DRAWN, {})
    wanted = (group_id, current_language(), choices, _extent(histories))
    if name not in drawn or drawn[name][0] != wanted:
        drawn[name] = (wanted, build())
    show(drawn[name][1], key=f"race_{name}", filename=f"race-{group_id}-{name}", height_px=height_px)


def _extent(histories: Sequence[RunHistory]) -> tuple[Any, ...]:
    """How much there is: differs whenever a chart could."""
    return tuple(
        (
            tuple((name, len(curve)) for name, curve in history.series.items()),
            tuple((name, len(table)) for name, table in history.profiles.items()),
            len(history.facts),
        )
        for history in histories
    )


def _loss(histories: Sequence[RunHistory]) -> Exhibit:
    info = losses.loss_info(histories)
    return Exhibit(
        _("Training loss"),
        losses.how_to_read(info),
        losses.describe(info),
        to_json(losses.loss_chart(info)),
        lambda: losses.loss_table(info),
    )


def _accuracy(histories: Sequence[RunHistory]) -> Exhibit:
    info = accuracy.accuracy_info(histories)
    return Exhibit(
        _("Test accuracy"),
        accuracy.how_to_read(),
        accuracy.describe(info),
        to_json(accuracy.accuracy_chart(info)),
        lambda: accuracy.accuracy_table(info),
    )


def _profile(histories: Sequence[RunHistory], metric: str, step: int | None) -> Exhibit:
    info = gradient_profile.gradient_profile_info(histories, metric, step)
    return Exhibit(
        _("Over depth, at one step"),
        gradient_profile.how_to_read(metric),
        gradient_profile.describe(info),
        to_json(gradient_profile.gradient_profile_chart(info)),
        lambda: layers.layers_table(info),
        more=gradient_profile.more(metric),
    )


def _map(histories: Sequence[RunHistory]) -> Exhibit:
    info = gradient_heatmap.heatmap_info(histories)
    return Exhibit(
        _("Over depth and training"),
        gradient_heatmap.how_to_read(),
        gradient_heatmap.describe(info),
        to_json(gradient_heatmap.heatmap_chart(info, stacked=True)),
        lambda: gradient_heatmap.heatmap_table(info),
        more=gradient_heatmap.more(),
    )


def _responses(histories: Sequence[RunHistory], step: int | None) -> Exhibit:
    info = responses.responses_info(histories, step)
    return Exhibit(
        _("Response of each layer"),
        responses.how_to_read(),
        responses.describe(info),
        to_json(responses.responses_chart(info)),
        lambda: layers.layers_table(info),
        more=responses.more(),
    )
