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

import numpy as np

from resnet_viz.events import Event, Profile, RunState, Series, StateChanged
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

    def record(start: int, points: int, every: int) -> None:
        for run, attempt in attempts.items():
            store.append(run, attempt, _events(start, points, every))

    record(0, POINTS, every=POINTS // _MEASURED)
    _draw([reader.history() for reader in readers])
    spent_ms = []
    for number in range(repetitions):
        record(POINTS + number * _NEW_POINTS, _NEW_POINTS, every=_NEW_POINTS)
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


def _events(start: int, points: int, every: int) -> list[Event]:
    """Measurements of ``points`` steps; layers at every ``every``-th of them."""
    noise = np.random.default_rng(start)
    step = np.arange(start, start + points)
    rows = step[::every]
    tested = rows[:1]
    blocks = tuple(f"stage{stage}.block{block}" for stage in (1, 2, 3) for block in range(1, 6))
    convolutions = ("stem", *(f"{block}.conv{number}" for block in blocks for number in (1, 2)))

    def profile(name: str, taps: tuple[str, ...]) -> Profile:
        return Profile(name, taps, rows, noise.lognormal(size=(len(rows), len(taps))).astype(np.float32))

    return [
        StateChanged(RunState.RUNNING),
        Series("train/loss", step, noise.lognormal(size=points)),
        Series("train/accuracy", step, noise.uniform(size=points)),
        Series("train/learning_rate", step, np.full(points, 0.1)),
        Series("test/loss", tested, noise.lognormal(size=len(tested))),
        Series("test/accuracy", tested, noise.uniform(size=len(tested))),
        *(profile(name, (*convolutions, "head")) for name in ("grad/norm", "grad/relative", "update/ratio")),
        profile("response/std", convolutions),
        profile("grad/block_output", blocks),
    ]


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
