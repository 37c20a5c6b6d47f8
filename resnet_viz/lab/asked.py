"""What a measurement of the Lab is given: networks with their images, settings, and where it computes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from resnet_viz.inspection.models import Model, load_model
from resnet_viz.inspection.own_images import images_for
from resnet_viz.processes.measuring import Bench


@dataclass(frozen=True)
class Trained:
    """A trained network and the images that suit it.

    Attributes:
        family: its network type, as `networks.families` names it.
        model: in evaluation mode; measurements leave it as it is.
        path: steps and references of the networks that it was before, oldest first, where that was asked for.
    """

    family: str
    model: Model
    data_folder: Path
    path: tuple[tuple[int, str], ...] = ()

    @cached_property
    def test(self) -> tuple[Tensor, Tensor]:
        """Test images, normalised float32 [N, C, H, W], and labels int64 [N]."""
        data = images_for(self.model, self.data_folder)
        return self.model.normalised(data.test_images), data.test_labels

    @cached_property
    def train(self) -> tuple[Tensor, Tensor]:
        """Training images and labels, likewise."""
        data = images_for(self.model, self.data_folder)
        return self.model.normalised(data.train_images), data.train_labels

    def few(self, images: int, *, of_training: bool = False) -> tuple[Tensor, Tensor]:
        """The first so many test images, or training images, and their labels."""
        found, labels = self.train if of_training else self.test
        return found[:images], labels[:images]


@dataclass(frozen=True)
class Asked:
    """One question as it is measured.

    Attributes:
        networks: the trained pair; none where a question begins before training or trains by itself.
        settings: all of the question's.
    """

    networks: tuple[Trained, ...]
    settings: Mapping[str, Any]
    bench: Bench

    @property
    def data_folder(self) -> Path:
        """Where images are kept."""
        return self.bench.home / "data"


def asked_of(values: Mapping[str, Any], bench: Bench) -> Asked:
    """What ``values`` of the measurement "lab" ask for, networks loaded; raises as `load_model`."""
    torch.set_num_threads(max(bench.threads, 1))
    folder = bench.home / "data"
    networks = tuple(
        Trained(
            one["family"],
            load_model(one["model"], folder),
            folder,
            tuple((step, model) for step, model in one.get("path", ())),
        )
        for one in values["networks"]
    )
    return Asked(networks, values["settings"], bench)
