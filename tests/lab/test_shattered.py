"""Is the gradient noise? What is drawn, and what may be said."""

from pathlib import Path

import numpy as np
import pytest

from resnet_viz.lab.panel import Panel
from resnet_viz.lab.question import Finding, Outcome
from resnet_viz.lab.questions.shattered import QUESTION, find, panels
from resnet_viz.processes.channel import Frame
from tests.lab.answered import answer, partials


def frame(plain: list[float], residual: list[float]) -> Frame:
    """The given numbers are the autocorrelation at lag 1, a seed each."""
    noise = np.array([1.0, 0.0, 0.0])
    arrays = {"white": noise, "brown": np.array([1.0, 0.97, 0.94])}
    for family, values in (("plain", plain), ("residual", residual)):
        arrays[f"correlation_{family}"] = np.array([[1, value, value**2] for value in values])
        arrays[f"trace_{family}"] = np.sin(np.arange(6.0))
    return Frame({"families": ["plain", "residual"], "depth": 8, "norm": "batch", "wall_s": 1}, arrays)


def found(plain: list[float], residual: list[float]) -> Finding:
    finding = find(frame(plain, residual))
    assert finding is not None
    return finding


@pytest.mark.parametrize(
    ("plain", "residual", "outcome"),
    [
        ([0.01, 0.0, -0.02], [0.8, 0.85, 0.79], Outcome.SUPPORTS),
        ([0.8, 0.85, 0.79], [0.01, 0.0, -0.02], Outcome.CONTRADICTS),
        ([0.92, 0.94, 0.93], [0.95, 0.95, 0.94], Outcome.NO_EFFECT),
        ([0.01, 0.02, 0.0], [0.02, 0.0, 0.01], Outcome.NO_EFFECT),
        ([0.56, 0.58, 0.6], [0.92, 0.91, 0.9], Outcome.UNDECIDED),
        ([0.0, 0.1, 0.05], [0.1, 0.9, 0.5], Outcome.UNDECIDED),
        ([0.01], [0.8], Outcome.UNDECIDED),
    ],
)
def test_the_outcome_follows_from_seeds_and_sizes(
    plain: list[float], residual: list[float], outcome: Outcome
) -> None:
    assert found(plain, residual).outcome is outcome


def test_one_seed_gives_facts_and_says_what_would_tell() -> None:
    finding = found([0.01], [0.8])
    assert "0.010 in the plain network and 0.80 in the residual" in str(finding.sentence)
    assert "three seeds" in str(finding.would_tell)


def test_both_noises_are_drawn_as_theory() -> None:
    drawn = panels(frame([0.01, 0.0, -0.02], [0.8, 0.85, 0.79]))[0]
    assert isinstance(drawn, Panel)
    assert [one.kind for one in drawn.series] == ["measured", "measured", "theory", "theory"]
    assert drawn.series[0].low is not None


@pytest.mark.parametrize(
    ("depth", "norm", "outcome"),
    [(56, "batch", Outcome.SUPPORTS), (8, "batch", Outcome.NO_EFFECT), (8, "none", Outcome.NO_EFFECT)],
)
def test_measured_it_is_noise_in_the_deep_plain_network_and_nowhere_at_depth_8(
    tmp_path: Path, depth: int, norm: str, outcome: Outcome
) -> None:
    finding = QUESTION.find(answer("shattered", tmp_path, depth=depth, norm=norm))
    assert finding is not None
    assert finding.outcome is outcome


def test_each_seed_adds_a_row(tmp_path: Path) -> None:
    told = partials("shattered", tmp_path, depth=8)
    assert [len(one.arrays["correlation_plain"]) for one in told] == [1, 2, 3]
    assert told[0].arrays["trace_plain"].tolist() == told[2].arrays["trace_plain"].tolist()
