"""The charts of a sweep: built again only when there is something new to draw."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import streamlit as st

from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.figures import degradation, depth_gradients, depth_losses
from resnet_viz.figures.chart import Chart, to_json, with_narrow
from resnet_viz.locale import current_language
from resnet_viz.locale import gettext as _
from resnet_viz.ui import language
from resnet_viz.ui.exhibit import Exhibit, show
from resnet_viz.ui.linked_form import DEPTH_FORM

_DRAWN: Final = "depth_drawn"
_SHOWN: Final = "depth_shown"
_TALL_PX: Final = 460
_STACKED_PX: Final = 720
_PARTS: Final = 100
"""While a sweep runs, a curve is drawn again after every hundredth of its steps."""


def depth_charts(spec: Experiment, cells: Sequence[CellHistory], *, name: str) -> None:
    """The degradation curve, then losses and gradients of all depths; ``name`` tells sweeps apart."""
    st.toggle(
        _("Show published curves for comparison"),
        key=DEPTH_FORM.switch_key,
        on_change=_published_changed,
        help=_("Test errors on CIFAR-10 from two papers, in grey. They were not measured here."),
    )
    published = bool(st.session_state[DEPTH_FORM.switch_key])
    families, depths = spec.families, spec.depths
    finished = tuple((c.family, c.depth, c.seed) for c in cells if c.history.state is RunState.FINISHED)
    _show(
        name,
        "curve",
        (finished, published, families, depths),
        lambda: _degradation(families, cells, depths, published),
    )
    st.subheader(_("All depths, one highlighted"), anchor=False)
    depth = _depth_slider(depths)
    begun = families, _extent(spec, cells)
    _show(name, "losses", (begun, depth), lambda: _losses(families, cells, depth))
    _show(name, "gradients", (begun, depth), lambda: _gradients(families, cells, depth))


def _depth_slider(depths: Sequence[int]) -> int:
    if len(depths) < 2:
        return depths[0]
    if st.session_state.get(_SHOWN) not in depths:
        st.session_state[_SHOWN] = depths[-1]
    chosen: int = st.select_slider(_("Depth shown"), depths, key=_SHOWN)
    return chosen


def _published_changed() -> None:
    language.use()
    DEPTH_FORM.show(DEPTH_FORM.group_id())


def _beside_or_stacked(chart: Callable[..., Chart]) -> str:
    """Two panels beside each other, and for narrow places the same below each other."""
    return to_json(with_narrow(chart(stacked=False), chart(stacked=True)))


def _show(sweep: str, name: str, choices: tuple[Any, ...], build: Callable[[], Exhibit]) -> None:
    drawn: dict[str, tuple[Any, Exhibit]] = st.session_state.setdefault(_DRAWN, {})
    wanted = (sweep, current_language(), choices)
    if name not in drawn or drawn[name][0] != wanted:
        drawn[name] = (wanted, build())
    show(drawn[name][1], key=f"depth_{name}", filename=f"depth-{sweep}-{name}", height_px=_TALL_PX)


def _extent(spec: Experiment, cells: Sequence[CellHistory]) -> tuple[Any, ...]:
    """How much there is, in steps worth drawing."""
    part = max(1, spec.run.train.steps // _PARTS)
    return tuple(
        (
            c.family,
            c.depth,
            c.seed,
            c.history.state.is_finished(),
            len(c.history.series.get("train/loss", ())) // part,
            len(c.history.profiles.get(depth_gradients.METRIC, ())) // part,
        )
        for c in cells
    )


def _degradation(
    families: Sequence[str],
    cells: Sequence[CellHistory],
    depths: Sequence[int],
    published: bool,
) -> Exhibit:
    info = degradation.degradation_info(families, cells, depths=depths, published=published)
    return Exhibit(
        _("Final error over depth"),
        degradation.how_to_read(info),
        degradation.describe(info),
        _beside_or_stacked(partial(degradation.degradation_chart, info)),
        lambda: degradation.degradation_table(info),
        narrow_px=_STACKED_PX,
        more=degradation.more(info),
    )


def _losses(families: Sequence[str], cells: Sequence[CellHistory], depth: int) -> Exhibit:
    info = depth_losses.depth_loss_info(families, cells)
    return Exhibit(
        _("Training loss at all depths"),
        depth_losses.how_to_read(),
        depth_losses.describe(info),
        to_json(depth_losses.depth_loss_chart(info, depth=depth)),
        lambda: depth_losses.depth_loss_table(info),
    )


def _gradients(families: Sequence[str], cells: Sequence[CellHistory], depth: int) -> Exhibit:
    info = depth_gradients.depth_gradient_info(families, cells)
    return Exhibit(
        _("How the gradient reaches the layers"),
        depth_gradients.how_to_read(),
        depth_gradients.describe(info),
        _beside_or_stacked(partial(depth_gradients.depth_gradient_chart, info, depth=depth)),
        lambda: depth_gradients.depth_gradient_table(info),
        narrow_px=_STACKED_PX,
        more=depth_gradients.more(),
    )
