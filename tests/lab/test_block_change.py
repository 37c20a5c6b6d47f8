"""How much a block changes its input: what may be said of it, and the direction on the bundled pair."""

from pathlib import Path

import numpy as np
import pytest

from resnet_viz.lab.measures.block_change import measure
from resnet_viz.lab.panel import Panel
from resnet_viz.lab.question import Outcome
from resnet_viz.lab.questions.block_change import QUESTION
from resnet_viz.processes.channel import Frame
from tests.lab.measured import results


def result(plain: float, residual: float) -> Frame:
    arrays: dict[str, np.ndarray] = {}
    for family, turned in (("plain", plain), ("residual", residual)):
        blocks = np.array([turned, turned, np.nan, 2.0])
        none = np.full(4, np.nan)
        ratio = none if family == "plain" else blocks
        arrays |= {f"influence_{family}": blocks, f"change_{family}": blocks, f"response_{family}": blocks}
        arrays |= {f"branch_{family}": ratio, f"variance_{family}": ratio}
    images = {"plain": 500, "residual": 500}
    return Frame({"families": ["plain", "residual"], "weights": "trained", "images": images}, arrays)


@pytest.mark.parametrize(
    ("plain", "residual", "outcome", "predicted"),
    [
        (0.7, 0.06, Outcome.SUPPORTS, "residual"),
        (0.06, 0.7, Outcome.CONTRADICTS, "plain"),
        (0.5, 0.45, Outcome.NO_EFFECT, "alike"),
        (0.5, 0.3, Outcome.UNDECIDED, None),
        (1e-8, 1e-9, Outcome.NO_EFFECT, "alike"),  # rounding, of blocks that are identities
    ],
)
def test_the_outcome_follows_from_the_median_blocks(
    plain: float, residual: float, outcome: Outcome, predicted: str | None
) -> None:
    found = QUESTION.find(result(plain, residual))
    assert found is not None
    assert found.outcome is outcome
    assert (found.would_tell is not None) == (outcome in (Outcome.NO_EFFECT, Outcome.UNDECIDED))
    assert QUESTION.predict.right(result(plain, residual)) == predicted  # type: ignore[union-attr]
    assert str(found.why)


def test_a_right_angle_is_90_degrees() -> None:
    found = QUESTION.find(result(1.0, 0.0))
    assert found is not None
    assert "by 0°, that of the plain network by 90°" in str(found.sentence)


def test_a_plain_network_has_no_line_where_it_has_nothing_to_show() -> None:
    panels = {panel.name: panel for panel in QUESTION.panels(result(0.7, 0.1)) if isinstance(panel, Panel)}
    assert [len(panels[name].series) for name in ("influence", "branch", "response")] == [2, 1, 2]


def test_nothing_is_said_before_both_networks_have_seen_the_same_images() -> None:
    frame = result(0.7, 0.1)
    frame.values["images"] = {"plain": 500, "residual": 250}
    assert QUESTION.find(frame) is None


@pytest.mark.parametrize("weights", ["trained", "start"])
def test_the_blocks_of_the_bundled_residual_network_turn_their_input_less(
    tmp_path: Path, weights: str
) -> None:
    """At the start already: the skip connection does it, not what was learned."""
    found = QUESTION.find(results(QUESTION, measure, {"images": 40, "weights": weights}, tmp_path)[-1])
    assert found is not None
    assert found.outcome is Outcome.SUPPORTS
