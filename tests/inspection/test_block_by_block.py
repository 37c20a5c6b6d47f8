"""One image block by block: against what is known of networks that end in an average and a linear layer."""

from pathlib import Path

import numpy as np
import pytest

from resnet_viz.inspection.block_by_block import answerers
from resnet_viz.inspection.models import load_model
from resnet_viz.inspection.own_images import images_for
from resnet_viz.processes.channel import Frame


def asked(question: str, model: str, folder: Path, **values: object) -> tuple[Frame, np.ndarray]:
    """The answer about a test image, and the network's logits for it."""
    network = load_model(model, folder)
    images = images_for(network, folder).test_images[7:8]
    answer = answerers(folder)[question]({"model": model, **values}, {"images": images.numpy()})
    return Frame.from_bytes(answer.to_bytes()), network.logits(images)[0].double().numpy()


@pytest.mark.parametrize("target", [0, 9])
def test_both_parts_of_the_last_addition_make_up_the_logit(target: int, tmp_path: Path) -> None:
    # What follows it, a ReLU, an average and a linear layer, hands on g · y exactly but for the bias.
    found, logits = asked("credit", "bundled:residual", tmp_path, target=target)
    bias = load_model("bundled:residual", tmp_path).network.get_parameter("head.bias")[target].item()
    assert found.arrays["skip"][-1] + found.arrays["branch"][-1] + bias == pytest.approx(
        logits[target], abs=1e-4
    )
    assert found.values["has_skip"]
    assert len(found.values["blocks"]) == 15


def test_the_maps_say_from_where_the_parts_come(tmp_path: Path) -> None:
    found, _logits = asked("credit", "bundled:residual", tmp_path, target=3)
    for block in range(15):
        for part in ("skip", "branch"):
            assert found.arrays[f"{part}.{block}"].sum() == pytest.approx(found.arrays[part][block], abs=1e-3)
    assert found.arrays["skip.0"].shape == (28, 28)
    assert found.arrays["skip.14"].shape == (7, 7)


def test_the_credit_of_two_classes_is_that_of_one_minus_that_of_the_other(tmp_path: Path) -> None:
    """Every gradient is linear in the score; and the network is left as it was."""
    both, before = asked("credit", "bundled:residual", tmp_path, target=3, against=0)
    one, after = asked("credit", "bundled:residual", tmp_path, target=3)
    other, _logits = asked("credit", "bundled:residual", tmp_path, target=0)
    for name in ("skip", "branch", "skip.4", "branch.4"):
        difference = one.arrays[name] - other.arrays[name]
        np.testing.assert_allclose(both.arrays[name], difference, atol=1e-4 * np.abs(difference).max())
        assert np.abs(difference).max() > 0
    np.testing.assert_array_equal(before, after)


def test_a_plain_network_has_nothing_to_credit_a_skip_connection_with(tmp_path: Path) -> None:
    found, _logits = asked("credit", "bundled:plain", tmp_path, target=3)
    assert not found.values["has_skip"]
    assert not found.arrays["skip"].any()


def test_later_classifiers_know_more_and_the_last_word_is_the_networks(tmp_path: Path) -> None:
    found, logits = asked("known", "bundled:residual", tmp_path)
    assert found.values["final"] == logits.argmax()
    assert len(found.arrays["said"]) == len(found.values["sites"]) == 16
    accuracy = found.arrays["accuracy"]
    assert accuracy[0] < 0.65 < 0.85 < accuracy[-1]
    again, _logits = asked("known", "bundled:residual", tmp_path)
    assert again.arrays["said"].tolist() == found.arrays["said"].tolist()
