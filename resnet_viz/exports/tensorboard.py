"""Curves and profiles as TensorBoard event files, one folder per run.

tensorboardX supplies the record format and its protocol buffers; its own
writer is not used, because that puts the name of this computer into the name
of the file.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tensorboardX.proto.event_pb2 import Event
from tensorboardX.proto.summary_pb2 import Summary
from tensorboardX.record_writer import RecordWriter
from tensorboardX.summary import text

from resnet_viz.store import RunReader, RunRecord, Store


def write_tensorboard(store: Store, run_ids: Sequence[str], folder: Path) -> list[Path]:
    """A folder per run under ``folder`` with its event file; returns the files. Raises `NotFound`, `OSError`.

    Curves are scalars under their own names; a profile is one scalar per layer,
    ``grad/relative/stage1.block1.conv1``. TensorBoard keeps float32. An event's
    time is when its step was recorded.
    """
    files = []
    for run_id in run_ids:
        run = store.run(run_id)
        place = folder / f"{run.role}-{run.spec.network.depth}-seed{run.seed}-{run.id}"
        place.mkdir(parents=True, exist_ok=True)
        files.append(place / f"events.out.tfevents.{int(run.created_at):010d}.resnet-viz")
        _write(store, run, files[-1])
    return files


def _write(store: Store, run: RunRecord, file: Path) -> None:
    history = RunReader(store, run.id).history()
    file.unlink(missing_ok=True)  # the writer appends
    writer = RecordWriter(str(file))
    try:
        start = run.started_at or run.created_at
        writer.write(Event(wall_time=start, file_version="brain.Event:2").SerializeToString())
        spec = Event(wall_time=start, step=0, summary=text("spec", f"```json\n{run.spec.to_json()}\n```"))
        writer.write(spec.SerializeToString())
        for name, curve in history.series.items():
            times = store.library.recorded_at(run.id, curve.step)
            for step, value, time in zip(
                curve.step.tolist(), curve.value.tolist(), times.tolist(), strict=True
            ):
                summary = Summary(value=[Summary.Value(tag=name, simple_value=_single(value))])
                writer.write(Event(wall_time=time, step=step, summary=summary).SerializeToString())
        for name, table in history.profiles.items():
            tags = [f"{name}/{tap}" for tap in table.taps]
            times = store.library.recorded_at(run.id, table.step)
            for step, row, time in zip(
                table.step.tolist(), table.value.tolist(), times.tolist(), strict=True
            ):
                values = [
                    Summary.Value(tag=tag, simple_value=value) for tag, value in zip(tags, row, strict=True)
                ]
                event = Event(wall_time=time, step=step, summary=Summary(value=values))
                writer.write(event.SerializeToString())
    finally:
        writer.close()


def _single(value: float) -> float:
    with np.errstate(over="ignore"):  # what is too large for float32 is infinite there
        return float(np.float32(value))
