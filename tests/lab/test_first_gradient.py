"""What gradient does each layer get before the first step? Numbers, regimes, and what may be said."""

from pathlib import Path

import numpy as np
import pytest
import torch

from resnet_viz.data.load import load
from resnet_viz.experiments.kinds import RACE
from resnet_viz.lab.panel import Panel
from resnet_viz.lab.question import Finding, Outcome
from resnet_viz.lab.questions.first_gradient import QUESTION, find, panels
from resnet_viz.lab.start import Start
from resnet_viz.processes.channel import Frame
from resnet_viz.training.trainer import Trainer
from tests.lab.answered import answer


def test_it_starts_as_the_race_does(tmp_path: Path) -> None:
    run = RACE.presets["degradation"].spec.run
    run = run.but(train=run.train.but(seed=2, device="cpu"))
    trainer = Trainer(run, load(run.data, tmp_path), tmp_path)
    images, labels = trainer.data.train_batch(trainer.order.next())
    start = Start(tmp_path)
    ours, our_labels = start.batch(2)
    assert torch.equal(ours, images)
    assert torch.equal(our_labels, labels)
    network = start.network("residual", 2, depth=run.network.depth)
    for name, value in trainer.network.state_dict().items():
        assert torch.equal(network.state_dict()[name], value), name


def frame(plain: list[float], residual: list[float], norm: str = "batch") -> Frame:
    """As measured at depth 8; the given numbers are first over last, a seed each."""
    layers = np.linspace(0, 1, 7)
    arrays: dict[str, np.ndarray] = {}
    for family, ratios in (("plain", plain), ("residual", residual)):
        relative = np.array([[*(ratio ** (1 - layers)), 1.0] for ratio in ratios])
        arrays[f"relative_{family}"] = relative
        arrays[f"norm_{family}"] = 3 * relative
        arrays[f"ratio_{family}"] = np.array([[ratio, np.nan] for ratio in ratios])
    return Frame(
        {"families": ["plain", "residual"], "depth": 8, "depths": [8, 20], "norm": norm, "wall_s": 1}, arrays
    )


def found(plain: list[float], residual: list[float]) -> Finding:
    finding = find(frame(plain, residual))
    assert finding is not None
    return finding


@pytest.mark.parametrize(
    ("plain", "residual", "outcome"),
    [
        ([900, 1100, 1000], [3, 4, 5], Outcome.SUPPORTS),
        ([1e-8, 2e-8, 1e-8], [0.5, 0.9, 0.6], Outcome.SUPPORTS),
        ([0.0, 0.0, 0.0], [0.5, 0.9, 0.6], Outcome.SUPPORTS),
        ([3, 4, 5], [900, 1100, 1000], Outcome.CONTRADICTS),
        ([1.2, 2, 3], [1.1, 0.9, 2], Outcome.NO_EFFECT),
        ([900, 1100, 1000], [300, 400, 500], Outcome.UNDECIDED),
        ([1.5, 10000, 200], [3, 4, 5], Outcome.UNDECIDED),
        ([900, 1100], [3, 4], Outcome.UNDECIDED),
        ([900], [3], Outcome.UNDECIDED),
    ],
)
def test_the_outcome_follows_from_seeds_and_sizes(
    plain: list[float], residual: list[float], outcome: Outcome
) -> None:
    assert found(plain, residual).outcome is outcome


def test_one_seed_gives_facts_and_says_what_would_tell() -> None:
    finding = found([900], [3])
    assert "900 times" in str(finding.sentence)
    assert "three seeds" in str(finding.would_tell)


def test_the_formula_has_the_values_of_this_run() -> None:
    why = str(found([1000, 1000, 1000], [3, 3, 3]).why)
    assert "by 1,000, which is 3.16 a layer" in why
    assert "\\sqrt{\\pi/(\\pi-1)}" in why


def test_a_band_is_drawn_from_three_seeds_on_and_theory_only_where_it_holds() -> None:
    def lines(result: Frame) -> list[tuple[str, bool]]:
        drawn = panels(result)[0]
        assert isinstance(drawn, Panel)
        return [(one.kind, one.low is not None) for one in drawn.series]

    assert lines(frame([9, 9, 8], [1, 2, 1])) == [("measured", True), ("measured", True), ("theory", False)]
    assert lines(frame([9], [1])) == [("measured", False), ("measured", False), ("theory", False)]
    assert lines(frame([9], [1], "none")) == [("measured", False), ("measured", False)]


def test_the_theory_begins_at_the_last_convolution_and_grows_by_the_wide_limit() -> None:
    drawn = panels(frame([9, 9, 9], [1, 1, 1]))[0]
    assert isinstance(drawn, Panel)
    theory = drawn.series[-1]
    assert theory.y[-1] == pytest.approx(3)
    assert theory.y[0] / theory.y[1] == pytest.approx(np.sqrt(np.pi / (np.pi - 1)))
    assert theory.x[-1] == 7


@pytest.mark.parametrize(
    ("norm", "depth", "outcome"),
    [
        ("batch", 56, Outcome.SUPPORTS),
        ("none", 56, Outcome.SUPPORTS),
        ("batch", 8, Outcome.NO_EFFECT),
    ],
)
def test_both_regimes_support_it_at_depth_56_and_at_depth_8_there_is_nothing_to_see(
    tmp_path: Path, norm: str, depth: int, outcome: Outcome
) -> None:
    measured = answer("first_gradient", tmp_path, norm=norm, depth=depth)
    finding = QUESTION.find(measured)
    assert finding is not None
    assert finding.outcome is outcome
    assert (measured.arrays["ratio_plain"][:, 4] > 20).all() == (norm == "batch")
