"""What came out of each cell, as a table and as files."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import streamlit as st

from resnet_viz.experiments.experiment import CellHistory
from resnet_viz.experiments.forks import fork_words
from resnet_viz.figures.families import family_name
from resnet_viz.jobs.experiments import FilledCell
from resnet_viz.jobs.outcome import cell_rows, fork_rows, outcome
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.store import RunRecord
from resnet_viz.ui import labels, pages, server
from resnet_viz.ui.downloads import Download, download_buttons, everything_recorded
from resnet_viz.ui.experiment.cell_words import failure_sentence, state_name
from resnet_viz.ui.experiment.view import ExperimentView, Standing, read_history
from resnet_viz.ui.live.following import Following
from resnet_viz.ui.table import table_html
from resnet_viz.wording import duration, number, percent

_Cell = Callable[[FilledCell, Mapping[str, Any]], str]

_COLUMNS: Final[Mapping[str, tuple[str, _Cell]]] = {
    "network": (N_("Network"), lambda place, _row: _network(place)),
    "depth": (N_("Depth"), lambda place, _row: str(place.cell.depth)),
    "seed": (N_("Seed"), lambda place, _row: str(place.cell.seed)),
    "state": (N_("State"), lambda place, _row: state_name(place)),
    "steps": (N_("Steps"), lambda place, _row: _steps(place.run)),
    "train_loss": (N_("Training loss"), lambda place, _row: number(_fact(place, "train_loss"))),
    "train_error": (N_("Training error"), lambda _place, row: percent(row["train_error"])),
    "test_error": (N_("Test error"), lambda _place, row: percent(row["test_error"])),
    "test_accuracy": (N_("Test accuracy"), lambda place, _row: _accuracy(place)),
    "parameters": (N_("Parameters"), lambda place, _row: _counted(_fact(place, "parameters"))),
    "images_per_s": (N_("Images/s"), lambda place, _row: number(_fact(place, "samples_per_s"))),
    "time": (
        N_("Time"),
        lambda _place, row: "–" if row["wall_s"] is None else duration(row["wall_s"]),
    ),
    "run": (N_("Run"), lambda _place, row: row["run"] or "–"),
    "remark": (N_("Remark"), lambda place, _row: failure_sentence(place.run)),
}
"""By name: heading and text of every column that there is."""


def results(standing: Standing, following: Following[Standing], columns: Sequence[str]) -> None:
    """One row a cell, everything recorded of them to download, and the way to what they look at."""
    view, cells = standing
    st.subheader(_("Results"), anchor=False)
    following.text("results", partial(_rows, columns))
    if any(labels.is_old(run.facts.get("test_statistics")) for run in view.runs):
        st.caption(_(labels.OLD_ACCURACY))
    page, group_id = view.kind.page, view.group.id
    name = f"{page}-{group_id}"
    recorded = [place.run.id for place in (*view.cells, *view.forks) if place.run is not None]
    download_buttons(
        page,
        [
            Download(_("Table as CSV"), f"{name}.csv", lambda: _table_csv(view, cells)),
            Download(_("Table and verdict as JSON"), f"{name}.json", lambda: _table_json(view, cells)),
            *everything_recorded(view.kind.name, group_id, recorded, f"{name}-recorded"),
        ],
    )
    if _have_weights(view):
        st.page_link(
            pages.INSPECT.path,
            label=_("Inspect these networks"),
            icon=":material/visibility:",
            query_params={"networks": group_id},
        )
        if not view.kind.has_depths and len(view.spec.families) == 2:
            st.page_link(
                pages.INSPECT.path,
                label=_("Test images that only one of them gets right"),
                icon=":material/rule:",
                query_params={"networks": group_id, "source": "test", "group": "only-residual"},
            )


def _rows(columns: Sequence[str], standing: Standing) -> str:
    view, cells = standing
    shown = [_COLUMNS[name] for name in columns]
    places = (*view.cells, *view.forks)
    rows = zip(places, [*cell_rows(view.cells, cells), *cell_rows(view.forks, ())], strict=True)
    return table_html(
        [_(heading) for heading, _text in shown],
        ([text(place, row) for _heading, text in shown] for place, row in rows),
        caption=_("Result of each run."),
    )


def _have_weights(view: ExperimentView) -> bool:
    """Whether Inspect has something to show of this experiment's own runs."""
    return bool(view.own) and all(
        run.state.is_finished() and server.store().checkpoints(run.id) for run in view.own
    )


def _network(place: FilledCell) -> str:
    name, fork = family_name(place.cell.family), place.cell.run.fork
    return name if fork is None else _("{name}: {text}").format(name=name, text=fork_words(fork))


def _fact(place: FilledCell, name: str) -> Any:
    return None if place.run is None else place.run.facts.get(name)


def _steps(run: RunRecord | None) -> str:
    return "–" if run is None else f"{run.step:,} / {run.total_steps:,}"


def _accuracy(place: FilledCell) -> str:
    return labels.accuracy(_fact(place, "test_accuracy"), _fact(place, "test_statistics"))


def _counted(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _table_csv(view: ExperimentView, cells: Sequence[CellHistory]) -> str:
    rows = [*cell_rows(view.cells, cells), *_forks(view)]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(columns)]
    for row in rows:
        values = (row.get(name) for name in columns)
        lines.append(",".join("" if value is None else str(value) for value in values))
    return "\n".join(lines) + "\n"


def _table_json(view: ExperimentView, cells: Sequence[CellHistory]) -> str:
    found = outcome(view.kind, view.group.id, view.spec, view.cells, cells) | {"forks": _forks(view)}
    return json.dumps(found, ensure_ascii=False)


def _forks(view: ExperimentView) -> list[dict[str, Any]]:
    return fork_rows([(place, read_history(place.run)) for place in view.forks if place.run is not None])
