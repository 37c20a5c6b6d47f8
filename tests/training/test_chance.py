"""Stochastic depth and dropout draw the same however often a training was stopped, and in training alone."""

from pathlib import Path

import numpy as np
import pytest
import torch

from resnet_viz.checkpoint_files import RESUME_FILE
from resnet_viz.data.load import load
from resnet_viz.events import Desired, Event, Profile, Series, Wish
from resnet_viz.training.trainer import Trainer
from tests.training.test_loop import SPEC, assert_same_curves, history, run, stop_at

CHANCE = SPEC.but(
    network=SPEC.network.but(survival=0.5, shortcut_dropout=0.3),
    data=SPEC.data.but(augmentation="none"),
)
"""What it leaves out shows at every step: a training that draws other numbers has another curve."""


@pytest.mark.parametrize("step", [1, 8, 13])
def test_what_is_left_out_at_random_is_the_same_after_a_stop(step: int, tmp_path: Path) -> None:
    whole = history(list(run(tmp_path / "whole", CHANCE)), CHANCE)
    desired, note = stop_at(step)
    events: list[Event] = []
    for event in run(tmp_path / "stopped", CHANCE, desired=desired):
        note(event)
        events.append(event)
    torch.rand(3)  # whatever else has drawn meanwhile
    events += run(tmp_path / "stopped", CHANCE, resume=True)
    assert_same_curves(whole, history(events, CHANCE))


def test_a_copy_of_a_checkpoint_goes_on_like_the_run_it_is_of(tmp_path: Path) -> None:
    """Two trainings from one position, one after the other, and one that paused on the way."""
    desired, note = stop_at(9)
    begun: list[Event] = []
    for event in run(tmp_path / "first", CHANCE, desired=desired):
        note(event)
        begun.append(event)
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / RESUME_FILE).write_bytes((tmp_path / "first" / RESUME_FILE).read_bytes())
    wishes = iter([Desired()] * 3 + [Desired(Wish.PAUSE)] * 3 + [Desired()] * 99)
    one, other = (
        history([*begun, *run(tmp_path / name, CHANCE, desired=wish, resume=True)], CHANCE)
        for name, wish in (("first", Desired), ("second", lambda: next(wishes)))
    )
    assert_same_curves(one, other)
    assert_same_curves(one, history(list(run(tmp_path / "whole", CHANCE)), CHANCE))


def test_each_seed_leaves_out_something_else(tmp_path: Path) -> None:
    """At depth 8 with p_L = 0.3, some blocks have no gradient at some steps, and not at the same ones."""
    spec = SPEC.but(network=SPEC.network.but(survival=0.3))
    silent = []
    for seed in (0, 1):
        one = spec.but(train=spec.train.but(seed=seed))
        norms = history(list(run(tmp_path / str(seed), one)), one).profiles["grad/norm"]
        layers = [norms.taps.index(f"stage{s}.block1.conv1") for s in (1, 2, 3)]
        silent.append(norms.value[:, layers] == 0)
        assert (norms.value[:, [0, -1]] > 0).all()  # stem and classifier are never left out
    assert 0 < silent[0].mean() < 1
    assert (silent[0] != silent[1]).any()


def test_tests_and_probes_draw_nothing(tmp_path: Path) -> None:
    """Two looks at one network are one: expected values stand for what is drawn in training."""
    trainer = Trainer(CHANCE, load(CHANCE.data, tmp_path), tmp_path)
    trainer.update()
    before = {name: value.clone() for name, value in trainer.network.state_dict().items()}
    looks = [(trainer.evaluate(), trainer.probe()) for _ in range(2)]
    for one, other in zip(*(tested + probed for tested, probed in looks), strict=True):
        assert isinstance(one, Series | Profile)
        assert isinstance(other, Series | Profile)
        np.testing.assert_array_equal(one.value, other.value)
    assert all(torch.equal(value, before[name]) for name, value in trainer.network.state_dict().items())
