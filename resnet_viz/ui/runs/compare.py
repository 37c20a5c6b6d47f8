"""The chosen runs in charts: as a race where they are one, else one line each."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from resnet_viz.figures import comparison
from resnet_viz.history import RunHistory
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import without_shortcuts
from resnet_viz.specs import NetworkSpec, RunSpec
from resnet_viz.store import RunRecord
from resnet_viz.ui import chart_card
from resnet_viz.ui.experiment.view import read_history
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.race.charts import race_charts
from resnet_viz.ui.runs.rows import recorded_run

MOST_COMPARED: Final = 12
_REFRESH_S: Final = 2.0
_PLOT_PX: Final = 320
_LEGEND_LINE_PX: Final = 22


def compared(runs: Sequence[RunRecord], bundled: Sequence[str], *, key: str) -> None:
    """A switch for the charts of these runs, on where they are few; they move while runs train."""
    few = len(runs) + len(bundled) <= MOST_COMPARED
    if (runs or bundled) and st.toggle(_("Compare in charts"), value=few, key=key):
        moving = any(not run.state.is_finished() for run in runs)
        st.fragment(_comparison, run_every=_REFRESH_S if moving else None)(runs, bundled)


@in_readers_language
def _comparison(runs: Sequence[RunRecord], bundled: Sequence[str]) -> None:
    compare(runs, bundled)


def compare(runs: Sequence[RunRecord], bundled: Sequence[str]) -> None:
    """Charts of ``runs`` of the history and of ``bundled`` ones (identifiers)."""
    recorded = [recorded_run(run_id) for run_id in bundled]
    specs = [*(run.spec for run in runs), *(run.spec for run in recorded)]
    histories = [*map(read_history, runs), *(run.history for run in recorded)]
    if not any(history.series for history in histories):
        st.caption(
            _("There are no curves to compare: nothing was measured yet, or only weights were imported.")
        )
        return
    if len(specs) > MOST_COMPARED:
        text = _("The first {most} of the selected runs are compared.")
        st.caption(text.format(most=MOST_COMPARED))
        specs, histories = specs[:MOST_COMPARED], histories[:MOST_COMPARED]
    if is_race(specs):
        named = families(spec.network for spec in specs)
        lines = [replace(h, family=named[s.network]) for s, h in zip(specs, histories, strict=True)]
        race_charts(
            lines, "compared-" + "-".join(sorted({spec.digest() for spec in specs}))[:80], page="race"
        )
    else:
        ids = [*(run.id for run in runs), *(run.id for run in recorded)][:MOST_COMPARED]
        _lines(specs, histories, ids)


def is_race(specs: Sequence[RunSpec]) -> bool:
    """Whether networks differ in the shortcut alone, each of them with each seed once."""
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


def names(specs: Sequence[RunSpec], ids: Sequence[str]) -> list[str]:
    """What tells the runs apart: network and seed, and the identifier where that is not enough."""
    short = [f"{s.network.role}-{s.network.depth}" for s in specs]
    if len({spec.train.seed for spec in specs}) > 1:
        text = _("{network}, seed {seed}")
        short = [text.format(network=n, seed=s.train.seed) for n, s in zip(short, specs, strict=True)]
    return [
        name if short.count(name) == 1 else f"{name} · {run_id[:5]}"
        for name, run_id in zip(short, ids, strict=True)
    ]


def _lines(specs: Sequence[RunSpec], histories: Sequence[RunHistory], ids: Sequence[str]) -> None:
    figures = comparison.figures(list(zip(names(specs, ids), histories, strict=True)))
    places = [*st.columns(2, gap="medium"), st.container()]
    # In a narrow column the legend has one line a run.
    height_px = _PLOT_PX + _LEGEND_LINE_PX * len(specs)
    for place, (name, figure) in zip(places, figures.items(), strict=True):
        with place:
            key, filename = f"runs_compare_{name}", f"compared-runs-{name}"
            chart_card.show(figure, key=key, filename=filename, height_px=height_px)
