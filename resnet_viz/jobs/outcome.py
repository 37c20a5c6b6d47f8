"""What came out of an experiment, as programs get it from the command line and the pages."""

from collections.abc import Sequence
from typing import Any

from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.experiments.kinds import Kind
from resnet_viz.findings.cost_words import chosen_widths
from resnet_viz.findings.endings import final_test_error, final_train_error
from resnet_viz.findings.verdict import verdict
from resnet_viz.history import RunHistory
from resnet_viz.jobs.experiments import FilledCell


def outcome(
    kind: Kind,
    group_id: str | None,
    spec: Experiment,
    places: Sequence[FilledCell],
    cells: Sequence[CellHistory],
) -> dict[str, Any]:
    """Name, cells, verdict and chosen widths; ``group_id`` is None where the experiment is only planned."""
    return {
        kind.name: group_id,
        "cells": cell_rows(places, cells),
        "verdict": verdict(kind, spec, cells).to_dict(),
    } | chosen_widths(spec)


def cell_rows(places: Sequence[FilledCell], histories: Sequence[CellHistory]) -> list[dict[str, Any]]:
    """One row a cell, in the order of ``places``; results are None until the cell is finished."""
    known = {(found.family, found.depth, found.seed): found.history for found in histories}
    return [_row(place, known.get(place.cell[:3])) for place in places]


def fork_rows(forks: Sequence[tuple[FilledCell, RunHistory]]) -> list[dict[str, Any]]:
    """The same of forks, each as the network type it was, and what it goes on from with which change."""
    return [
        _row(place, history) | {"parent": fork.run, "step": fork.step, "change": fork.change}
        for place, history in forks
        if (fork := place.cell.run.fork) is not None
    ]


def _row(place: FilledCell, history: RunHistory | None) -> dict[str, Any]:
    cell, run = place.cell, place.run
    finished = run is not None and run.state is RunState.FINISHED
    facts = run.facts if run is not None and finished else {}
    ended = history if finished else None
    return {
        "family": cell.family,
        "depth": cell.depth,
        "seed": cell.seed,
        "run": run.id if run else None,
        "state": run.state.value if run else "planned",
        "reused": place.reused,
        "train_loss": facts.get("train_loss"),
        "train_error": final_train_error(ended) if ended else None,
        "test_error": final_test_error(ended) if ended else None,
        "wall_s": facts.get("wall_s"),
    }
