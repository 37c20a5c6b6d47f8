"""What came out of each cell, as a table and as files."""

import json
from collections.abc import Sequence
from typing import Any

from resnet_viz.experiments.experiment import CellHistory
from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.figures.families import family_name
from resnet_viz.jobs.experiments import FilledCell
from resnet_viz.jobs.outcome import cell_rows, outcome
from resnet_viz.locale import gettext as _
from resnet_viz.ui.depth.runs import SweepView
from resnet_viz.ui.depth.status import state_name
from resnet_viz.ui.downloads import Download, download_buttons, everything_recorded
from resnet_viz.ui.race.status import failure_sentence
from resnet_viz.ui.table import table
from resnet_viz.wording import duration, number, percent


def results(view: SweepView, cells: Sequence[CellHistory]) -> None:
    """One row a cell, and everything recorded of them to download."""
    rows = cell_rows(view.cells, cells)
    places = zip(view.cells, rows, strict=True)
    shown = [_shown(place, row) for place, row in places]
    table(
        list(shown[0]),
        ([*row.values()] for row in shown),
        caption=_("Result of each run: loss, errors and time."),
    )
    name = f"depth-{view.group.id}"
    run_ids = [place.run.id for place in view.cells if place.run is not None]
    download_buttons(
        "depth",
        [
            Download(_("Table as CSV"), f"{name}.csv", lambda: _table_csv(rows)),
            Download(_("Table and verdict as JSON"), f"{name}.json", lambda: _table_json(view, cells)),
            *everything_recorded("sweep", view.group.id, run_ids, f"{name}-recorded"),
        ],
    )


def _shown(place: FilledCell, row: dict[str, Any]) -> dict[str, str]:
    return {
        _("Network"): family_name(row["family"]),
        _("Depth"): str(row["depth"]),
        _("Seed"): str(row["seed"]),
        _("State"): state_name(place),
        _("Training loss"): number(row["train_loss"]),
        _("Training error"): percent(row["train_error"]),
        _("Test error"): percent(row["test_error"]),
        _("Time"): "–" if row["wall_s"] is None else duration(row["wall_s"]),
        _("Run"): row["run"] or "–",
        _("Remark"): failure_sentence(place.run) if place.run is not None else "",
    }


def _table_csv(rows: Sequence[dict[str, Any]]) -> str:
    lines = [",".join(rows[0])]
    lines += [",".join("" if value is None else str(value) for value in row.values()) for row in rows]
    return "\n".join(lines) + "\n"


def _table_json(view: SweepView, cells: Sequence[CellHistory]) -> str:
    report = outcome(SWEEP, view.group.id, view.spec, view.cells, cells)
    return json.dumps(report, ensure_ascii=False)
