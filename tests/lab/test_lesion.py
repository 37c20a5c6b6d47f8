"""What happens if one block is removed: what is measured, and what may be said of it."""

from pathlib import Path

import numpy as np
import pytest
import torch

from resnet_viz.inspection.models import load_model
from resnet_viz.lab.asked import Asked, Trained
from resnet_viz.lab.measures.lesion import measure
from resnet_viz.lab.question import Outcome
from resnet_viz.lab.questions.lesion import QUESTION
from resnet_viz.processes.channel import Frame
from resnet_viz.processes.measuring import Bench
from tests.lab.answered import answer
from tests.lab.pairs import BUNDLED


def result(plain: list[float], residual: list[float], whole: float = 0.1) -> Frame:
    blocks = ["stage1.block2", "stage2.block2", "stage3.block2"]
    return Frame(
        {
            "families": ["plain", "residual"],
            "blocks": {"plain": blocks, "residual": blocks},
            "whole": {"plain": whole, "residual": whole},
            "classes": 10,
            "images": 500,
        },
        {"errors_plain": np.array(plain), "errors_residual": np.array(residual)},
    )


@pytest.mark.parametrize(
    ("plain", "residual", "outcome"),
    [
        ([0.9, 0.8, 0.7], [0.12, 0.11, 0.3], Outcome.SUPPORTS),
        ([0.12, 0.11, 0.1], [0.9, 0.8, 0.7], Outcome.CONTRADICTS),
        ([0.12, 0.11, 0.1], [0.11, 0.1, 0.1], Outcome.NO_EFFECT),
        ([0.5, 0.5, 0.5], [0.4, 0.4, 0.4], Outcome.UNDECIDED),
    ],
)
def test_the_outcome_follows_from_the_median_block(
    plain: list[float], residual: list[float], outcome: Outcome
) -> None:
    found = QUESTION.find(result(plain, residual))
    assert found is not None
    assert found.outcome is outcome
    assert (found.would_tell is not None) == (outcome in (Outcome.NO_EFFECT, Outcome.UNDECIDED))


def test_a_network_that_guesses_has_nothing_to_lose_and_an_older_answer_is_read_as_it_was() -> None:
    frame = result([0.9, 0.9, 0.9], [0.9, 0.9, 0.9])
    frame.values["whole"]["residual"] = 0.87
    for classes, outcome in ((10, Outcome.UNDECIDED), (None, Outcome.SUPPORTS)):
        frame.values["classes"] = classes
        found = QUESTION.find(frame)
        assert found is not None
        assert found.outcome is outcome


def test_the_bundled_residual_network_hardly_notices_a_missing_block_and_the_plain_one_breaks(
    tmp_path: Path,
) -> None:
    """Direction of Veit et al. 2016, Fig. 3."""
    found = QUESTION.find(answer("lesion", tmp_path, BUNDLED))
    assert found is not None
    assert found.outcome is Outcome.SUPPORTS


def test_nothing_is_said_before_every_block_was_left_out() -> None:
    assert QUESTION.find(result([0.9, 0.8], [0.1, 0.1, 0.1])) is None
    assert QUESTION.panels(result([0.9, 0.8], []))


def test_every_partial_result_can_be_drawn_and_the_network_is_left_as_it_was(tmp_path: Path) -> None:
    pair = [
        Trained(name, load_model(f"bundled:{name}", tmp_path), tmp_path) for name in ("plain", "residual")
    ]
    before = [{k: v.clone() for k, v in one.model.network.state_dict().items()} for one in pair]
    asked = Asked(tuple(pair), {"images": 10}, Bench(tmp_path, 1, 1))
    shares = []
    for partial in measure(asked):
        shares.append(partial.share)
        frame = Frame(dict(partial.values or {}), dict(partial.arrays or {}))
        assert QUESTION.panels(frame)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert QUESTION.find(frame) is not None
    for one, weights in zip(pair, before, strict=True):
        after = one.model.network.state_dict()
        assert all(torch.equal(after[name], weight) for name, weight in weights.items())
