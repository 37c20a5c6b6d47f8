"""What the catalogue says, and what it refuses."""

from typing import Any

import pytest

from resnet_viz.data.catalogue import BUNDLED, DATASETS, check_data, info, shape_of
from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.kinds import RACE
from resnet_viz.specs import Dataset, DataShape, DataSpec, RunSpec, TrainSpec, choices


def test_names_are_those_of_the_specs() -> None:
    assert tuple(DATASETS) == choices(Dataset)
    assert DataSpec().dataset == BUNDLED
    assert [name for name, entry in DATASETS.items() if entry.bundled] == [BUNDLED]


@pytest.mark.parametrize("name", DATASETS)
def test_class_names_are_distinct(name: str) -> None:
    classes = info(name).classes
    assert len(classes) == (100 if name == "cifar100" else 10)
    assert len(set(classes)) == len(classes)
    assert all(word == word.strip() and word for word in classes)


def test_cifar100_is_in_alphabetical_order_like_its_labels() -> None:
    assert list(info("cifar100").classes) == sorted(info("cifar100").classes)


def test_unknown_name() -> None:
    with pytest.raises(InvalidSetting, match=r"no data set named imagenet; there are fashion-mnist-small, "):
        info("imagenet")


@pytest.mark.parametrize("name", DATASETS)
def test_a_network_is_built_for_the_shape_of_the_data(name: Any) -> None:
    entry = DATASETS[name]
    assert shape_of(DataSpec(dataset=name)) == DataShape(
        channels=entry.channels, px=entry.image_px, classes=len(entry.classes)
    )


def test_a_chosen_resolution_wins() -> None:
    assert shape_of(DataSpec(dataset="cifar10", resolution_px=16)).px == 16


@pytest.mark.parametrize("name", RACE.presets)
def test_presets_fit(name: str) -> None:
    check_data(RACE.presets[name].spec.run)


@pytest.mark.parametrize(
    ("data", "train", "code", "field"),
    [
        ({"train_size": 12_001}, {}, "train_size_too_large", "train_size"),
        ({"dataset": "cifar100", "train_size": 99}, {}, "train_size_too_small", "train_size"),
        ({"train_size": 50}, {"batch_size": 51}, "batch_larger_than_data", "batch_size"),
        ({"dataset": "mnist", "augmentation": "crop-flip"}, {}, "flip_changes_class", "augmentation"),
        ({"dataset": "svhn", "augmentation": "crop-flip"}, {}, "flip_changes_class", "augmentation"),
    ],
)
def test_refusals(data: dict[str, Any], train: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(InvalidSetting) as refusal:
        check_data(RunSpec(data=DataSpec(**data), train=TrainSpec(**train)))
    assert refusal.value.code == code
    assert refusal.value.field == field
    assert "{" not in str(refusal.value)


@pytest.mark.parametrize(
    ("data", "train"),
    [
        ({"train_size": 12_000}, {}),
        ({"dataset": "cifar100", "train_size": 100}, {}),
        ({"train_size": 50}, {"batch_size": 50}),
        ({"dataset": "mnist", "augmentation": "crop"}, {}),
        ({"augmentation": "crop-flip"}, {}),
    ],
)
def test_limits_are_allowed(data: dict[str, Any], train: dict[str, Any]) -> None:
    check_data(RunSpec(data=DataSpec(**data), train=TrainSpec(**train)))
