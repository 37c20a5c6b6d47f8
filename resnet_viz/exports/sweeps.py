"""A sweep as part of a report: verdict, degradation curve, and one row a cell."""

from typing import NamedTuple

from resnet_viz.events import RunState
from resnet_viz.experiments.sweeps import Cell, CellHistory, SweepSpec
from resnet_viz.figures import degradation, depth_gradients, depth_losses
from resnet_viz.figures.families import family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.findings.depth import SweepVerdict, sweep_verdict
from resnet_viz.findings.endings import final_test_error, final_train_error
from resnet_viz.locale import gettext as _
from resnet_viz.store import GroupRecord, RunReader, RunRecord, Store
from resnet_viz.wording import number, percent


class FilledCell(NamedTuple):
    """A cell of a sweep with the run that fills it, and what was recorded of it."""

    cell: Cell
    run: RunRecord
    history: CellHistory


class ReportedSweep(NamedTuple):
    """What a report says of a sweep; texts in the reader's language."""

    spec: SweepSpec
    cells: list[FilledCell]
    verdict: SweepVerdict
    figures: list[Figure]
    rows: list[list[str]]


def report_sweep(store: Store, group: GroupRecord) -> ReportedSweep:
    """The sweep with all its cells, also those that other races or sweeps trained.

    Raises:
        InvalidSetting: another version of this app recorded the sweep.
    """
    spec = SweepSpec.from_json(group.spec_json)
    cells = _filled(store, spec, group.id)
    histories = [found.history for found in cells]
    figures = [
        degradation.figure(spec.families, histories, depths=spec.depths),
        depth_losses.figure(spec.families, histories, depth=spec.depths[-1]),
        depth_gradients.figure(spec.families, histories, depth=spec.depths[-1]),
    ]
    return ReportedSweep(
        spec,
        cells,
        sweep_verdict(spec, histories),
        [figure for figure in figures if not figure.is_empty],
        _rows(cells),
    )


def _filled(store: Store, spec: SweepSpec, group_id: str) -> list[FilledCell]:
    """Cells that have a run: a finished one if there is any, of the sweep itself before others."""
    cells = [(cell, cell.run.digest()) for cell in spec.cells()]
    known = store.cells.runs([digest for _cell, digest in cells])
    found = []
    for cell, digest in cells:
        runs = sorted(known.get(digest, []), key=lambda run: run.group_id != group_id)
        own = [run for run in runs if run.group_id == group_id]
        chosen = next((run for run in runs if run.state is RunState.FINISHED), next(iter(own), None))
        if chosen is not None:
            history = RunReader(store, chosen.id).history()
            found.append(FilledCell(cell, chosen, CellHistory(cell.family, cell.depth, cell.seed, history)))
    return found


def _rows(cells: list[FilledCell]) -> list[list[str]]:
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
    for cell, run, found in cells:
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
