"""Training speed: the race against a straightforward PyTorch script that does the same work."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.race import DEGRADATION, SupervisedHome
from benchmarks.result import Aim, Bench, Result
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE


def against_script(repetitions: int, folder: Path) -> Iterator[Result]:
    """The degradation pair by the race's workers and by `baseline`, turn about.

    Time runs from the request to the end of both trainings, queue, data and
    set-up included, but not the import of torch: workers wait, and the script
    counts from after its imports.
    """
    yield from _turn_about("race", DEGRADATION, repetitions, folder)


def families_against_script(repetitions: int, folder: Path) -> Iterator[Result]:
    """VGG, residual, DenseNet and ResNeXt of equal cost, likewise."""
    yield from _turn_about("families", RACE.presets["equal-cost"].spec, repetitions, folder)


def _turn_about(name: str, spec: Experiment, repetitions: int, folder: Path) -> Iterator[Result]:
    race, script, bare = (Result(one, "samples/s") for one in (name, "script", "script, not measuring"))
    ratio = Result(f"{name} ÷ script", "×", aim=Aim("≥", 2.5))
    bare_ratio = Result(f"{name} ÷ script that measures nothing", "×")
    samples = len(spec.cells()) * spec.run.train.steps * spec.run.train.batch_size
    spec_file = folder / "spec.json"
    spec_file.write_text(spec.to_json())
    for number in range(repetitions):
        with SupervisedHome(folder / f"home-{number}", warm=2) as home:
            home.until_warm()
            race.values.append(samples / home.race(spec).end_s)
        # The supervisor is gone by now, so that the script has the machine to itself.
        script.values.append(_script(spec_file, folder))
        bare.values.append(_script(spec_file, folder, "--without-measuring"))
        ratio.values.append(race.values[-1] / script.values[-1])
        bare_ratio.values.append(race.values[-1] / bare.values[-1])
    yield from (race, script, bare, ratio, bare_ratio)


def _script(spec_file: Path, data_folder: Path, *options: str) -> float:
    command = [sys.executable, "-m", "benchmarks.baseline", str(spec_file), str(data_folder), *options]
    answer = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
    return float(answer["samples"] / answer["seconds"])


BENCHES = (
    Bench("training", "the pair against a straightforward PyTorch script", against_script),
    Bench("families", "four families of equal cost against the same script", families_against_script),
)
