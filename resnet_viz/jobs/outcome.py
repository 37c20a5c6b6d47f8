"""What came out of an experiment, as programs get it from the command line and the pages."""

from collections.abc import Sequence
from typing import Any

from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.experiments.kinds import Kind
from resnet_viz.findings.endings import final_test_error, final_train_error
from resnet_viz.findings.verdict import verdict
from resnet_viz.jobs.experiments import FilledCell
from resnet_viz.networks.equal_cost import scale_of


def outcome(
    kind: Kind,
    group_id: str | None,
    spec: Experiment,
    places: Sequence[FilledCell],
    cells: Sequence[CellHistory],
) -> dict[str, Any]:
    """Name, cells and verdict; ``group_id`` is None where the experiment is only planned."""
    return {
        kind.name: group_id,
        "cells": cell_rows(places, cells),
        "verdict": verdict(kind, spec, cells).to_dict(),
    }


def cell_rows(places: Sequence[FilledCell], histories: Sequence[CellHistory]) -> list[dict[str, Any]]:
    """One row a cell, in the order of ``places``; results are None until the cell is finished."""
    known = {(found.family, found.depth, found.seed): found.history for found in histories}
    rows = []
    for place in places:
        cell, run = place.cell, place.run
        scale, width = scale_of(cell.run.network)
        finished = run is not None and run.state is RunState.FINISHED
        facts = run.facts if run is not None and finished else {}
        history = known.get((cell.family, cell.depth, cell.seed)) if finished else None
        rows.append(
            {
                "family": cell.family,
                "depth": cell.depth,
                "seed": cell.seed,
                scale: width,
                "run": run.id if run else None,
                "state": run.state.value if run else "planned",
                "reused": place.reused,
                "train_loss": facts.get("train_loss"),
                "train_error": final_train_error(history) if history else None,
                "test_error": final_test_error(history) if history else None,
                "wall_s": facts.get("wall_s"),
            }
        )
    return rows
