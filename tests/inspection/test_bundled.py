"""The bundled networks are what their record says."""

import json
from pathlib import Path

import pytest
import torch

from resnet_viz.data.load import load
from resnet_viz.inspection.bundled import BUNDLED, DEEP, PAIRS, bundled_path
from resnet_viz.inspection.models import load_model
from resnet_viz.inspection.own_images import images_for
from resnet_viz.networks.families import without_shortcuts
from resnet_viz.specs import DataSpec

RECORD = json.loads(bundled_path("plain").with_name("models.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("role", [*PAIRS[BUNDLED], *PAIRS[DEEP]])
def test_accuracy_on_the_bundled_test_images_is_near_the_recorded_one(role: str, tmp_path: Path) -> None:
    """The record speaks of all 10,000 test images; 2,000 of them lie within four standard errors."""
    model = load_model(f"bundled:{role}", tmp_path)
    record = RECORD["models"][role]
    data = images_for(model, tmp_path)
    correct = (model.logits(data.test_images).argmax(1) == data.test_labels).double().mean().item()
    error = (record["test_accuracy"] * (1 - record["test_accuracy"]) / 2000) ** 0.5
    assert correct == pytest.approx(record["test_accuracy"], abs=4 * error)


def test_the_opening_image_is_where_they_differ_most_surely(tmp_path: Path) -> None:
    """Plain wrong, residual right; no other bundled test image has both of them surer of it."""
    data = load(DataSpec(), tmp_path)
    surest: dict[int, float] = {}
    plain, residual = (
        load_model(f"bundled:{role}", tmp_path).logits(data.test_images).double().softmax(1).tolist()
        for role in ("plain", "residual")
    )
    for image, (one, other, truth) in enumerate(zip(plain, residual, data.test_labels.tolist(), strict=True)):
        if one.index(max(one)) != truth and other.index(max(other)) == truth:
            surest[image] = min(max(one), max(other))
    assert RECORD["opening_image"] == max(surest, key=surest.__getitem__)


@pytest.mark.parametrize("names", [PAIRS[BUNDLED], PAIRS[DEEP]])
def test_the_pair_is_a_fair_one(names: tuple[str, str], tmp_path: Path) -> None:
    plain, residual = (load_model(f"bundled:{name}", tmp_path) for name in names)
    assert plain.spec is not None
    assert residual.spec is not None
    assert plain.spec.network == without_shortcuts(residual.spec.network)
    assert (plain.spec.data, plain.spec.train) == (residual.spec.data, residual.spec.train)
    assert torch.equal(plain.mean, residual.mean)
    count = sum(p.numel() for p in residual.network.parameters())
    assert [RECORD["models"][name]["parameters"] for name in names] == [count, count]


def test_degradation_is_plain_to_see_in_the_deep_pair() -> None:
    plain, residual = (RECORD["models"][name] for name in PAIRS[DEEP])
    assert (plain["depth"], residual["depth"]) == (56, 56)
    assert plain["train_loss"] > 2 * residual["train_loss"]
    assert plain["test_accuracy"] < residual["test_accuracy"] / 2


def test_the_files_are_small_enough_to_ship() -> None:
    size = sum(bundled_path(role).stat().st_size for role in (*PAIRS[BUNDLED], *PAIRS[DEEP]))
    assert size <= 5_000_000
