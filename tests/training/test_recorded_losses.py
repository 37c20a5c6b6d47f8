"""The same seed gives the numbers that it gave before: losses of earlier versions, not of this one.

Another processor rounds differently, so the first steps are compared, closely;
on the machine that recorded them they agree to the bit.
"""

from pathlib import Path

import pytest

from resnet_viz.data.load import load
from resnet_viz.events import Series
from resnet_viz.experiments.kinds import RACE
from resnet_viz.experiments.recordings import read_recording
from resnet_viz.specs import DataSpec, NetworkSpec, RunSpec, TrainSpec
from resnet_viz.training.trainer import Trainer

LOSSES = {
    "basic/none/batch/he": (2.3246906, 2.3176093, 2.2590847),
    "basic/identity/batch/zero-last-norm": (2.3896632, 2.3552408, 2.2855589),
    "basic/projection/none/pytorch": (2.3649733, 2.3336871, 2.249507),
    "basic/all-projection/group/he": (2.3669043, 2.3671155, 2.3383377),
    "bottleneck/none/batch/he": (2.2745497, 2.2603543, 2.4023604),
    "bottleneck/identity/batch/zero-last-norm": (2.3267179, 2.3111668, 2.2733569),
    "bottleneck/projection/none/pytorch": (2.2949424, 2.2930837, 2.3375881),
    "bottleneck/all-projection/group/he": (2.2950125, 2.3070984, 2.6149035),
    "preactivation/none/batch/he": (2.3315818, 2.2832148, 2.1649506),
    "preactivation/identity/batch/zero-last-norm": (
        2.4050646,
        2.3763115,
        2.281322,
    ),
    "preactivation/projection/none/pytorch": (2.3588641, 2.3155634, 2.2840481),
    "preactivation/all-projection/group/he": (2.3565257, 2.3075919, 2.2587562),
    "preactivation-bottleneck/none/batch/he": (2.2745497, 2.2603543, 2.4023604),
    "preactivation-bottleneck/identity/batch/zero-last-norm": (
        2.3209834,
        2.3051221,
        2.2692215,
    ),
    "preactivation-bottleneck/projection/none/pytorch": (
        2.2782612,
        2.2988555,
        2.363014,
    ),
    "preactivation-bottleneck/all-projection/group/he": (
        2.2902868,
        2.3405678,
        2.4510269,
    ),
}
"""By block, shortcut, normalisation and start: the first three training losses."""


def losses(spec: RunSpec, steps: int, folder: Path) -> list[float]:
    trainer = Trainer(spec, load(spec.data, folder), folder)
    for _ in range(steps):
        trainer.update()
    events, _diverged_at = trainer.drain()
    (loss,) = (event for event in events if isinstance(event, Series) and event.name == "train/loss")
    return [float(value) for value in loss.value]


@pytest.mark.parametrize("name", LOSSES)
def test_every_variant_begins_as_it_always_has(name: str, tmp_path: Path) -> None:
    block, shortcut, norm, init = name.split("/")
    depth = {"basic": 8, "preactivation": 14}.get(block, 11)
    spec = RunSpec(
        network=NetworkSpec.checked(
            depth=depth, width=4, block=block, shortcut=shortcut, norm=norm, init=init
        ),
        data=DataSpec(resolution_px=14, train_size=200),
        train=TrainSpec(steps=3, batch_size=16, seed=5, device="cpu"),
    )
    assert losses(spec, 3, tmp_path) == pytest.approx(LOSSES[name], rel=1e-4)


@pytest.mark.parametrize("role", ["plain", "residual"])
def test_the_bundled_race_begins_as_it_was_recorded(role: str, tmp_path: Path) -> None:
    recording = read_recording(RACE, "depth-56")
    run = next(run for run in recording.runs if run.spec.network.role == role)
    spec = run.spec.but(train=run.spec.train.but(device="cpu"))
    recorded = run.history.series["train/loss"].value[:4]
    assert losses(spec, 4, tmp_path) == pytest.approx(recorded.tolist(), rel=1e-3)
    assert run.history.family == role
