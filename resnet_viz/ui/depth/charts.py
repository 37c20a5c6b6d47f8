"""The charts of a sweep: built again only when there is something new to draw."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final

import streamlit as st

from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.figures import degradation, depth_gradients, depth_losses
from resnet_viz.figures.families import family_name, plain_first
from resnet_viz.figures.figure import Figure
from resnet_viz.locale import gettext as _
from resnet_viz.ui.drawn import show_drawn
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.linked_form import DEPTH_FORM
from resnet_viz.ui.race.charts import race_charts
from resnet_viz.wording import with_commas

_SHOWN: Final = "depth_shown"
_TALL_PX: Final = 460
_STACKED_PX: Final = 720
_PARTS: Final = 100
"""While a sweep runs, a curve is drawn again after every hundredth of its steps."""


def depth_charts(spec: Experiment, cells: Sequence[CellHistory], *, name: str) -> int:
    """The degradation curve, then losses and gradients of all depths; the depth that is highlighted.

    ``name`` tells sweeps apart.
    """
    st.toggle(
        _("Show published curves for comparison"),
        key=DEPTH_FORM.switch_key,
        on_change=_published_changed,
        help=_("Test errors on CIFAR-10 from two papers, in grey. They were not measured here."),
    )
    published = bool(st.session_state[DEPTH_FORM.switch_key])
    families, depths = spec.families, spec.depths
    finished = tuple((c.family, c.depth, c.seed) for c in cells if c.history.state is RunState.FINISHED)

    def show(part: str, draw: Callable[[], Figure], *seen: Hashable) -> None:
        show_drawn(
            draw,
            seen,
            key=f"depth_{part}",
            filename=f"depth-{name}-{part}",
            height_px=_TALL_PX,
            narrow_px=_STACKED_PX,
        )

    show(
        "curve",
        lambda: degradation.figure(families, cells, depths=depths, published=published),
        finished,
        published,
        families,
        depths,
    )
    st.subheader(_("All depths, one highlighted"), anchor=False)
    depth = _depth_slider(depths)
    begun = families, _extent(spec, cells)
    show("losses", lambda: depth_losses.figure(families, cells, depth=depth), begun, depth)
    show("gradients", lambda: depth_gradients.figure(families, cells, depth=depth), begun, depth)
    return depth


def one_depth_charts(spec: Experiment, cells: Sequence[CellHistory], depth: int, *, name: str) -> None:
    """All that a race shows, of the networks of one depth, folded away until asked for."""
    histories = [cell.history for cell in cells if cell.depth == depth]
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
    if opened.open and histories:
        with opened:
            race_charts(histories, f"depth-{name}-{depth}", page="depth_pair")


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
