"""Could the deep plain network do it at all? What is drawn, and what may be said."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from resnet_viz.data.batches import BatchOrder
from resnet_viz.errors import InvalidSetting
from resnet_viz.lab.panel import Panel
from resnet_viz.lab.question import Choices, Finding, Outcome
from resnet_viz.lab.questions.identity_blocks import DEVIATIONS, QUESTION, find, panels
from resnet_viz.lab.retraining import go_on_training
from resnet_viz.networks.registry import build
from resnet_viz.processes.channel import Frame
from resnet_viz.specs import NetworkSpec
from tests.lab.answered import answer, partials
from tests.lab.pairs import BUNDLED, untrained_pair
from tests.networks.shapes import GREY, images

RUINED = (0.1, 0.1, 0.11, 0.15, 0.4, 0.8, 0.9)
LEVEL = (0.1, 0.1, 0.1, 0.1, 0.11, 0.11, 0.12)


def frame(
    errors: tuple[float, ...], seeds: int = 3, kept: dict[str, list[float]] | None = None, **changes: object
) -> Frame:
    spread = 0.005 * np.arange(seeds)[:, None] * (np.arange(len(DEVIATIONS)) > 0)
    facts = {
        "shallow": 32,
        "depth": 56,
        "added": 12,
        "whole": 0.1,
        "difference": 5e-6,
        "largest": 12.0,
        "classes": 10,
        "images": 500,
        "steps": 20,
        "wall_s": 1,
    }
    arrays = {"errors": np.array(errors) + spread}
    if kept:
        arrays |= {f"kept_{name}": np.array([rows] * seeds) for name, rows in kept.items()}
    return Frame({**facts, **changes}, arrays)


def found(result: Frame) -> Finding:
    finding = find(result)
    assert finding is not None
    return finding


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        (frame(RUINED), Outcome.SUPPORTS),
        (frame(RUINED, difference=0.1), Outcome.CONTRADICTS),
        (frame(LEVEL), Outcome.NO_EFFECT),
        (frame(RUINED, seeds=1), Outcome.UNDECIDED),
        (frame((0.9,) * 7, whole=0.9), Outcome.UNDECIDED),
    ],
)
def test_the_outcome_follows_from_the_logits_and_from_the_error_with_noise(
    result: Frame, outcome: Outcome
) -> None:
    assert found(result).outcome is outcome


def test_the_formula_says_where_noise_begins_to_matter() -> None:
    assert "at $\\sigma = 0.20$ the error has already risen by 5.5 points" in str(found(frame(RUINED)).why)


def test_a_prediction_is_compared_with_the_error_at_three_tenths() -> None:
    assert isinstance(QUESTION.predict, Choices)
    assert QUESTION.predict.right(frame(RUINED)) == "rises"
    assert QUESTION.predict.right(frame(LEVEL)) == "stays"
    assert QUESTION.predict.right(frame((0.1, 0.1, 0.2, 0.5, 0.9, 0.9, 0.9))) == "guesses"


def test_who_keeps_what_it_had_is_drawn_and_said_once_training_has_gone_on() -> None:
    both = {"plain": [0.1, 0.8, 0.3], "residual": [0.08, 0.5, 0.2]}
    noise, kept = panels(frame(RUINED, kept=both))
    assert isinstance(kept, Panel)
    assert kept.x_texts == ("without noise", "with noise", "after 20 steps")
    assert [one.family for one in kept.series] == ["plain", "residual"]
    for one in kept.series:
        np.testing.assert_allclose(one.y, both[one.family])
    assert isinstance(noise, Panel)
    said = str(found(frame(RUINED, kept=both)).sentence)
    assert "20 training steps: error 30.0% in the plain network, 20.0% in the residual network" in said
    # Where the other network cannot be made longer, and in older answers, nothing is said of it.
    (_noise, alone) = panels(frame(RUINED, kept={"plain": both["plain"]}))
    assert isinstance(alone, Panel)
    assert "cannot be made the identity" in alone.more
    assert "training steps" not in str(found(frame(RUINED)).sentence)
    assert len(panels(frame(RUINED))) == 1


def test_training_goes_on_with_all_weights_and_is_the_same_again() -> None:
    """Plain gradient descent by hand for the first step: without momentum yet it is w − 0.02 g."""
    spec = NetworkSpec(depth=8, width=4, norm="none")
    pictures, labels = images(GREY, 64), torch.arange(64) % 10
    networks = [build(spec, GREY, 0) for _ in range(3)]
    for network, steps in zip(networks, (1, 3, 3), strict=True):
        assert list(go_on_training(network, pictures, labels, steps=steps, seed=2)) == [*range(1, steps + 1)]
        assert not network.training
    one, again, same = (network.state_dict() for network in networks)
    assert all(torch.equal(value, same[name]) for name, value in again.items())
    start = build(spec, GREY, 0)
    chosen = BatchOrder(64, 32, 2).next().indices
    nn.functional.cross_entropy(start(pictures[chosen]), labels[chosen]).backward()
    for name, weight in start.named_parameters():
        assert weight.grad is not None
        torch.testing.assert_close(one[name], weight.detach() - 0.02 * weight.grad)


def test_nothing_is_concluded_before_a_seed_is_whole(tmp_path: Path) -> None:
    told = partials("identity_blocks", tmp_path, untrained_pair(tmp_path), seeds=1, images=250)
    assert len(told) == len(DEVIATIONS) + 2  # and of each network once it was trained on
    assert np.isfinite(told[-1].arrays["kept_plain"]).all()
    assert np.isfinite(told[-1].arrays["kept_residual"]).all()
    assert find(told[0]) is None
    drawn = panels(told[0])[0]
    assert isinstance(drawn, Panel)
    assert found(told[-1]).outcome is Outcome.UNDECIDED  # an untrained network has no error to lose


def test_a_pair_that_is_deep_already_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="depth 56 already"):
        answer("identity_blocks", tmp_path, untrained_pair(tmp_path, depth=56))


@pytest.mark.timeout(300)
def test_the_bundled_plain_network_supports_it(tmp_path: Path) -> None:
    result = answer("identity_blocks", tmp_path, BUNDLED, images=250)
    assert (result.arrays["kept_plain"][:, 2] < result.arrays["kept_plain"][:, 1]).all()
    assert found(result).outcome is Outcome.SUPPORTS
    assert result.values["difference"] < 1e-5
    assert result.arrays["errors"][:, 0] == pytest.approx([result.values["whole"]] * 3)
