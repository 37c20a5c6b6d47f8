"""Deletion and insertion pixel by pixel, sensitivity from its definition."""

import numpy as np
import pytest
import torch

from resnet_viz.attribution import faithfulness
from resnet_viz.attribution.attribute import attribute, upsampled
from resnet_viz.attribution.faithfulness import deletion, insertion, sensitivity
from resnet_viz.attribution.restoring import Cancelled
from tests.attribution.networks import batch, linear, lively, small
from tests.attribution.oracle import double
from tests.attribution.trained import trained

SPEC = small()


def test_curves_pixel_by_pixel() -> None:
    network = lively(SPEC).train()
    images, targets = batch(3)
    maps = np.random.default_rng(0).normal(size=(3, 4, 4)).astype(np.float32)
    removed = deletion(network, images, targets, maps, points=5)
    brought = insertion(network, images, targets, maps, points=5)
    assert network.training
    twin = double(network)
    for i in range(3):
        order = np.argsort(-upsampled(maps, 8, 8)[i].ravel(), kind="stable")
        for point, count in enumerate((0, 16, 32, 48, 64)):
            hit = torch.zeros(64, dtype=torch.bool)
            hit[torch.from_numpy(order[:count].copy())] = True
            for curve, keep in ((removed, ~hit), (brought, hit)):
                picture = images[i : i + 1].double() * keep.view(1, 1, 8, 8)
                expected = twin(picture).softmax(1)[0, targets[i]].item()
                assert curve.probability[i, point] == pytest.approx(expected, rel=1e-4)
        heights = removed.probability[i]
        assert removed.area[i] == pytest.approx((heights[:-1] + heights[1:]).mean() / 2, rel=1e-5)
    np.testing.assert_allclose(removed.share, [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(removed.probability[:, 0], brought.probability[:, -1], rtol=1e-6)


def test_what_occlusion_marks_matters_more_than_chance() -> None:
    """Means of 24 images over three seeds: deletion 0.14 to 0.17 against 0.24 to 0.30 at random,
    insertion 0.41 to 0.46 against 0.24 to 0.29."""
    network, images, targets = trained()
    maps = attribute(network, images, targets, "occlusion").values
    chance = np.random.default_rng(0).random(maps.shape, dtype=np.float32)
    marked = deletion(network, images, targets, maps).area.mean()
    assert marked < deletion(network, images, targets, chance).area.mean() - 0.03
    marked = insertion(network, images, targets, maps).area.mean()
    assert marked > insertion(network, images, targets, chance).area.mean() + 0.05


def test_a_linear_network_explained_exactly_scores_better_than_a_useless_map() -> None:
    """By every number with a good side. Infidelity, once shown, gave both its worst value."""
    network, images, targets = linear(), *batch(8)
    exact = attribute(network, images, targets, "input-x-gradient").values
    useless = np.random.default_rng(0).normal(size=exact.shape).astype(np.float32)
    assert set(vars(faithfulness)) & {"deletion", "insertion", "infidelity"} == {"deletion", "insertion"}
    areas = {
        measure: [measure(network, images, targets, maps).area for maps in (exact, useless)]
        for measure in (deletion, insertion)
    }
    assert (areas[deletion][0] < areas[deletion][1]).all()
    assert (areas[insertion][0] > areas[insertion][1]).all()


@pytest.mark.parametrize(("method", "tap"), [("gradcam", "stage2.block1"), ("saliency", None)])
def test_sensitivity_from_its_definition(method: str, tap: str | None) -> None:
    network = lively(SPEC)
    images, targets = batch(2)
    found = sensitivity(network, images, targets, method, tap, radius=0.1, samples=6, seed=3)
    generator = torch.Generator().manual_seed(3)
    offsets = 0.1 * (2 * torch.rand(6, 3, 8, 8, generator=generator) - 1)
    for i in range(2):
        own = attribute(network, images[i : i + 1], targets[i : i + 1], method, tap).values
        moved = attribute(network, images[i] + offsets, targets[i].repeat(6), method, tap).values
        distances = np.sqrt(np.square(moved - own).sum((1, 2)))
        assert found[i] == pytest.approx(distances.max() / np.sqrt(np.square(own).sum()), rel=1e-3)


def test_measures_can_be_cancelled_and_leave_the_network() -> None:
    network = lively(SPEC).train()
    images, targets = batch(1)
    maps = np.zeros((1, 4, 4), np.float32)

    def yes() -> bool:
        return True

    with pytest.raises(Cancelled):
        deletion(network, images, targets, maps, cancelled=yes)
    with pytest.raises(Cancelled):
        sensitivity(network, images, targets, "saliency", cancelled=yes)
    assert network.training
    assert not any(module._forward_pre_hooks for module in network.modules())


def test_one_image_alone_is_as_sensitive_as_among_others() -> None:
    spec = small()
    network = lively(spec)
    images, targets = batch(3)
    together = sensitivity(network, images, targets, "saliency")
    alone = sensitivity(network, images[:1], targets[:1], "saliency")
    np.testing.assert_allclose(alone, together[:1], rtol=1e-3)
