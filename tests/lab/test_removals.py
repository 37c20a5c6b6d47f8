"""How many blocks can be removed: what is measured, and what may be said of it."""

from pathlib import Path

import numpy as np
import pytest

from resnet_viz.lab.measures.removals import measure
from resnet_viz.lab.panel import Panel
from resnet_viz.lab.question import Outcome
from resnet_viz.lab.questions.removals import QUESTION, half_way
from resnet_viz.processes.channel import Frame
from tests.lab.measured import results

NAN = np.nan


def result(plain: list[float], residual: list[float], draws: int = 3, change: str = "deleted") -> Frame:
    counts = np.array([0, 1, 2, 4])
    return Frame(
        {"families": ["plain", "residual"], "classes": 10, "images": 500, "change": change},
        {
            "counts_plain": counts,
            "counts_residual": counts,
            "errors_plain": np.tile(plain, (draws, 1)),
            "errors_residual": np.tile(residual, (draws, 1)),
        },
    )


BREAKS, HOLDS, NEVER = [0.1, 0.9, 0.9, 0.9], [0.1, 0.2, 0.4, 0.6], [0.1, 0.1, 0.2, 0.3]


@pytest.mark.parametrize("change", ["deleted", "swapped"])
@pytest.mark.parametrize(
    ("plain", "residual", "outcome"),
    [
        (BREAKS, HOLDS, Outcome.SUPPORTS),
        (BREAKS, NEVER, Outcome.SUPPORTS),
        (HOLDS, BREAKS, Outcome.CONTRADICTS),
        (NEVER, BREAKS, Outcome.CONTRADICTS),
        (NEVER, NEVER, Outcome.NO_EFFECT),
        (HOLDS, HOLDS, Outcome.UNDECIDED),
        ([0.9] * 4, HOLDS, Outcome.UNDECIDED),  # guesses, and has nothing to lose
    ],
)
def test_the_outcome_follows_from_where_the_errors_are_half_way_to_guessing(
    plain: list[float], residual: list[float], outcome: Outcome, change: str
) -> None:
    found = QUESTION.find(result(plain, residual, change=change))
    assert found is not None
    assert found.outcome is outcome
    assert (found.would_tell is not None) == (outcome in (Outcome.NO_EFFECT, Outcome.UNDECIDED))
    assert str(found.sentence)
    assert str(found.why)


def test_half_way_lies_between_two_numbers_that_were_measured() -> None:
    """From 0.1 half-way to 0.9 is 0.5, in the middle between 0.4 with two and 0.6 with four."""
    assert half_way(result(BREAKS, HOLDS), "residual") == pytest.approx(3)
    assert half_way(result(BREAKS, HOLDS), "plain") == pytest.approx(0.5)
    assert half_way(result(BREAKS, NEVER), "residual") == float("inf")
    said = str(QUESTION.find(result(BREAKS, HOLDS)).sentence)  # type: ignore[union-attr]
    assert "3 of 4" in said
    assert "1 of 4" in said


def test_a_band_is_drawn_from_three_draws_on_and_what_is_not_measured_is_not_drawn() -> None:
    frame = result(BREAKS, HOLDS)
    frame.arrays["errors_plain"] = np.array(
        [[0.1, 0.8, 0.9, 0.9], [0.1, 0.7, 0.9, NAN], [0.1, 0.6, NAN, NAN]]
    )
    frame.arrays["errors_residual"] = np.array([[0.1, 0.2, NAN, NAN], [NAN] * 4, [NAN] * 4])
    assert QUESTION.find(frame) is None
    (panel,) = QUESTION.panels(frame)
    assert isinstance(panel, Panel)
    plain, residual, _guessing = panel.series
    assert plain.low is not None
    assert plain.high is not None
    np.testing.assert_allclose(plain.y, [0.1, 0.7, 0.9, 0.9])
    np.testing.assert_allclose(plain.low, [0.1, 0.6, NAN, NAN])
    np.testing.assert_allclose(plain.high, [0.1, 0.8, NAN, NAN])
    assert residual.x.tolist() == [0, 1]


@pytest.mark.parametrize("change", ["deleted", "swapped"])
def test_the_bundled_residual_network_loses_more_blocks_than_the_plain_one(
    tmp_path: Path, change: str
) -> None:
    """Direction of Veit et al. 2016, Fig. 5."""
    settings = {"change": change, "draws": 1, "images": 100}
    found = QUESTION.find(results(QUESTION, measure, settings, tmp_path)[-1])
    assert found is not None
    assert found.outcome is Outcome.SUPPORTS


def test_an_answer_about_swapping_is_not_drawn_behind_one_about_leaving_out() -> None:
    """Their axes count different things."""
    names = [QUESTION.panels(result(BREAKS, HOLDS, change=change))[0] for change in ("deleted", "swapped")]
    assert all(isinstance(one, Panel) for one in names)
    assert len({one.name for one in names if isinstance(one, Panel)}) == 2
