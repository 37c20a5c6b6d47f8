"""How large may a branch be? What becomes of the blocks' effect with depth, and what may be said."""

from pathlib import Path

import numpy as np
import pytest

from resnet_viz.lab.panel import Panel
from resnet_viz.lab.question import Choices, Finding, Outcome
from resnet_viz.lab.questions.branch_scale import BETAS, QUESTION, find, panels
from resnet_viz.probes.signal import expected_growth
from resnet_viz.processes.channel import Frame
from tests.lab.answered import answer, partials

DEPTHS = [8, 20, 110]
EXPLODES, LEVEL, IDENTITY = (3.0, 30.0, 1e8), (1.2, 1.3, 1.3), (0.6, 0.33, 0.14)
SCATTERED = (1.0, 1.0, 1.0)


def frame(*moved: tuple[float, ...], seeds: int = 3) -> Frame:
    """For each exponent how far the input is moved at depth 8, 20 and 110; seeds differ by 5%."""
    arrays = {}
    for beta, at_depths in zip(BETAS, moved, strict=True):
        spread = 1 + 0.05 * np.arange(seeds)[:, None]
        values = np.array(at_depths) * spread
        if at_depths is SCATTERED:
            values = values * 10.0 ** (np.arange(seeds)[:, None] - 1) ** np.array([0, 0, 1])
        arrays[f"moved_{beta}"] = values
        for quantity in ("growth", "gradient"):
            arrays[f"{quantity}_{beta}"] = np.ones((seeds, 4))
    return Frame({"depth": 8, "depths": DEPTHS, "wall_s": 1}, arrays)


def found(result: Frame) -> Finding:
    finding = find(result)
    assert finding is not None
    return finding


@pytest.mark.parametrize(
    ("moved", "outcome"),
    [
        ((EXPLODES, LEVEL, IDENTITY), Outcome.SUPPORTS),
        ((EXPLODES, EXPLODES, IDENTITY), Outcome.CONTRADICTS),
        ((EXPLODES, IDENTITY, IDENTITY), Outcome.CONTRADICTS),
        ((LEVEL, LEVEL, IDENTITY), Outcome.CONTRADICTS),
        ((LEVEL, LEVEL, LEVEL), Outcome.NO_EFFECT),
        ((EXPLODES, SCATTERED, IDENTITY), Outcome.UNDECIDED),
    ],
)
def test_the_outcome_follows_from_what_becomes_of_the_effect_with_depth(
    moved: tuple[tuple[float, ...], ...], outcome: Outcome
) -> None:
    assert found(frame(*moved)).outcome is outcome


def test_one_seed_gives_facts_and_says_what_would_tell() -> None:
    finding = found(frame(EXPLODES, LEVEL, IDENTITY, seeds=1))
    assert finding.outcome is Outcome.UNDECIDED
    assert "1.3 times for β = ½" in str(finding.sentence)
    assert "three seeds" in str(finding.would_tell)


def test_a_prediction_is_right_where_the_numbers_say_so() -> None:
    assert isinstance(QUESTION.predict, Choices)
    assert QUESTION.predict.right(frame(EXPLODES, LEVEL, IDENTITY)) == "half"
    assert QUESTION.predict.right(frame(EXPLODES, EXPLODES, IDENTITY)) == "none"
    assert QUESTION.predict.right(frame(EXPLODES, SCATTERED, IDENTITY)) is None


def test_the_theory_drawn_is_that_of_the_probe() -> None:
    growth, _gradient, moved = panels(frame(EXPLODES, LEVEL, IDENTITY))
    assert isinstance(growth, Panel)
    assert isinstance(moved, Panel)
    for line, beta in zip(growth.series[3:], BETAS, strict=True):
        assert line.kind == "theory"
        assert line.y == pytest.approx(expected_growth(3, beta))
    for line, beta in zip(moved.series[3:], BETAS, strict=True):
        assert line.y[-1] == pytest.approx(np.sqrt(expected_growth(54, beta)[-1] ** 2 - 1))


def test_measured_it_supports_the_papers(tmp_path: Path) -> None:
    assert found(answer("branch_scale", tmp_path, depth=8)).outcome is Outcome.SUPPORTS


def test_what_is_there_before_the_end_is_drawn_and_judges_nothing(tmp_path: Path) -> None:
    first = partials("branch_scale", tmp_path, depth=20, seeds=1)[0]
    assert find(first) is None
    assert len(panels(first)) == 3
