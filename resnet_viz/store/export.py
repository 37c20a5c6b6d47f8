"""Runs as plain JSON values or CSV, for programs and spreadsheets."""

import csv
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from resnet_viz.events import Failure
from resnet_viz.locale import gettext
from resnet_viz.store.history_store import Store
from resnet_viz.store.reader import RunReader
from resnet_viz.store.records import RunRecord

SCHEMA = 2
"""Of the JSON; a reader refuses a larger one. From 2 on the shape of the data is not in the network."""
COLUMNS = ("run", "metric", "step", "tap", "value")


class _Output(Protocol):
    def write(self, text: str, /) -> object: ...


def export_json(store: Store, run_id: str) -> dict[str, Any]:
    """Everything recorded of a run, ready for `json.dumps`; raises `NotFound`.

    ``{"run": {spec and result}, "series": {name: {"step": [n], "value": [n]}},
    "profiles": {name: {"step": [n], "tap": [taps], "value": [n][taps]}}}``.
    JSON has no NaN and no infinity: such values are null.
    """
    run = store.run(run_id)
    history = RunReader(store, run.id).history()
    return {
        "run": _run(run),
        "series": {
            name: {"step": curve.step.tolist(), "value": _finite(curve.value)}
            for name, curve in history.series.items()
        },
        "profiles": {
            name: {"step": table.step.tolist(), "tap": list(table.taps), "value": _finite(table.value)}
            for name, table in history.profiles.items()
        },
    }


def export_csv(store: Store, run_ids: Sequence[str], out: _Output) -> None:
    """Write every measured number of all runs as one row of `COLUMNS`, under one header.

    ``tap`` is empty for curves. Values that are not finite are written as
    ``nan``, ``inf`` and ``-inf``, which table readers know.

    Raises:
        NotFound: one of the runs does not exist; nothing is written then.
    """
    readers = [RunReader(store, run_id) for run_id in run_ids]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for reader in readers:
        history = reader.history()
        for name, curve in history.series.items():
            for step, value in zip(curve.step.tolist(), curve.value.tolist(), strict=True):
                writer.writerow((reader.run_id, name, step, "", value))
        for name, table in history.profiles.items():
            for step, row in zip(table.step.tolist(), table.value.tolist(), strict=True):
                writer.writerows(
                    (reader.run_id, name, step, tap, value)
                    for tap, value in zip(table.taps, row, strict=True)
                )


def _run(run: RunRecord) -> dict[str, Any]:
    # Without the owner: that is the secret of a browser session.
    return {
        "schema": SCHEMA,
        "id": run.id,
        "group": run.group_id,
        "name": run.name,
        "notes": run.notes,
        "tags": list(run.tags),
        "origin": run.origin,
        "role": run.role,
        "seed": run.seed,
        "spec": run.spec.model_dump(mode="json"),
        "digest": run.digest,
        "state": run.state.value,
        "failure": _failure(run.failure),
        "attempt": run.attempt,
        "step": run.step,
        "total_steps": run.total_steps,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "facts": dict(run.facts),
    }


def _failure(failure: Failure | None) -> dict[str, str] | None:
    if failure is None:
        return None
    return {"code": failure.code, "text": gettext(failure.template).format(**failure.parameters)}


def _finite(values: npt.NDArray[Any]) -> list[Any]:
    plain = values.astype(object)
    plain[~np.isfinite(values)] = None
    return list(plain.tolist())
