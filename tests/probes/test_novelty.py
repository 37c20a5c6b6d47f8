"""How far an image is from the training data: by hand on tiny images, and on real ones."""

import math
from pathlib import Path

import numpy as np
import pytest

from resnet_viz.data.load import load
from resnet_viz.probes.novelty import STATISTICS, THRESHOLD, Appearance, measure_appearance, novelty
from resnet_viz.specs import DataSpec


def test_statistics_by_hand() -> None:
    image = np.array([[[0, 255, 0], [0, 255, 0], [0, 255, 0]]], np.uint8)
    brightness, contrast, edges, border, colour = measure_appearance(image[np.newaxis])[0]
    assert brightness == pytest.approx(1 / 3)
    assert contrast == pytest.approx(math.sqrt(2) / 3)
    assert edges == pytest.approx(0.5)  # all six steps along rows are 1, all six down are 0
    assert border == pytest.approx((1 + 1 + 0 + 0) / 3 / 4)
    assert colour == 0


def test_colourfulness_is_the_range_of_the_channels() -> None:
    image = np.zeros((1, 3, 2, 2), np.uint8)
    image[0, 0, 0, 0] = 255
    assert measure_appearance(image)[0, 4] == pytest.approx(0.25)


def test_distance_in_standard_deviations() -> None:
    training = Appearance((0.5, 0.1, 0.1, 0.5, 0.0), (0.1, 0.1, 0.1, 0.05, 0.1))
    found = novelty(np.full((1, 4, 4), 255, np.uint8), training)
    assert found.distances == pytest.approx(
        {"brightness": 5, "contrast": -1, "edges": -1, "border": 10, "colour": 0}
    )
    assert found.farthest == "border"
    assert found.distance == pytest.approx(10)
    assert found.is_far
    assert not novelty(np.full((1, 4, 4), 128, np.uint8), training).is_far


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 1, 1), (1, 1, 9), (3, 8, 8)])
def test_constant_images_give_no_nan(shape: tuple[int, int, int]) -> None:
    training = Appearance.of(np.full((5, *shape), 40, np.uint8))
    same = novelty(np.full(shape, 40, np.uint8), training)
    other = novelty(np.full(shape, 200, np.uint8), training)
    assert same.distance == pytest.approx(0, abs=1e-4)
    assert math.isfinite(other.distance)
    assert other.is_far
    assert set(same.distances) == set(STATISTICS)


def test_no_training_images() -> None:
    with pytest.raises(ValueError, match="no images"):
        Appearance.of(np.empty((0, 1, 8, 8), np.uint8))


def test_more_images_than_are_measured_at_once() -> None:
    images = np.random.default_rng(0).integers(0, 256, (5000, 1, 4, 4), dtype=np.uint8)
    assert measure_appearance(images)[4999] == pytest.approx(measure_appearance(images[4999:])[0])


def test_real_clothes_are_near_and_inverted_ones_far(tmp_path: Path) -> None:
    data = load(DataSpec(dataset="fashion-mnist-small"), tmp_path)
    training = Appearance.of(data.train_images.numpy())
    tests = data.test_images.numpy()[:500]
    assert np.mean([novelty(image, training).is_far for image in tests]) < 0.02
    assert all(novelty(255 - image, training).is_far for image in tests)
    noise = np.random.default_rng(1).integers(0, 256, (1, 28, 28), dtype=np.uint8)
    assert novelty(noise, training).distance > THRESHOLD
