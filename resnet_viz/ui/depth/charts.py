"""The charts of a sweep."""

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any, Final, TypeVar

import streamlit as st

from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.figures import degradation, depth_gradients, depth_losses
from resnet_viz.figures.families import family_name, plain_first
from resnet_viz.figures.figure import Figure
from resnet_viz.history import RunHistory
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.ui.experiment.jumps import anchor
from resnet_viz.ui.experiment.view import Standing
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.linked_form import DEPTH_FORM
from resnet_viz.ui.live.following import Following
from resnet_viz.ui.race.charts import race_charts
from resnet_viz.wording import with_commas

R = TypeVar("R")

SECTIONS: Final = {"curve": N_("Error"), "verdict": N_("Verdict"), "depths": N_("All depths")}
"""What one may want to jump to, by anchor."""
_SHOWN: Final = "depth_shown"
_TALL_PX: Final = 460
_STACKED_PX: Final = 720
_CURVE_PX: Final = 360
_CURVE_STACKED_PX: Final = 560
"""With what stands above it, the curve fits onto a projector and a phone."""
_PARTS: Final = 100
"""While a sweep runs, a curve is drawn again after every hundredth of its steps."""


def depth_charts(
    following: Following[R],
    cells_of: Callable[[R], Sequence[CellHistory]],
    spec: Experiment,
    between: Callable[[], None],
    *,
    name: str,
) -> int:
    """The degradation curve, what stands ``between``, losses and gradients of all depths.

    ``name`` tells sweeps apart. Gives the depth that is highlighted.
    """
    published = bool(st.session_state[DEPTH_FORM.switch_key])
    families, depths = spec.families, spec.built_depths

    def show(
        part: str,
        draw: Callable[[Sequence[CellHistory]], Figure],
        seen: Callable[[Sequence[CellHistory]], Hashable],
        choice: Hashable,
        height_px: int = _TALL_PX,
        narrow_px: int = _STACKED_PX,
    ) -> None:
        following.chart(
            (name, part, families, depths, choice),
            lambda read: draw(cells_of(read)),
            lambda read: seen(cells_of(read)),
            key=f"depth_{part}",
            filename=f"depth-{name}-{part}",
            height_px=height_px,
            narrow_px=narrow_px,
        )

    anchor("curve")
    show(
        "curve",
        lambda cells: degradation.figure(families, cells, depths=depths, published=published),
        _finished,
        published,
        _CURVE_PX,
        _CURVE_STACKED_PX,
    )
    st.toggle(
        _("Show published curves for comparison"),
        key=DEPTH_FORM.switch_key,
        on_change=_published_changed,
        help=_("Test errors on CIFAR-10 from two papers, in grey. They were not measured here."),
    )
    between()
    st.subheader(_("All depths, one highlighted"), anchor="depths")
    depth = _depth_slider(depths)
    extent = partial(_extent, spec)
    show("losses", lambda cells: depth_losses.figure(families, cells, depth=depth), extent, depth)
    show("gradients", lambda cells: depth_gradients.figure(families, cells, depth=depth), extent, depth)
    return depth


def one_depth_charts(following: Following[Standing], spec: Experiment, depth: int, *, name: str) -> None:
    """All that a race shows, of the networks of one depth, folded away until asked for."""

    def histories_of(standing: Standing) -> list[RunHistory]:
        return [cell.history for cell in standing.cells if cell.depth == depth]

    names = list(map(family_name, plain_first(spec.families)))
    if len(names) == 2:
        text = _("Everything measured at depth {depth}: {network} and {other}").format(
            depth=depth, network=names[0], other=names[1]
        )
    else:
        text = _("Everything measured at depth {depth}: {networks}").format(
            depth=depth, networks=with_commas(names)
        )
    opened = st.expander(
        text,
        icon=":material/stacked_line_chart:",
        key="depth_pair",
        on_change="rerun",
    )
    if opened.open and histories_of(following.read):
        with opened:
            race_charts(
                following,
                histories_of,
                f"depth-{name}-{depth}",
                page="depth_pair",
                moving=not following.read.view.settled,
            )


def _depth_slider(depths: Sequence[int]) -> int:
    if len(depths) < 2:
        return depths[0]
    if st.session_state.get(_SHOWN) not in depths:
        st.session_state[_SHOWN] = depths[-1]
    chosen: int = st.select_slider(_("Depth shown"), depths, key=_SHOWN)
    return chosen


@in_readers_language
def _published_changed() -> None:
    DEPTH_FORM.show(DEPTH_FORM.group_id())


def _finished(cells: Sequence[CellHistory]) -> Hashable:
    return tuple((c.family, c.depth, c.seed) for c in cells if c.history.state is RunState.FINISHED)


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
