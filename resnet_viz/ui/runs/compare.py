"""The chosen runs in charts: as a race where they are one, else one line each."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import streamlit as st

from resnet_viz.experiments.forks import fork_words
from resnet_viz.figures import comparison
from resnet_viz.figures.figure import Figure
from resnet_viz.history import RunHistory
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import without_shortcuts
from resnet_viz.specs import NetworkSpec, RunSpec
from resnet_viz.store import RunRecord
from resnet_viz.ui import labels, server
from resnet_viz.ui.component import component
from resnet_viz.ui.experiment.view import read_history
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.live.following import Following
from resnet_viz.ui.moments import moment
from resnet_viz.ui.race.charts import extent, race_charts
from resnet_viz.ui.runs.rows import recorded_run
from resnet_viz.ui.runs.selection import Selection

MOST_COMPARED: Final = 12
_COMPARING: Final = "runs_comparing"
_ASKED: Final = "runs_compare_asked"
_HERE: Final = Path(__file__).parent
_CHARTS: Final = ("loss", "accuracy", "gradient")
_PLOT_PX: Final = 320
_LEGEND_LINE_PX: Final = 22


class _Chosen(NamedTuple):
    """Chosen runs, to be followed."""

    runs: tuple[RunRecord, ...]

    @property
    def key(self) -> Hashable:
        return server.store().home, "runs", tuple(run.id for run in self.runs)

    def read(self) -> list[RunHistory]:
        """What has been recorded of each; what is finished does not change."""
        return [
            read_history(run if run.state.is_finished() else server.store().run(run.id)) for run in self.runs
        ]


def ask_to_compare() -> None:
    """Show the comparison, and bring it into view; a callback."""
    st.session_state[_COMPARING] = True
    st.session_state[_ASKED] = int(st.session_state.get(_ASKED, 0)) + 1


def compared(selection: Selection | None) -> None:
    """The charts of what is chosen, once they were asked for; they move while runs train."""
    if selection is None:
        _stop_comparing()
    if selection is None or not st.session_state.get(_COMPARING):
        return
    with st.container(key="runs_compared"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(_("Comparison"), anchor=False, width="content")
            st.button(
                _("Close the comparison"),
                icon=":material/close:",
                type="tertiary",
                on_click=_stop_comparing,
                key="runs_compare_close",
            )
        st.fragment(_comparison)(selection.every, selection.bundled)


def come_into_view() -> None:
    """Scroll to the comparison where it was asked for since; when all of the page is there."""
    if st.session_state.get(_COMPARING):
        show = component("runs_scroll", _HERE / "scroll.js")
        show(key="runs_scroll", data=str(st.session_state[_ASKED]).encode())


def _stop_comparing() -> None:
    st.session_state.pop(_COMPARING, None)


@in_readers_language
def _comparison(runs: Sequence[RunRecord], bundled: Sequence[str]) -> None:
    compare(runs, bundled)


def compare(runs: Sequence[RunRecord], bundled: Sequence[str]) -> None:
    """Charts of ``runs`` of the history and of ``bundled`` ones (identifiers)."""
    if len(runs) + len(bundled) > MOST_COMPARED:
        text = _("The first {most} of the selected runs are compared.")
        st.caption(text.format(most=MOST_COMPARED))
    runs = runs[:MOST_COMPARED]
    recorded = [recorded_run(run_id) for run_id in bundled[: MOST_COMPARED - len(runs)]]
    specs = [*(run.spec for run in runs), *(run.spec for run in recorded)]
    source = _Chosen(tuple(runs))
    own, others = source.read(), [run.history for run in recorded]
    moving = any(not history.state.is_finished() for history in own)
    following = Following(source, own, _stamp, key="runs_compare", moving=moving)

    def histories_of(own: list[RunHistory]) -> list[RunHistory]:
        return [*own, *others]

    if not any(history.series for history in histories_of(own)):
        st.caption(
            _("There are no curves to compare: nothing was measured yet, or only weights were imported.")
        )
    elif is_race(specs):
        named = families(spec.network for spec in specs)
        name = "compared-" + "-".join(sorted({spec.digest() for spec in specs}))[:80]

        def lines_of(own: list[RunHistory]) -> list[RunHistory]:
            found = zip(specs, histories_of(own), strict=True)
            return [replace(history, family=named[spec.network]) for spec, history in found]

        race_charts(following, lines_of, name, page="race")
    else:
        begun = [*(moment(run.created_at) for run in runs), *(_("bundled") for _run in recorded)]
        _lines(following, histories_of, names(specs, begun))
    following.begin()


def _stamp(own: list[RunHistory]) -> str:
    return repr([(history.state, bool(history.series)) for history in own])


def is_race(specs: Sequence[RunSpec]) -> bool:
    """Whether networks differ in the shortcut alone, each of them with each seed once, all from step 0."""
    if any(spec.fork is not None for spec in specs):
        return False
    races = {(without_shortcuts(spec.network), spec.data, spec.train.but(seed=0)) for spec in specs}
    kinds = {spec.network for spec in specs}
    shortcuts = {network.shortcut for network in kinds}
    runs = {(spec.network, spec.train.seed) for spec in specs}
    return len(races) == 1 and len(kinds) == len(shortcuts) and len(runs) == len(specs)


def families(networks: Iterable[NetworkSpec]) -> dict[NetworkSpec, str]:
    """The network type of each, as they differ in the shortcut alone: which one, where several have one."""
    kinds = set(networks)
    residual = sum(network.role == "residual" for network in kinds)
    return {
        kind: f"{kind.role}+{kind.shortcut}" if kind.role == "residual" and residual > 1 else kind.role
        for kind in kinds
    }


def names(specs: Sequence[RunSpec], begun: Sequence[str]) -> list[str]:
    """What tells the runs apart: network and seed, where that is not enough when they began, or a number."""
    short = [f"{labels.label(labels.ROLES, s.network.role)}-{s.network.depth}" for s in specs]
    if len({spec.train.seed for spec in specs}) > 1:
        text = _("{network}, seed {seed}")
        short = [text.format(network=n, seed=s.train.seed) for n, s in zip(short, specs, strict=True)]
    text = _("{name}: {text}")
    short = [
        name if spec.fork is None else text.format(name=name, text=fork_words(spec.fork))
        for name, spec in zip(short, specs, strict=True)
    ]
    apart = [
        name if short.count(name) == 1 else f"{name} · {when}"
        for name, when in zip(short, begun, strict=True)
    ]
    return [
        name if apart.count(name) == 1 else f"{name} ({apart[:place].count(name) + 1})"
        for place, name in enumerate(apart)
    ]


def _lines(
    following: Following[list[RunHistory]],
    histories_of: Callable[[list[RunHistory]], list[RunHistory]],
    shown: Sequence[str],
) -> None:
    places = [*st.columns(2, gap="medium"), st.container()]
    # In a narrow column the legend has one line a run.
    height_px = _PLOT_PX + _LEGEND_LINE_PX * len(shown)

    def draw(own: list[RunHistory], *, name: str) -> Figure:
        return comparison.figures(list(zip(shown, histories_of(own), strict=True)))[name]

    for place, name in zip(places, _CHARTS, strict=True):
        with place:
            following.chart(
                ("compared", name, tuple(shown)),
                partial(draw, name=name),
                lambda own: extent(histories_of(own)),
                key=f"runs_compare_{name}",
                filename=f"compared-runs-{name}",
                height_px=height_px,
            )
