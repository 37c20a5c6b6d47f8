"""What a question that trains is answered with: curves of all its runs, seed by seed, as one frame.

Who measures packs the histories, who asks gets them back, and the rules for races judge them.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from resnet_viz.data.catalogue import shape_of
from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.findings.endings import Ending, ending_of, final_loss, final_test_error
from resnet_viz.history import Curve, ProfileTable, RunHistory
from resnet_viz.locale import N_
from resnet_viz.processes.channel import Frame
from resnet_viz.specs import DataSpec, NetworkSpec, RunSpec, TrainSpec

FEW_STEPS: Final = N_("Few steps measure how fast networks learn, not how well they do in the end.")
"""A limit of all these questions."""

_SERIES: Final = ("train/loss", "train/accuracy", "test/loss", "test/accuracy")
_FACTS: Final = ("parameters", "training_s", "device_name", "threads")


class Trainings(NamedTuple):
    """The runs of an experiment as far as they have come; ``histories`` has all of them, by seed."""

    spec: Experiment
    histories: tuple[RunHistory, ...]

    @property
    def classes(self) -> int:
        """How many classes there are to tell apart."""
        return shape_of(self.spec.run.data).classes

    @property
    def are_whole(self) -> bool:
        """Whether all runs have ended by themselves."""
        return all(found.state in (RunState.FINISHED, RunState.DIVERGED) for found in self.histories)

    def of(self, family: str) -> tuple[RunHistory, ...]:
        """The runs of a network type, by seed."""
        return tuple(found for found in self.histories if found.family == family)

    def losses(self, family: str) -> dict[int, float]:
        """Final training loss by seed, of runs that have finished."""
        return _known({one.seed: final_loss(one) for one in self._finished(family)})

    def test_accuracies(self, family: str) -> dict[int, float]:
        """Test accuracy at the end by seed, of runs that have finished."""
        errors = _known({one.seed: final_test_error(one) for one in self._finished(family)})
        return {seed: 1 - error for seed, error in errors.items()}

    def ended_as(self, family: str, *endings: Ending) -> list[int]:
        """The seeds of ``family`` that ended in one of these ways."""
        return [one.seed for one in self.of(family) if ending_of(one, self.classes) in endings]

    def _finished(self, family: str) -> list[RunHistory]:
        return [one for one in self.of(family) if one.state is RunState.FINISHED]


def small_run(*, depth: int, steps: int, learning_rate: float, **network: Any) -> RunSpec:
    """What the Lab trains: a network of width 8 on the bundled images at 14 pixels, in seconds.

    Tested at the end; layers and blocks are looked at ten times.
    """
    return RunSpec(
        network=NetworkSpec(depth=depth, width=8, **network),
        data=DataSpec(resolution_px=14),
        train=TrainSpec(
            steps=steps, learning_rate=learning_rate, evaluate_every=steps, probe_every=max(1, steps // 10)
        ),
    )


def packed(
    spec: Experiment,
    histories: Sequence[RunHistory],
    profiles: Collection[str] = (),
    moments: int | None = None,
) -> Frame:
    """Losses and accuracies of ``histories``, and those ``profiles`` over depth that are asked for.

    ``moments``: so many first rows of each profile; by default all.
    """
    runs = []
    arrays: dict[str, Any] = {}
    for place, found in enumerate(histories):
        tables = {
            name: ProfileTable(table.taps, table.step[:moments], table.value[:moments])
            for name, table in found.profiles.items()
            if name in profiles
        }
        curves = {name: found.series[name] for name in _SERIES if name in found.series}
        every: dict[str, Curve | ProfileTable] = {**curves, **tables}
        for name, measured in every.items():
            arrays[f"{place}/{name}/step"], arrays[f"{place}/{name}"] = measured.step, measured.value
        runs.append(
            {
                "family": found.family,
                "seed": found.seed,
                "state": found.state.value,
                "series": list(curves),
                "profiles": {name: list(table.taps) for name, table in tables.items()},
                "facts": {name: found.facts[name] for name in _FACTS if name in found.facts},
            }
        )
    return Frame({"experiment": spec.to_json(), "runs": runs}, arrays)


def unpacked(result: Frame) -> Trainings:
    """What `packed` was given."""
    histories = tuple(_history(place, run, result) for place, run in enumerate(result.values["runs"]))
    spec = Experiment.from_json(result.values["experiment"])
    return Trainings(spec, tuple(sorted(histories, key=lambda found: found.seed)))


def _history(place: int, run: Mapping[str, Any], result: Frame) -> RunHistory:
    def arrays(name: str) -> tuple[Any, Any]:
        return result.arrays[f"{place}/{name}/step"], result.arrays[f"{place}/{name}"]

    return RunHistory(
        run["family"],
        run["seed"],
        RunState(run["state"]),
        {name: Curve(*arrays(name)) for name in run["series"]},
        {name: ProfileTable(tuple(taps), *arrays(name)) for name, taps in run["profiles"].items()},
        run["facts"],
    )


def _known(values: Mapping[int, float | None]) -> dict[int, float]:
    return {seed: value for seed, value in values.items() if value is not None and np.isfinite(value)}
