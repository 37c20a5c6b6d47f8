"""The fixed order: balanced from the beginning, nested, the same everywhere."""

import hashlib

import numpy as np
import pytest

from resnet_viz.data.balanced_order import balanced_order


@pytest.mark.parametrize("classes", [10, 100])
def test_every_beginning_is_balanced(classes: int) -> None:
    labels = np.random.default_rng(1).permutation(np.repeat(np.arange(classes), 20))
    order = balanced_order(labels)
    assert sorted(order) == list(range(len(labels)))
    for size in (classes, classes + 3, 5 * classes, len(labels) - 1, len(labels)):
        counts = np.bincount(labels[order[:size]], minlength=classes)
        assert counts.max() - counts.min() <= 1


def test_a_rare_class_is_used_up_first() -> None:
    labels = np.array([0] * 50 + [1] * 5 + [2] * 20)
    order = balanced_order(labels)
    assert np.bincount(labels[order[:15]]).tolist() == [5, 5, 5]
    assert np.bincount(labels[order[:45]]).tolist() == [20, 5, 20]
    assert sorted(order) == list(range(75))


def test_images_of_a_class_come_in_random_order() -> None:
    order = balanced_order(np.zeros(1000, np.uint8))
    assert np.corrcoef(order, np.arange(1000))[0, 1] == pytest.approx(0, abs=0.1)


def test_order_never_changes() -> None:
    order = balanced_order(np.arange(100) % 7)
    assert order.dtype == np.int64
    assert hashlib.sha256(order.astype("<i8").tobytes()).hexdigest()[:16] == "576e0674a95b9587"
