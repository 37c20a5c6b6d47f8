"""Training speed: the race against a straightforward script, and what measuring costs."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from unittest.mock import patch

import torch

from benchmarks.race import SupervisedHome, pair_samples
from benchmarks.result import Aim, Bench, Result
from resnet_viz.data.catalogue import fitted
from resnet_viz.events import Desired
from resnet_viz.presets import PRESETS
from resnet_viz.specs import RunSpec
from resnet_viz.training.loop import train

_RACE = PRESETS["degradation"].race


def against_baseline(repetitions: int, folder: Path) -> Iterator[Result]:
    """The degradation pair by the race's workers and by `baseline`, turn about."""
    ours, theirs, bare = (Result(name, "samples/s") for name in ("race", "script", "script, not measuring"))
    ratio = Result("race ÷ script", "×", aim=Aim("≥", 2.5))
    bare_ratio = Result("race (measuring) ÷ script (not measuring)", "×")
    spec_file = folder / "spec.json"
    spec_file.write_text(fitted(_RACE.run).to_json())
    with SupervisedHome(folder / "home", warm=2) as home:
        for _ in range(repetitions):
            home.until_warm()
            ours.values.append(pair_samples(_RACE) / home.run(_RACE).seconds)
            theirs.values.append(_baseline(spec_file, folder))
            bare.values.append(_baseline(spec_file, folder, "--without-measuring"))
            ratio.values.append(ours.values[-1] / theirs.values[-1])
            bare_ratio.values.append(ours.values[-1] / bare.values[-1])
    yield from (ours, theirs, bare, ratio, bare_ratio)


def probe_overhead(repetitions: int, folder: Path) -> Iterator[Result]:
    """Processor time of one training with and without per-layer measurements, turn about."""
    torch.set_num_threads(1)
    for member in _RACE.members():
        overhead = Result(f"{member.network.role}: extra time for measuring", "%", aim=Aim("≤", 5))
        spec = fitted(member)
        _train_s(spec, folder, measure=True)  # warms caches and allocators
        for _ in range(repetitions):
            measured, unmeasured = (_train_s(spec, folder, measure) for measure in (True, False))
            overhead.values.append((measured / unmeasured - 1) * 100)
        yield overhead


def _baseline(spec_file: Path, data_folder: Path, *options: str) -> float:
    command = [sys.executable, "-m", "benchmarks.baseline", str(spec_file), str(data_folder), *options]
    answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return float(answer["samples"] / answer["seconds"])


def _train_s(spec: RunSpec, folder: Path, measure: bool) -> float:
    # Accuracy on the test set is a result, not a probe: it is evaluated in both cases.
    if not measure:
        spec = spec.model_copy(update={"train": spec.train.but(probe_every=10**6)})
    with patch("resnet_viz.training.trainer.profile_rows", wraps=None) as rows:
        rows.side_effect = (lambda steps: frozenset(range(steps))) if measure else (lambda steps: frozenset())
        start = process_time()
        for _event in train(
            spec, folder=folder / "run", data_folder=folder, threads=1, desired=Desired, resume=False
        ):
            pass
        return process_time() - start


BENCHES = (
    Bench("training", "the pair against a straightforward PyTorch script", against_baseline),
    Bench("probes", "what measuring every layer at every step costs", probe_overhead),
)
