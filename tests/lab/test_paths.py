"""Paths of the gradient: what may be said of them, and the bundled residual network."""

from math import comb
from pathlib import Path

import numpy as np
import pytest

from resnet_viz.lab.measures.paths import measure
from resnet_viz.lab.panel import Panel
from resnet_viz.lab.question import Outcome
from resnet_viz.lab.questions.paths import QUESTION, mean_length, most_of_it
from resnet_viz.processes.channel import Frame
from tests.lab.measured import results


def result(shares: list[float]) -> Frame:
    blocks = len(shares) - 1
    counts = np.array([comb(blocks, length) for length in range(blocks + 1)], np.float64)
    norms = np.tile(0.5 ** np.arange(blocks + 1.0), (3, 1))
    arrays = {"counts": counts, "norms": norms, "shares": np.array(shares), "summed": np.abs(shares)}
    return Frame({"family": "residual", "weights": "trained", "images": 64, "whole": 1.0}, arrays)


@pytest.mark.parametrize(
    ("shares", "outcome"),
    [
        ([0.5, 0.3, 0.1, 0.1, 0.0], Outcome.SUPPORTS),
        ([0.0, 0.1, 0.1, 0.3, 0.5], Outcome.CONTRADICTS),
        ([1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16], Outcome.NO_EFFECT),
        ([0.6, 0.6, -0.3, 0.1, 0.0], Outcome.UNDECIDED),  # they cancel, and a share means little
    ],
)
def test_the_outcome_follows_from_the_mean_length(shares: list[float], outcome: Outcome) -> None:
    found = QUESTION.find(result(shares))
    assert found is not None
    assert found.outcome is outcome
    assert (found.would_tell is not None) == (outcome in (Outcome.NO_EFFECT, Outcome.UNDECIDED))
    assert "$2^{4} = 16$" in str(found.why)


def test_the_shortest_range_with_nine_tenths_of_the_gradient_is_named_with_its_share_of_paths() -> None:
    frame = result([0.02, 0.5, 0.42, 0.04, 0.02])
    assert most_of_it(frame) == (1, 2)
    assert mean_length(frame) == pytest.approx(0.5 + 0.84 + 0.12 + 0.08)
    found = QUESTION.find(frame)
    assert found is not None
    assert "Paths of 1 to 2 branches bring 92.0% of it; they are 62.5% of all paths." in str(found.sentence)


def test_a_partial_result_is_drawn_as_far_as_it_goes_and_nothing_is_said() -> None:
    frame = result([0.5, 0.3, 0.1, 0.1, 0.0])
    frame.arrays["shares"] = np.full(5, np.nan)
    frame.arrays["norms"] = np.full((3, 5), np.nan)
    frame.arrays["norms"][0, :2] = [1.0, 0.5]
    assert QUESTION.find(frame) is None
    shares, norms = QUESTION.panels(frame)
    assert isinstance(shares, Panel)
    assert isinstance(norms, Panel)
    assert [one.kind for one in shares.series] == ["theory"]
    assert norms.series[0].x.tolist() == [0, 1]


def test_the_gradient_of_the_bundled_network_comes_through_shorter_paths(tmp_path: Path) -> None:
    """Direction of Veit et al. 2016, Fig. 6."""
    (*_, last) = results(QUESTION, measure, {"images": 8}, tmp_path)
    found = QUESTION.find(last)
    assert found is not None
    assert found.outcome is Outcome.SUPPORTS
    assert last.arrays["shares"].sum() == pytest.approx(1, abs=1e-4)
    (*_, start) = results(QUESTION, measure, {"images": 8, "weights": "start"}, tmp_path)
    assert mean_length(start) > mean_length(last)
