"""Could the deep plain network do it at all? What is drawn, and what may be said."""

from pathlib import Path

import numpy as np
import pytest

from resnet_viz.errors import InvalidSetting
from resnet_viz.lab.panel import Panel
from resnet_viz.lab.question import Choices, Finding, Outcome
from resnet_viz.lab.questions.identity_blocks import DEVIATIONS, QUESTION, find, panels
from resnet_viz.processes.channel import Frame
from tests.lab.answered import answer, partials
from tests.lab.pairs import BUNDLED, untrained_pair

RUINED = (0.1, 0.1, 0.11, 0.15, 0.4, 0.8, 0.9)
LEVEL = (0.1, 0.1, 0.1, 0.1, 0.11, 0.11, 0.12)


def frame(errors: tuple[float, ...], seeds: int = 3, **changes: object) -> Frame:
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
        "wall_s": 1,
    }
    return Frame({**facts, **changes}, {"errors": np.array(errors) + spread})


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


def test_nothing_is_concluded_before_a_seed_is_whole(tmp_path: Path) -> None:
    told = partials("identity_blocks", tmp_path, untrained_pair(tmp_path), seeds=1, images=250)
    assert len(told) == len(DEVIATIONS)
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
    assert found(result).outcome is Outcome.SUPPORTS
    assert result.values["difference"] < 1e-5
    assert result.arrays["errors"][:, 0] == pytest.approx([result.values["whole"]] * 3)
