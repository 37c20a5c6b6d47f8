"""Is the skip connection needed after training: what may be said, and the bundled residual network."""

from pathlib import Path

import numpy as np
import pytest

from resnet_viz.lab.measures import folded as measures
from resnet_viz.lab.measures.folded import measure
from resnet_viz.lab.question import Outcome
from resnet_viz.lab.questions.folded import QUESTION, costs
from resnet_viz.processes.channel import Frame
from tests.lab.measured import results


def result(single: float, double: float, same: float = 1.0, passes: int = 3) -> Frame:
    return Frame(
        {
            "family": "residual",
            "images": 64,
            "difference": single,
            "difference_double": double,
            "largest": 10.0,
            "same_class": same,
        },
        {
            "parameters": np.array([100, 90, 210]),
            "multiply_adds": np.array([1000, 1000, 1940]),
            "seconds": np.tile([1.0, 0.8, 1.5], (passes, 1)),
            "logits": np.zeros((2, 64, 10), np.float32),
        },
    )


@pytest.mark.parametrize(
    ("single", "double", "same", "outcome", "predicted"),
    [
        (3e-6, 1e-14, 1.0, Outcome.SUPPORTS, "all"),
        (3e-3, 1e-14, 0.98, Outcome.UNDECIDED, "most"),
        (0.3, 0.3, 0.2, Outcome.CONTRADICTS, "few"),
    ],
)
def test_the_outcome_follows_from_how_far_logits_are_apart(
    single: float, double: float, same: float, outcome: Outcome, predicted: str
) -> None:
    frame = result(single, double, same)
    found = QUESTION.find(frame)
    assert found is not None
    assert found.outcome is outcome
    assert (found.would_tell is not None) == (outcome is Outcome.UNDECIDED)
    assert QUESTION.predict.right(frame) == predicted  # type: ignore[union-attr]
    assert "210 parameters instead of 100" in str(found.why)


def test_costs_are_multiples_of_the_network_as_trained_and_times_are_medians() -> None:
    frame = result(3e-6, 1e-14)
    frame.arrays["seconds"][0] = [9.0, 9.0, 9.0]  # one pass that something disturbed
    found = costs(frame)
    assert found["parameters"].tolist() == [1, 0.9, 2.1]
    assert found["multiply_adds"].tolist() == [1, 1, 1.94]
    assert found["seconds"].tolist() == [1, 0.8, 1.5]
    assert QUESTION.find(result(3e-6, 1e-14, passes=0)) is None


def test_the_bundled_residual_network_is_a_plain_one_in_disguise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures, "_PASSES", 2)
    (*_, last) = results(QUESTION, measure, {"images": 16}, tmp_path)
    found = QUESTION.find(last)
    assert found is not None
    assert found.outcome is Outcome.SUPPORTS
    assert last.values["same_class"] == 1
    trained, plain = last.arrays["logits"]
    assert np.abs(trained - plain).max() <= 1e-5 * last.values["largest"]
