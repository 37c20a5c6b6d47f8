"""A sweep as part of a report: verdict, degradation curve, and one row a cell."""

from collections.abc import Sequence
from typing import NamedTuple

from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.figures import degradation, depth_gradients, depth_losses
from resnet_viz.figures.families import family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.findings.depth_numbers import DepthFinding
from resnet_viz.findings.endings import final_test_error, final_train_error
from resnet_viz.findings.verdict import Verdict, depth_verdict
from resnet_viz.jobs.experiments import FilledCell, cells_of, recorded_cells, spec_of
from resnet_viz.locale import gettext as _
from resnet_viz.store import GroupRecord, Store
from resnet_viz.wording import number, percent


class ReportedSweep(NamedTuple):
    """What a report says of a sweep; texts in the reader's language."""

    spec: Experiment
    cells: list[FilledCell]
    verdict: Verdict[DepthFinding]
    figures: list[Figure]
    rows: list[list[str]]


def report_sweep(store: Store, group: GroupRecord) -> ReportedSweep:
    """The sweep with all its cells, also those that other races or sweeps trained.

    Raises:
        InvalidSetting: another version of this app recorded the sweep.
    """
    spec, cells = spec_of(group), cells_of(store, group)
    histories = recorded_cells(store, cells)
    figures = [
        degradation.figure(spec.families, histories, depths=spec.depths),
        depth_losses.figure(spec.families, histories, depth=spec.depths[-1]),
        depth_gradients.figure(spec.families, histories, depth=spec.depths[-1]),
    ]
    return ReportedSweep(
        spec,
        cells,
        depth_verdict(spec, histories),
        [figure for figure in figures if not figure.is_empty],
        _rows(cells, histories),
    )


def _rows(cells: Sequence[FilledCell], histories: Sequence[CellHistory]) -> list[list[str]]:
    """A table with one row a cell, headings first."""
    rows = [
        [
            _("Network"),
            _("Seed"),
            _("Training loss"),
            _("Training error"),
            _("Test error"),
            _("Seconds"),
            _("Run"),
        ]
    ]
    trained = [(place.cell, place.run) for place in cells if place.run is not None]
    for (cell, run), found in zip(trained, histories, strict=True):
        finished = run.state is RunState.FINISHED
        history = found.history
        rows.append(
            [
                f"{family_name(cell.family)} {cell.depth}",
                str(cell.seed),
                number(run.facts.get("train_loss")) if finished else "–",
                percent(final_train_error(history)) if finished else "–",
                percent(final_test_error(history)) if finished else "–",
                number(run.facts.get("wall_s")),
                run.id,
            ]
        )
    return rows
