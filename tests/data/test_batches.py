"""Batches against references written image by image."""

import hashlib
import json
import struct

import numpy as np
import pytest
import torch
from torch import Tensor

from resnet_viz.data.batches import BatchOrder, DeviceData, DeviceImages, Draw, padding_px
from resnet_viz.data.catalogue import info
from resnet_viz.data.load import LoadedData, channel_statistics
from resnet_viz.specs import Augmentation

AUGMENTATIONS: tuple[Augmentation, ...] = ("none", "crop", "crop-flip")


def taken(order: BatchOrder, count: int) -> list[Draw]:
    return [order.next() for _ in range(count)]


def same(first: Draw, second: Draw) -> bool:
    return all(
        (a is None and b is None) or (a is not None and b is not None and torch.equal(a, b))
        for a, b in zip(first, second, strict=True)
    )


@pytest.mark.parametrize(("count", "batch"), [(100, 10), (103, 10), (7, 7), (7, 4)])
def test_every_epoch_is_a_new_permutation(count: int, batch: int) -> None:
    order = BatchOrder(count, batch, seed=1)
    epochs = []
    for _ in range(3):
        indices = torch.cat([draw.indices for draw in taken(order, count // batch)])
        assert len(indices.unique()) == len(indices) == count // batch * batch
        assert indices.min() >= 0
        assert indices.max() < count
        epochs.append(indices.tolist())
    assert len({tuple(epoch) for epoch in epochs}) == 3
    assert order.step == 3 * order.steps_per_epoch


def test_left_over_images_change_from_epoch_to_epoch() -> None:
    order = BatchOrder(11, 5, seed=0)
    seen = torch.cat([draw.indices for draw in taken(order, 40)]).bincount(minlength=11)
    assert (seen > 0).all()


def test_impossible_batch() -> None:
    with pytest.raises(ValueError, match="no batch of 8 from 7"):
        BatchOrder(7, 8, seed=0)


@pytest.mark.parametrize("augmentation", AUGMENTATIONS)
def test_equal_seeds_give_equal_batches_and_digests(augmentation: Augmentation) -> None:
    first, second, other = (BatchOrder(50, 8, seed, augmentation, 32) for seed in (3, 3, 4))
    assert first.digest == second.digest == hashlib.sha256().hexdigest()
    for _ in range(15):
        assert same(first.next(), second.next())
        other.next()
        assert first.digest == second.digest != other.digest


def test_augmentation_changes_the_digest_and_not_the_order() -> None:
    orders = [BatchOrder(50, 8, 3, augmentation, 32) for augmentation in AUGMENTATIONS]
    for _ in range(10):
        plain, crop, flip = (order.next() for order in orders)
        assert torch.equal(plain.indices, crop.indices)
        assert torch.equal(plain.indices, flip.indices)
        assert plain.offsets is None
        assert crop.offsets is not None
        assert flip.offsets is not None
        assert crop.flips is None
        assert torch.equal(crop.offsets, flip.offsets)
        assert len({order.digest for order in orders}) == 3


@pytest.mark.parametrize("augmentation", AUGMENTATIONS)
def test_digest_is_the_documented_chain(augmentation: Augmentation) -> None:
    order = BatchOrder(50, 8, 3, augmentation, 32)
    chain = hashlib.sha256(b"").digest()
    for _ in range(10):
        draw = order.next()
        content = struct.pack("<8q", *draw.indices.tolist())
        if draw.offsets is not None:
            content += struct.pack("<16q", *draw.offsets.flatten().tolist())
        if draw.flips is not None:
            content += bytes(int(flip) for flip in draw.flips)
        chain = hashlib.sha256(chain + content).digest()
        assert order.digest == chain.hex()


@pytest.mark.parametrize("augmentation", AUGMENTATIONS)
@pytest.mark.parametrize("stop", [0, 1, 5, 6, 7, 13])
def test_resumed_order_goes_on_exactly(augmentation: Augmentation, stop: int) -> None:
    order = BatchOrder(50, 8, 3, augmentation, 32)  # six batches an epoch
    taken(order, stop)
    state = json.loads(json.dumps(order.state_dict()))
    resumed = BatchOrder(50, 8, 3, augmentation, 32)
    resumed.load_state_dict(state)
    assert resumed.digest == order.digest
    for _ in range(10):
        assert same(resumed.next(), order.next())
        assert resumed.digest == order.digest


def test_going_back_repeats_what_was_drawn() -> None:
    order = BatchOrder(50, 8, 3, "crop-flip", 32)
    taken(order, 2)
    state = order.state_dict()
    before = taken(order, 9)
    end = order.digest
    order.load_state_dict(state)
    assert all(same(a, b) for a, b in zip(before, taken(order, 9), strict=True))
    assert order.digest == end


@pytest.mark.parametrize(("px", "padding"), [(8, 1), (14, 2), (16, 2), (28, 4), (32, 4), (64, 8)])
def test_crops_and_flips_are_uniform(px: int, padding: int) -> None:
    assert padding_px(px) == padding
    order = BatchOrder(1000, 1000, 0, "crop-flip", px)
    draws = taken(order, 30)
    flips = torch.cat([draw.flips for draw in draws if draw.flips is not None])
    offsets = torch.cat([draw.offsets for draw in draws if draw.offsets is not None])
    assert flips.dtype == torch.bool
    assert flips.float().mean() == pytest.approx(0.5, abs=0.02)
    sides = 2 * padding + 1
    joint = (offsets[:, 0] * sides + offsets[:, 1]).bincount(minlength=sides**2)
    assert len(joint) == sides**2
    expected = len(offsets) / sides**2
    assert ((joint - expected).abs() < 5.5 * expected**0.5).all()


# Images on the device


def images_of(channels: int, px: int, count: int = 12) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(channels * px)
    images = torch.randint(0, 256, (count, channels, px, px), generator=generator, dtype=torch.uint8)
    return images, torch.arange(count) % 10


def held(images: Tensor, labels: Tensor) -> DeviceImages:
    return DeviceImages(images, labels, *channel_statistics(images))


def reference(
    images: Tensor, draw: Draw, all_images: Tensor
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Pad, crop, mirror and normalise one image at a time, in double precision."""
    px = images.shape[-1]
    padding = {8: 1, 14: 2, 28: 4, 32: 4}[px]
    values = all_images.numpy().astype(np.float64) / 255
    mean, std = values.mean((0, 2, 3)), values.std((0, 2, 3))
    results = []
    for place, index in enumerate(draw.indices.tolist()):
        image = images[index].numpy()
        if draw.offsets is not None:
            padded = np.zeros((image.shape[0], px + 2 * padding, px + 2 * padding), np.uint8)
            padded[:, padding : padding + px, padding : padding + px] = image
            top, left = draw.offsets[place].tolist()
            image = padded[:, top : top + px, left : left + px]
        if draw.flips is not None and draw.flips[place]:
            image = image[:, :, ::-1]
        results.append((image / 255 - mean[:, None, None]) / std[:, None, None])
    return np.stack(results)


@pytest.mark.parametrize("augmentation", AUGMENTATIONS)
@pytest.mark.parametrize("px", [8, 14, 28, 32])
@pytest.mark.parametrize("channels", [1, 3])
def test_batches_agree_with_the_reference(augmentation: Augmentation, px: int, channels: int) -> None:
    images, labels = images_of(channels, px)
    device = held(images, labels)
    order = BatchOrder(len(images), 6, 0, augmentation, px)
    for draw in taken(order, 6):
        batch, batch_labels = device.batch(draw)
        assert batch.shape == (6, channels, px, px)
        assert batch.dtype == torch.float32
        assert batch.is_contiguous(memory_format=torch.channels_last)
        np.testing.assert_allclose(batch.numpy(), reference(images, draw, images), rtol=1e-5, atol=1e-5)
        assert torch.equal(batch_labels, labels[draw.indices])


@pytest.mark.parametrize("flip", [False, True])
def test_extreme_crops(flip: bool) -> None:
    images, labels = images_of(3, 8)
    offsets = torch.tensor([[0, 0], [0, 2], [2, 0], [2, 2], [1, 1]])
    draw = Draw(torch.tensor([0, 1, 2, 3, 4]), offsets, torch.tensor([flip] * 5))
    batch, _ = held(images, labels).batch(draw)
    np.testing.assert_allclose(batch.numpy(), reference(images, draw, images), rtol=1e-5, atol=1e-5)


def test_training_images_have_mean_0_and_deviation_1() -> None:
    images, labels = images_of(3, 14, 64)
    batch, _ = held(images, labels).first(64)
    assert batch.mean((0, 2, 3)).abs().max() < 1e-5
    assert batch.double().std((0, 2, 3), correction=0) == pytest.approx(np.ones(3), abs=1e-5)


def test_constant_images_give_finite_batches() -> None:
    images = torch.full((4, 1, 8, 8), 7, dtype=torch.uint8)
    batch, _ = held(images, torch.zeros(4, dtype=torch.int64)).first(4)
    assert torch.isfinite(batch).all()


def test_device_data_as_a_training_uses_it() -> None:
    train_images, train_labels = images_of(1, 14, 30)
    test_images, test_labels = images_of(1, 8, 23)
    test_images = torch.nn.functional.interpolate(test_images, size=(14, 14))
    mean, std = channel_statistics(train_images)
    data = DeviceData(
        LoadedData(info("mnist"), train_images, train_labels, test_images, test_labels, mean, std)
    )
    draw = BatchOrder(30, 10, 0, "crop", 14).next()
    batch, labels = data.train_batch(draw)
    np.testing.assert_allclose(batch.numpy(), reference(train_images, draw, train_images), atol=1e-5)
    assert torch.equal(labels, train_labels[draw.indices])

    first, first_labels = data.first_train_images(5)
    assert torch.equal(first, data.train_batch(Draw(torch.arange(5)))[0])
    assert first_labels.tolist() == [0, 1, 2, 3, 4]
    assert len(data.first_train_images(1000)[0]) == 30

    chunks = list(data.test_batches(10))
    assert [len(part) for part, _ in chunks] == [10, 10, 3]
    assert torch.equal(torch.cat([part for _, part in chunks]), test_labels)
    # Test images are normalised with the numbers of the training images.
    np.testing.assert_allclose(
        torch.cat([part for part, _ in chunks]).numpy(),
        reference(test_images, Draw(torch.arange(23)), train_images),
        atol=1e-5,
    )


def test_a_batch_is_a_copy() -> None:
    device = held(*images_of(1, 8))
    draw = Draw(torch.tensor([0, 1]))
    before, _ = device.batch(draw)
    kept = before.clone()
    device.batch(draw)[0].zero_()
    assert torch.equal(device.batch(draw)[0], kept)
