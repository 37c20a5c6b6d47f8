"""What measuring every layer at every step costs: the same training with and without."""

from collections.abc import Iterator
from pathlib import Path
from time import process_time
from unittest.mock import patch

from benchmarks.result import Aim, Bench, Result
from resnet_viz.events import Desired
from resnet_viz.experiments.kinds import RACE
from resnet_viz.specs import RunSpec
from resnet_viz.training.loop import train


def probe_overhead(repetitions: int, folder: Path) -> Iterator[Result]:
    """Processor time of both trainings of the degradation preset, measuring and not, turn about."""
    for spec in RACE.presets["degradation"].spec.runs():
        overhead = Result(f"{spec.network.role}: extra time for measuring", "%", aim=Aim("≤", 5))
        _train_s(spec.but(train=spec.train.but(steps=5)), folder)  # warms caches and allocators
        for _ in range(repetitions):
            overhead.values.append((_train_s(spec, folder) / _bare_train_s(spec, folder) - 1) * 100)
        yield overhead


def _bare_train_s(spec: RunSpec, folder: Path) -> float:
    """Losses and test results stay, they are no probes; layers are never looked at."""
    with (
        patch("resnet_viz.training.trainer.profile_rows", lambda _steps: frozenset()),
        patch("resnet_viz.training.trainer.Trainer.probe", lambda _trainer: []),
    ):
        return _train_s(spec, folder)


def _train_s(spec: RunSpec, folder: Path) -> float:
    # Processor time, since other programs take their share of the wall clock. One thread, as in a race.
    start = process_time()
    for _event in train(spec, folder=folder / "run", data_folder=folder, threads=1, desired=Desired):
        pass
    return process_time() - start


BENCHES = (Bench("probes", "what measuring every layer at every step costs", probe_overhead),)
