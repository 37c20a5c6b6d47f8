"""Turn a finished race or sweep of the history into ``assets/recordings/KIND-NAME.npz`` and ``.parquet``.

    RESNET_VIZ_HOME=/tmp/rec nice -n 19 python -m resnet_viz race --depth 56 --steps 300 --json
    RESNET_VIZ_HOME=/tmp/rec python assets/make_recording.py depth-56 RACE "COMMAND" ["NOTE"]

Curves keep every step. Of the layers a race keeps the relative gradient at
every step, as the replay shows it, and the rest where the probe batch was
measured; a sweep keeps the first and the last step, as its charts show them, and
the few between that its verdict looks at.
"""

import platform
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from resnet_viz import __version__  # noqa: E402
from resnet_viz.errors import NotFound  # noqa: E402
from resnet_viz.events import RunState  # noqa: E402
from resnet_viz.experiments.kinds import KINDS, Kind  # noqa: E402
from resnet_viz.experiments.recordings import (  # noqa: E402
    FOLDER,
    Origin,
    RecordedRun,
    Recording,
    origin_json,
    recording_file,
    write_recording,
)
from resnet_viz.exports.tables import write_histories  # noqa: E402
from resnet_viz.findings.regime import sampled  # noqa: E402
from resnet_viz.history import ProfileTable, RunHistory  # noqa: E402
from resnet_viz.jobs.capacity import Machine  # noqa: E402
from resnet_viz.jobs.experiments import cells_of, experiment_group, spec_of  # noqa: E402
from resnet_viz.processor import processor_name  # noqa: E402
from resnet_viz.store import GroupRecord, RunReader, RunRecord, Store, home_folder, open_store  # noqa: E402

REPLAYED = "grad/relative"
MEASURED = "response/std"
_TABLE_LEVEL = 19  # of zstd: written once, carried with every copy of the app


def make(
    store: Store, name: str, group_id: str, command: str, note: str, folder: Path = FOLDER
) -> list[Path]:
    """Both files; raises `NotFound` where the history has no such group, or a run of it is not finished."""
    group = experiment_group(store, group_id)
    kind = KINDS[group.kind]
    finished = list(_finished(group, [place.run for place in cells_of(store, group)]))
    recorded = tuple(
        RecordedRun(run.id, run.spec, slimmed(RunReader(store, run.id).history(), kind)) for run in finished
    )
    recording = Recording(name, kind, spec_of(group), _origin(finished, command, note), recorded)
    return [write_recording(recording, folder), write_table(recording, folder)]


def slimmed(history: RunHistory, kind: Kind) -> RunHistory:
    """``history`` without what is not shown of it."""
    kept = {}
    for name, table in history.profiles.items():
        if kind.has_depths:
            rows = np.isin(np.arange(len(table)), [*sampled(table.step), len(table) - 1])
        else:
            rows = np.isin(table.step, history.profiles[MEASURED].step) | (name == REPLAYED)
        kept[name] = ProfileTable(table.taps, table.step[rows], table.value[rows])
    if kind.has_depths:
        kept = {name: table for name, table in kept.items() if name == REPLAYED}
    return replace(history, profiles=kept)


def write_table(recording: Recording, folder: Path = FOLDER) -> Path:
    """The recording as a table for other programs."""
    target = recording_file(recording.kind, recording.name, ".parquet", folder)
    about = {
        recording.kind.name: recording.spec.model_dump(mode="json"),
        "origin": origin_json(recording.origin),
        "runs": [
            {"id": run.id, "spec": run.spec.model_dump(mode="json"), "facts": dict(run.history.facts)}
            for run in recording.runs
        ],
    }
    write_histories(((run.id, run.history) for run in recording.runs), about, target, level=_TABLE_LEVEL)
    return target


def _finished(group: GroupRecord, runs: Iterable[RunRecord | None]) -> Iterator[RunRecord]:
    for run in runs:
        if run is None or run.state is not RunState.FINISHED:
            raise NotFound("not_finished", "A run of {id} is not finished.", id=group.id)
        yield run


def _origin(runs: list[RunRecord], command: str, note: str) -> Origin:
    here = Machine.here()
    versions = {
        "resnet-viz": __version__,
        "python": platform.python_version(),
        "torch": str(runs[0].facts["torch"]),
        "numpy": version("numpy"),
    }
    machine = {
        "processor": processor_name(),
        "cores": here.cores,
        "memory_bytes": here.memory_bytes,
        "system": here.system,
    }
    day = datetime.fromtimestamp(max(run.ended_at or 0.0 for run in runs)).date().isoformat()
    return Origin(command, day, versions, machine, note)


if __name__ == "__main__":
    name, group_id, command, note = [*sys.argv[1:], ""][:4]
    history = open_store(home_folder())
    for file in make(history, name, group_id, command, note):
        print(file, file.stat().st_size, "bytes")
    history.close()
