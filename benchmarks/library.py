"""A history as large as a busy year leaves it: races with their curves and profiles, written by the store."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from resnet_viz.events import Event, Facts, Profile, Progress, RunState, Series, StateChanged
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE
from resnet_viz.specs import RunSpec
from resnet_viz.store import Store, open_store

OWNER = "benchmark"
_DEPTHS = (8, 14, 20, 32, 56)
_CURVES = ("train/loss", "train/accuracy", "train/learning_rate")
_STEPS = 200
_ROWS = 10
_LAYERS = 40


def fill(home: Path, runs: int, points: int) -> None:
    """Record ``runs`` finished runs in races of two, ``points`` measured numbers in all at least."""
    store = open_store(home)
    each = -(-points // runs)
    for number in range(runs // 2):
        race = _race(number)
        members = race.runs()
        group = store.add_group("race", OWNER, race.to_json(), members, name=_name(number))
        for run_id, spec in zip(group.run_ids, members, strict=True):
            _train(store, run_id, spec, each, seed=number)
    store.close()


def _race(number: int) -> Experiment:
    race = RACE.presets["degradation"].spec
    network = race.run.network.but(depth=_DEPTHS[number % len(_DEPTHS)])
    train = race.run.train.but(seed=number, steps=_STEPS)
    return Experiment(run=race.run.but(network=network, train=train))


def _name(number: int) -> str:
    return f"lesson {number // 50}" if number % 50 == 0 else ""


def _train(store: Store, run_id: str, spec: RunSpec, points: int, seed: int) -> None:
    attempt = store.claim(run_id, "benchmark")
    assert attempt is not None
    store.append(run_id, attempt, [*_measured(points, seed), *_end(spec, seed)])


def _measured(points: int, seed: int) -> Sequence[Event]:
    noise = np.random.default_rng(seed)
    step = np.arange(_STEPS, dtype=np.int64)
    rows = step[:: _STEPS // _ROWS]
    layers = max(_LAYERS, -(-(points - len(_CURVES) * _STEPS) // _ROWS))
    taps = tuple(f"stage1.block{layer}.conv1" for layer in range(layers))
    return [
        *(Series(name, step, noise.uniform(0, 2, _STEPS)) for name in _CURVES),
        Profile("grad/relative", taps, rows, noise.lognormal(size=(len(rows), layers)).astype(np.float32)),
    ]


def _end(spec: RunSpec, seed: int) -> Sequence[Event]:
    loss = 0.5 + 0.01 * spec.network.depth * (spec.network.role == "plain") + 0.001 * (seed % 97)
    facts = {"device": "cpu", "train_loss": loss, "test_accuracy": 1 / (1 + loss), "wall_s": 12.5}
    return [Facts(facts), Progress(_STEPS), StateChanged(RunState.FINISHED)]
