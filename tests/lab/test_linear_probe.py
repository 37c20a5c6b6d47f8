"""When the network knows: what may be said of it, the bundled pair, and an untrained one as a control."""

from pathlib import Path

import numpy as np
import pytest

from resnet_viz.lab.measures import linear_probe as measures
from resnet_viz.lab.measures.linear_probe import measure
from resnet_viz.lab.panel import Panel
from resnet_viz.lab.question import DRAWN_POINTS, Drawing, Outcome
from resnet_viz.lab.questions.linear_probe import QUESTION
from resnet_viz.processes.channel import Frame
from resnet_viz.ui.lab.predict import gap, with_prediction
from tests.lab.measured import results

RISES, FALLS, LEVEL, DIPS = [0.5, 0.7, 0.9], [0.5, 0.45, 0.4], [0.5, 0.52, 0.51], [0.5, 0.95, 0.9]


def result(plain: list[float], residual: list[float], known: float = 0.6) -> Frame:
    arrays = {}
    for family, accuracy in (("plain", plain), ("residual", residual)):
        arrays[f"accuracy_{family}"] = np.array(accuracy)
        arrays[f"known_{family}"] = np.array([0.1, known, 0.9 if known > 0.1 else known])
        arrays[f"control_{family}"] = np.full((20, 3), 0.1)
    families = ["plain", "residual"]
    return Frame(
        {
            "families": families,
            "weights": "trained",
            "grid": 1,
            "classes": 10,
            "whole": dict.fromkeys(families, 0.92),
            "numbers": dict.fromkeys(families, 32),
            "train_images": dict.fromkeys(families, 3000),
        },
        arrays,
    )


@pytest.mark.parametrize(
    ("plain", "residual", "outcome"),
    [
        (RISES, RISES, Outcome.SUPPORTS),
        (RISES, FALLS, Outcome.CONTRADICTS),
        (LEVEL, LEVEL, Outcome.NO_EFFECT),
        (LEVEL, RISES, Outcome.UNDECIDED),
        (DIPS, RISES, Outcome.UNDECIDED),
    ],
)
def test_the_outcome_follows_from_whether_classifiers_get_better_from_block_to_block(
    plain: list[float], residual: list[float], outcome: Outcome
) -> None:
    found = QUESTION.find(result(plain, residual))
    assert found is not None
    assert found.outcome is outcome
    assert (found.would_tell is not None) == (outcome in (Outcome.NO_EFFECT, Outcome.UNDECIDED))
    assert "1 of 2" in str(found.sentence)
    assert "$C = 32$" in str(found.why)


def test_what_is_never_settled_is_said_to_be_never() -> None:
    frame = result(RISES, RISES, known=0.05)
    found = QUESTION.find(frame)
    assert found is not None
    assert "not even 2 of 2" in str(found.sentence)


def test_the_drawn_curve_is_compared_with_the_accuracies_of_the_residual_network() -> None:
    assert isinstance(QUESTION.predict, Drawing)
    frame = result(FALLS, RISES)
    line = QUESTION.predict.line(frame)
    assert line is not None
    assert (line.x.tolist(), line.y.tolist()) == ([0, 1, 2], RISES)
    drawn = np.linspace(0.5, 0.9, DRAWN_POINTS).tolist()  # RISES lies on one straight line
    assert gap(QUESTION, drawn, frame) == "Your curve is off by 0.0% on average."
    names = [
        one.name
        for panel in QUESTION.panels(frame)
        if isinstance(shown := with_prediction(QUESTION, panel, drawn, frame), Panel)
        for one in shown.series
    ]
    assert names.count("Residual, as you drew it") == 1


def test_nothing_is_said_before_both_were_fitted_to_the_same_images() -> None:
    frame = result(RISES, RISES)
    frame.values["train_images"] = {"plain": 3000, "residual": 2500}
    assert QUESTION.find(frame) is None
    assert QUESTION.panels(frame)


def test_trained_blocks_tell_more_and_more_and_shuffled_labels_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Direction of Alain & Bengio 2016 on the bundled pair; random weights as its control."""
    monkeypatch.setattr(measures, "TEST_IMAGES", 400)
    settings = {"images": 600}
    trained, start = (
        results(QUESTION, measure, {**settings, "weights": weights}, tmp_path)[-1]
        for weights in ("trained", "start")
    )
    for family in ("plain", "residual"):
        gained, gained_at_start = (
            float(np.diff(frame.arrays[f"accuracy_{family}"][[0, -1]])[0]) for frame in (trained, start)
        )
        assert gained > 0.3
        assert gained_at_start < 0.1
        assert trained.arrays[f"control_{family}"].mean() == pytest.approx(0.1, abs=0.04)
    at_start = QUESTION.find(start)
    assert at_start is not None
    assert at_start.outcome is not Outcome.SUPPORTS
