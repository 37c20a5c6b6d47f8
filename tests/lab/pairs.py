"""Pairs of networks for questions about trained ones; nobody trained these."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resnet_viz.data.catalogue import shape_of
from resnet_viz.events import Facts, Progress, RunState, StateChanged
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.specs import RunSpec
from resnet_viz.store import Store
from tests.made.specs import tiny
from tests.made.stored import write
from tests.made.trained import saved, write_weights


def untrained_pair(
    folder: Path, depth: int = 8, norm: str = "batch", data: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], ...]:
    """A plain and a residual network of ``depth`` for pictures of 8 pixels, as a seed initialises them.

    Args:
        data: what of the bundled set is another.
    """
    found = []
    for family, shortcut in (("plain", "none"), ("residual", "identity")):
        base = tiny(data=dict(data or {}))
        spec = RunSpec(
            network=base.network.but(depth=depth, shortcut=shortcut, norm=norm),
            data=base.data,
            train=base.train,
        )
        path = folder / f"{family}.safetensors"
        channels = shape_of(spec.data).channels
        write_weights(path, spec, 0, seed=0, mean=(0.3,) * channels, std=(0.25,) * channels)
        found.append({"family": family, "model": f"file:{path}"})
    return tuple(found)


BUNDLED = tuple({"family": name, "model": f"bundled:{name}"} for name in ("plain", "residual"))


def made_race(store: Store, seeds: int, states: Mapping[int, RunState] = {}, steps: int = 4) -> str:
    """A race whose networks were kept at the start and at the end, each as its seed initialises it.

    ``states``: in which the residual network of a seed ended, if not finished.
    """
    preset = RACE.presets["shallow"].spec.run
    run = preset.but(
        network=preset.network.but(width=2, depth=14),
        train=preset.train.but(steps=steps, batch_size=16),
        data=preset.data.but(resolution_px=8, train_size=100),
    )
    group = start_experiment(store, RACE, Experiment(run=run, seeds=seeds), "local")
    for run_id in group.run_ids:
        record = store.run(run_id)
        ended = RunState.FINISHED if record.role == "plain" else states.get(record.seed, RunState.FINISHED)
        weights = [
            saved(store.run_folder(run_id), record.spec, at, seed=100 * record.seed + at) for at in (0, steps)
        ]
        write(store, run_id, *weights, Facts({}), Progress(steps), StateChanged(ended))
    return group.id
