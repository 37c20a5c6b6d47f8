"""Turn a finished race of the history into ``assets/recordings/race-NAME.parquet``.

    RESNET_VIZ_HOME=/tmp/rec nice -n 19 python -m resnet_viz race --depth 56 --steps 300 --json
    RESNET_VIZ_HOME=/tmp/rec python assets/make_recording.py depth-56 RACE "COMMAND" ["NOTE"]

Curves and the relative gradient keep every step, as the replay shows them; the
other profiles keep the steps at which the probe batch was measured.
"""

import platform
import sys
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from resnet_viz import __version__  # noqa: E402
from resnet_viz.history import ProfileTable, RunHistory  # noqa: E402
from resnet_viz.jobs.capacity import Machine  # noqa: E402
from resnet_viz.processor import processor_name  # noqa: E402
from resnet_viz.recordings import Origin, RecordedRun, Recording, write_recording  # noqa: E402
from resnet_viz.specs import RaceSpec  # noqa: E402
from resnet_viz.store import RunReader, home_folder, open_store  # noqa: E402

REPLAYED = "grad/relative"
MEASURED = "response/std"


def slimmed(history: RunHistory) -> RunHistory:
    """``history`` without what the replay does not show."""
    kept = {}
    for name, table in history.profiles.items():
        rows = np.isin(table.step, history.profiles[MEASURED].step) | (name == REPLAYED)
        kept[name] = ProfileTable(table.taps, table.step[rows], table.value[rows])
    return replace(history, profiles=kept)


def make(name: str, race: str, command: str, note: str) -> Path:
    """The file; raises `NotFound` where the history has no such race."""
    store = open_store(home_folder())
    group = store.group(race)
    runs = tuple(
        RecordedRun(run.id, run.spec, slimmed(RunReader(store, run.id).history()))
        for run in map(store.run, group.run_ids)
    )
    ended = max(store.run(run.id).ended_at or 0.0 for run in runs)
    store.close()
    here = Machine.here()
    versions = {
        "resnet-viz": __version__,
        "python": platform.python_version(),
        "torch": str(runs[0].history.facts["torch"]),
        "numpy": version("numpy"),
    }
    machine = {
        "processor": processor_name(),
        "cores": here.cores,
        "memory_bytes": here.memory_bytes,
        "system": here.system,
    }
    day = datetime.fromtimestamp(ended).date().isoformat()
    origin = Origin(command, day, versions, machine, note)
    return write_recording(Recording(name, RaceSpec.from_json(group.spec_json), origin, runs))


if __name__ == "__main__":
    given = [*sys.argv[1:], ""]
    target = make(given[0], given[1], given[2], given[3])
    print(target, target.stat().st_size, "bytes")
