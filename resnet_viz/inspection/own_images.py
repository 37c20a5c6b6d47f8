"""The images that a network was trained on, and whether another one is like them."""

from functools import lru_cache
from pathlib import Path

from resnet_viz.data.catalogue import BUNDLED
from resnet_viz.data.load import LoadedData, is_here, load
from resnet_viz.errors import NotFound
from resnet_viz.inspection.models import Model
from resnet_viz.locale import N_
from resnet_viz.probes.novelty import Appearance
from resnet_viz.specs import DataSpec


def images_for(model: Model, data_folder: Path) -> LoadedData:
    """The images ``model`` was trained on; of full Fashion-MNIST the bundled part, which is always there.

    Raises:
        NotFound: it comes without any.
        DatasetUnavailable: they are not here and cannot be downloaded.
    """
    return _load(_spec_of(model), data_folder)


def appearance_of(model: Model, data_folder: Path) -> Appearance:
    """What these images look like; raises as `images_for`."""
    return _appearance(_spec_of(model), data_folder)


def are_here(model: Model, data_folder: Path) -> bool:
    """Whether there are such images, on this machine."""
    return model.spec is not None and is_here(_spec_of(model), data_folder)


def _spec_of(model: Model) -> DataSpec:
    if model.spec is None:
        raise NotFound(
            "no_own_images",
            N_("This network comes without images of its own; choose a picture or upload one."),
        )
    data = model.spec.data
    dataset = BUNDLED if data.dataset == "fashion-mnist" else data.dataset
    return DataSpec(dataset=dataset, resolution_px=data.resolution_px)


@lru_cache(maxsize=2)
def _load(spec: DataSpec, data_folder: Path) -> LoadedData:
    return load(spec, data_folder)


@lru_cache(maxsize=8)
def _appearance(spec: DataSpec, data_folder: Path) -> Appearance:
    return Appearance.of(_load(spec, data_folder).train_images.numpy())
