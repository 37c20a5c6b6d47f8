"""Measurements as a training records them, made up: for what reads and draws them."""

import numpy as np

from resnet_viz.events import Event, Profile, Progress, RunState, Series, StateChanged
from resnet_viz.store import Store


def record(store: Store, run: str, attempt: int, start: int, points: int, every: int = 1) -> None:
    """``points`` steps from ``start`` on; layers are measured at every ``every``-th of them."""
    store.append(run, attempt, _events(start, points, every))


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
        Progress(start + points),
        Series("train/loss", step, noise.lognormal(size=points)),
        Series("train/accuracy", step, noise.uniform(size=points)),
        Series("train/learning_rate", step, np.full(points, 0.1)),
        Series("test/loss", tested, noise.lognormal(size=len(tested))),
        Series("test/accuracy", tested, noise.uniform(size=len(tested))),
        *(profile(name, (*convolutions, "head")) for name in ("grad/norm", "grad/relative", "update/ratio")),
        profile("response/std", convolutions),
        profile("grad/block_output", blocks),
    ]
