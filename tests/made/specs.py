"""Runs and experiments that tests ask for: small, some for real training, some for the fake engine."""

from typing import Any, Final

from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE, SWEEP
from resnet_viz.specs import DataSpec, NetworkSpec, RunSpec, TrainSpec


def spec(steps: int = 20, step_s: float = 0.002, seed: int = 0, device: str = "auto") -> RunSpec:
    """A run for the fake engine, whose every step takes ``step_s``."""
    train = TrainSpec.checked(steps=steps, learning_rate=step_s, seed=seed, device=device)
    return RunSpec(network=NetworkSpec(depth=8, width=4), train=train)


def tiny(*, width: int = 4, data: dict[str, Any] | None = None, **train: Any) -> RunSpec:
    """A residual network of depth 8 on pictures of 8 pixels, trained in no time."""
    return RunSpec(
        network=NetworkSpec(depth=8, width=width),
        data=DataSpec(**{"resolution_px": 8} | (data or {})),
        train=TrainSpec(**{"batch_size": 16} | train),
    )


def sweep(steps: int = 10, step_s: float = 0.002, **changes: Any) -> Experiment:
    """Depths 8 and 14 of tiny networks; ``step_s`` is the fake engine's time of a step, else the rate."""
    run = tiny(
        data={"train_size": 100},
        steps=steps,
        learning_rate=step_s,
        evaluate_every=5,
        probe_every=5,
        device="cpu",
    )
    return Experiment.checked(**{"run": run, "depths": (8, 14)} | changes)


def _of_thirty_steps(spec: Experiment, **changes: Any) -> Experiment:
    return spec.but(run=spec.run.but(train=spec.run.train.but(steps=30, **changes)))


STEPS: Final = 30
SMALL_RACE: Final = _of_thirty_steps(RACE.presets["shallow"].spec)
"""As the Race page would start it; ``stored.train_race`` writes what comes of it."""
SMALL_SWEEP: Final = _of_thirty_steps(
    SWEEP.presets["quick"].spec.but(depths=(8, 14)), evaluate_every=30, probe_every=30
)
"""As the Depth page would start it; ``stored.train_sweep`` writes what comes of it."""
