"""What does batch normalisation do to the branch? What may be said, and what is drawn."""

from pathlib import Path

import numpy as np
import pytest

from resnet_viz.lab.panel import Panel
from resnet_viz.lab.question import Finding, Outcome
from resnet_viz.lab.questions.branch_variance import QUESTION, find, panels
from resnet_viz.processes.channel import Frame
from tests.lab.answered import answer


def frame(normalised: list[float], bare: list[float]) -> Frame:
    """Three blocks; the given numbers are branch over stream in all of them, a seed each."""
    arrays = {}
    for norm, ratios in (("batch", normalised), ("none", bare)):
        stream = np.array([[1.0, 2.0, 4.0]] * len(ratios))
        arrays[f"stream_{norm}"] = stream
        arrays[f"branch_{norm}"] = stream * np.array(ratios)[:, None]
    return Frame({"blocks": ["a", "b", "c"], "depth": 8, "block": "basic", "wall_s": 1}, arrays)


def found(normalised: list[float], bare: list[float]) -> Finding:
    finding = find(frame(normalised, bare))
    assert finding is not None
    return finding


@pytest.mark.parametrize(
    ("normalised", "bare", "outcome"),
    [
        ([0.1, 0.12, 0.11], [1.0, 1.2, 0.9], Outcome.SUPPORTS),
        ([2.0, 2.1, 1.9], [0.1, 0.12, 0.11], Outcome.CONTRADICTS),
        ([1.0, 1.1, 0.9], [1.0, 1.2, 1.1], Outcome.NO_EFFECT),
        ([1.0, 1.1, 0.9], [4.0, 4.2, 4.1], Outcome.UNDECIDED),
        ([0.1, 0.12, 0.11], [0.2, 20.0, 2.0], Outcome.UNDECIDED),
        ([0.1], [1.0], Outcome.UNDECIDED),
    ],
)
def test_the_outcome_follows_from_seeds_and_sizes(
    normalised: list[float], bare: list[float], outcome: Outcome
) -> None:
    assert found(normalised, bare).outcome is outcome


def test_the_sentence_and_the_formula_have_the_values_of_this_run() -> None:
    finding = found([0.1, 0.1, 0.1], [1.5, 1.5, 1.5])
    assert "is 0.10 times" in str(finding.sentence)
    assert "1.5 times without" in str(finding.sentence)
    assert "At block 3 that is 0.33; measured: 0.10" in str(finding.why)
    assert "multiplied by 2.00 at a block" in str(finding.why)
    assert "three seeds" in str(found([0.1], [1.0]).would_tell)


def test_both_networks_are_drawn_with_the_theory_beside_them() -> None:
    drawn = panels(frame([0.1, 0.1, 0.1], [1.5, 1.5, 1.5]))[0]
    assert isinstance(drawn, Panel)
    assert [one.kind for one in drawn.series] == ["measured", "measured", "theory"]
    assert drawn.series[0].y == pytest.approx([0.1] * 3)
    assert drawn.series[2].y == pytest.approx([1, 1 / 2, 1 / 3])
    assert drawn.series[0].low is not None


@pytest.mark.parametrize("block", ["basic", "preactivation"])
def test_measured_at_depth_56_it_supports_the_paper(tmp_path: Path, block: str) -> None:
    finding = QUESTION.find(answer("branch_variance", tmp_path, block=block))
    assert finding is not None
    assert finding.outcome is Outcome.SUPPORTS


def test_at_depth_8_it_does_not(tmp_path: Path) -> None:
    finding = QUESTION.find(answer("branch_variance", tmp_path, depth=8))
    assert finding is not None
    assert finding.outcome is not Outcome.SUPPORTS
