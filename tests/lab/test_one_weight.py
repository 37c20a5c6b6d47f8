"""What does one weight do? What is drawn, and what may be said."""

from pathlib import Path

import numpy as np
import pytest

from resnet_viz.lab.panel import Panel
from resnet_viz.lab.question import Choices, Finding, Outcome
from resnet_viz.lab.questions.one_weight import QUESTION, find, panels
from resnet_viz.processes.channel import Frame
from tests.lab.answered import answer, partials
from tests.lab.pairs import BUNDLED, untrained_pair

MOVES = np.linspace(-1, 1, 5)


def frame(plain: list[float], residual: list[float]) -> Frame:
    """Parabolas of the given heights at both ends, for three layers; at 0 the loss is 0.3."""
    arrays = {"moves": MOVES}
    for family, heights in (("plain", plain), ("residual", residual)):
        arrays[f"losses_{family}"] = 0.3 + np.array(heights)[:, None] * MOVES**2
    facts = {
        "families": ["plain", "residual"],
        "layers": {one: ["stem", "a", "b"] for one in ("plain", "residual")},
        "slopes": {one: [0.1, 0.2, 0.3] for one in ("plain", "residual")},
        "classes": 10,
        "wall_s": 1,
    }
    return Frame(facts, arrays)


def found(plain: list[float], residual: list[float]) -> Finding:
    finding = find(frame(plain, residual))
    assert finding is not None
    return finding


@pytest.mark.parametrize(
    ("plain", "residual", "outcome"),
    [
        ([2, 2, 2], [0.5, 0.5, 0.5], Outcome.SUPPORTS),
        ([2, 0.001, 0.001], [0.5, 0.01, 0.01], Outcome.SUPPORTS),
        ([0.1, 0.1, 0.1], [2, 2, 2], Outcome.CONTRADICTS),
        ([2, 2, 0.1], [0.5, 0.5, 2], Outcome.UNDECIDED),
        ([2, 2, 2], [1.9, 2.1, 2], Outcome.UNDECIDED),
        ([0.01, 0.02, 0.001], [0.02, 0.03, 0.04], Outcome.NO_EFFECT),
    ],
)
def test_the_outcome_follows_from_the_layers_that_matter(
    plain: list[float], residual: list[float], outcome: Outcome
) -> None:
    assert found(plain, residual).outcome is outcome


def test_all_three_charts_have_one_scale() -> None:
    drawn = panels(frame([2, 1, 0.5], [0.5, 0.5, 3]))
    assert len(drawn) == 3
    assert {one.y_range for one in drawn if isinstance(one, Panel)} == {(0.0, 1.05 * 3.3)}


def test_a_prediction_is_compared_with_the_layer_that_matters_most() -> None:
    assert isinstance(QUESTION.predict, Choices)
    assert QUESTION.predict.right(frame([2, 1, 1], [0.5, 0.5, 3])) == "last"
    assert QUESTION.predict.right(frame([2, 1, 1], [0.01, 0, 0])) is None


def test_untrained_networks_judge_nothing(tmp_path: Path) -> None:
    told = partials("one_weight", tmp_path, untrained_pair(tmp_path), images=128)
    finding = find(told[-1])
    assert finding is not None
    assert finding.outcome is Outcome.UNDECIDED
    assert "guesses" in str(finding.would_tell)
    assert len(told) == 2 * 3 * 25
    early = told[30]
    assert find(early) is None
    assert len(panels(early)) == 3


@pytest.mark.timeout(240)
def test_the_bundled_pair_is_measured_as_it_is(tmp_path: Path) -> None:
    """It contradicts: the first convolution of the residual network is the one that matters most."""
    result = answer("one_weight", tmp_path, BUNDLED, images=128)
    finding = find(result)
    assert finding is not None
    assert finding.outcome is Outcome.CONTRADICTS
    middle = result.arrays["losses_residual"][:, 12]
    assert middle == pytest.approx([middle[0]] * 3, rel=1e-4)
