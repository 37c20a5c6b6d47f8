"""Which data sets there are, and what a run may ask of each. Nothing here imports torch."""

from dataclasses import dataclass

from resnet_viz.data import classes
from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.specs import Dataset, DataShape, DataSpec, RunSpec

BUNDLED: Dataset = "fashion-mnist-small"


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """One data set; ``title``, ``licence`` and ``classes`` are gettext keys.

    Attributes:
        image_px: side of an image as published.
        classes: names in the order of the labels.
        train_size: number of training images; ``test_size`` likewise.
        bundled: whether it needs no download.
        flip_ok: whether a mirrored image still shows the same class.
    """

    name: Dataset
    title: str
    channels: int
    image_px: int
    classes: tuple[str, ...]
    train_size: int
    test_size: int
    licence: str
    bundled: bool = False
    flip_ok: bool = True


_CIFAR_LICENCE = N_("no licence stated; cite Krizhevsky 2009")

DATASETS: dict[str, DatasetInfo] = {
    info.name: info
    for info in (
        DatasetInfo(
            BUNDLED,
            N_("Fashion-MNIST, 12,000 images"),
            channels=1,
            image_px=28,
            classes=classes.FASHION,
            train_size=12_000,
            test_size=2_000,
            licence=N_("MIT, Zalando SE"),
            bundled=True,
        ),
        DatasetInfo(
            "fashion-mnist",
            N_("Fashion-MNIST"),
            channels=1,
            image_px=28,
            classes=classes.FASHION,
            train_size=60_000,
            test_size=10_000,
            licence=N_("MIT, Zalando SE"),
        ),
        DatasetInfo(
            "mnist",
            N_("MNIST"),
            channels=1,
            image_px=28,
            classes=classes.DIGITS,
            train_size=60_000,
            test_size=10_000,
            licence=N_("CC BY-SA 3.0, Yann LeCun and Corinna Cortes"),
            flip_ok=False,
        ),
        DatasetInfo(
            "cifar10",
            N_("CIFAR-10"),
            channels=3,
            image_px=32,
            classes=classes.CIFAR10,
            train_size=50_000,
            test_size=10_000,
            licence=_CIFAR_LICENCE,
        ),
        DatasetInfo(
            "cifar100",
            N_("CIFAR-100"),
            channels=3,
            image_px=32,
            classes=classes.CIFAR100,
            train_size=50_000,
            test_size=10_000,
            licence=_CIFAR_LICENCE,
        ),
        DatasetInfo(
            "svhn",
            N_("Street View House Numbers"),
            channels=3,
            image_px=32,
            classes=classes.DIGITS,
            train_size=73_257,
            test_size=26_032,
            licence=N_("for non-commercial use; cite Netzer 2011"),
            flip_ok=False,
        ),
    )
}


def info(name: str) -> DatasetInfo:
    """The data set ``name``; raises `InvalidSetting`."""
    try:
        return DATASETS[name]
    except KeyError:
        raise InvalidSetting(
            "unknown_dataset",
            N_("There is no data set named {name}; there are {names}."),
            field="dataset",
            name=name[:60],
            names=", ".join(DATASETS),
        ) from None


def shape_of(data: DataSpec) -> DataShape:
    """What a network for ``data`` takes and tells apart."""
    chosen = info(data.dataset)
    return DataShape(
        channels=chosen.channels, px=data.resolution_px or chosen.image_px, classes=len(chosen.classes)
    )


def check_data(spec: RunSpec) -> None:
    """Refuse what the data of ``spec`` cannot give.

    Raises:
        InvalidSetting: the data set cannot give what ``spec.data`` or the batch
            size asks for.
    """
    data, chosen = spec.data, info(spec.data.dataset)
    train_size = data.train_size or chosen.train_size
    if train_size > chosen.train_size:
        raise InvalidSetting(
            "train_size_too_large",
            N_("{dataset} has {available} training images, not {asked}."),
            field="train_size",
            dataset=data.dataset,
            available=chosen.train_size,
            asked=train_size,
        )
    if train_size < len(chosen.classes):
        raise InvalidSetting(
            "train_size_too_small",
            N_("{dataset} has {classes} classes and needs at least as many training images, not {asked}."),
            field="train_size",
            dataset=data.dataset,
            classes=len(chosen.classes),
            asked=train_size,
        )
    if spec.train.batch_size > train_size:
        raise InvalidSetting(
            "batch_larger_than_data",
            N_("A batch of {batch} needs at least as many training images; there are {available}."),
            field="batch_size",
            batch=spec.train.batch_size,
            available=train_size,
        )
    if data.augmentation == "crop-flip" and not chosen.flip_ok:
        raise InvalidSetting(
            "flip_changes_class",
            N_("A mirrored digit is no longer that digit; choose another augmentation for {dataset}."),
            field="augmentation",
            dataset=data.dataset,
        )
