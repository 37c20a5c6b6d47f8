"""One live refresh of the race page, in a process of its own that is free of torch.

    python -m benchmarks.refresh FOLDER REPETITIONS

prints the processor milliseconds of each refresh as JSON. Two runs with 10,000
steps are on record; before each refresh half a second's worth of new
measurements arrives, and then everything the page does is done: follow the
store, make every chart's info, text and JSON.
"""

import json
import sys
from pathlib import Path
from time import process_time

from benchmarks.recorded import record
from resnet_viz.experiments.kinds import RACE
from resnet_viz.figures import accuracy, gradient_heatmap, gradient_profile, losses, responses
from resnet_viz.history import RunHistory
from resnet_viz.store import RunReader, open_store

POINTS = 10_000
_NEW_POINTS = 20
_MEASURED = 1_000  # rows of a long run's profiles


def main(folder: Path, repetitions: int) -> list[float]:
    """Processor milliseconds of each refresh."""
    race = RACE.presets["degradation"].spec
    race = race.but(run=race.run.but(train=race.run.train.but(steps=2 * POINTS)))
    store = open_store(folder)
    group = store.add_group("race", "benchmark", race.to_json(), race.runs())
    attempts = {run: store.claim(run, "benchmark") or 0 for run in group.run_ids}
    readers = [RunReader(store, run) for run in group.run_ids]

    def grow(start: int, points: int, every: int) -> None:
        for run, attempt in attempts.items():
            record(store, run, attempt, start, points, every)

    grow(0, POINTS, every=POINTS // _MEASURED)
    _draw([reader.history() for reader in readers])
    spent_ms = []
    for number in range(repetitions):
        grow(POINTS + number * _NEW_POINTS, _NEW_POINTS, every=_NEW_POINTS)
        start = process_time()
        _draw([reader.history() for reader in readers])
        spent_ms.append((process_time() - start) * 1000)
    assert "torch" not in sys.modules
    return spent_ms


def _draw(histories: list[RunHistory]) -> None:
    """What `resnet_viz.ui.race.charts` computes."""
    for figure in (
        losses.figure(histories),
        accuracy.figure(histories),
        gradient_profile.figure(histories),
        gradient_heatmap.figure(histories),
        responses.figure(histories),
    ):
        assert figure.words
        assert figure.json


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
