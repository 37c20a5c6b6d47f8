"""Curves and profiles as TensorBoard event files, one folder per run."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from resnet_viz.exports.event_file import EventFile
from resnet_viz.store import RunReader, RunRecord, Store


def write_tensorboard(store: Store, run_ids: Sequence[str], folder: Path) -> list[Path]:
    """A folder per run under ``folder`` with its event file; returns the files.

    Curves are scalars under their own names; a profile is one scalar per layer,
    ``grad/relative/stage1.block1.conv1``. TensorBoard keeps float32. An event's
    time is when its step was recorded.

    Raises:
        NotFound: there is no such run.
        OSError: the disk is full or not writable.
    """
    files = []
    for run_id in run_ids:
        run = store.run(run_id)
        place = folder / f"{run.role}-{run.spec.network.depth}-seed{run.seed}-{run.id}"
        place.mkdir(parents=True, exist_ok=True)
        # Elsewhere the name ends in that of the computer, which is nobody's business.
        files.append(place / f"events.out.tfevents.{int(run.created_at):010d}.resnet-viz")
        _write(store, run, files[-1])
    return files


def _write(store: Store, run: RunRecord, path: Path) -> None:
    history = RunReader(store, run.id).history()
    start = run.started_at or run.created_at
    with EventFile(path, start) as file, np.errstate(over="ignore"):  # too large for float32: infinite
        file.add_text(start, "spec/text_summary", f"```json\n{run.spec.to_json()}\n```")
        for name, curve in history.series.items():
            times = store.library.recorded_at(run.id, curve.step).tolist()
            single = curve.value.astype(np.float32).tolist()
            for time, step, value in zip(times, curve.step.tolist(), single, strict=True):
                file.add_scalars(time, step, (name.encode(),), (value,))
        for name, table in history.profiles.items():
            tags = [f"{name}/{tap}".encode() for tap in table.taps]
            times = store.library.recorded_at(run.id, table.step).tolist()
            for time, step, row in zip(times, table.step.tolist(), table.value.tolist(), strict=True):
                file.add_scalars(time, step, tags, row)
