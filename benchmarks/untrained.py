"""Answers about published networks that nobody trained: as fast as trained ones, and no download."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from torchvision.models import get_model

from resnet_viz.data.obtain import file_path
from resnet_viz.inspection import answers
from resnet_viz.inspection.zoo_weights import weights_of
from resnet_viz.networks.torchvision_catalogue import ZOO
from resnet_viz.processes.answering import Answerer, answer_questions
from resnet_viz.processes.channel import Channel
from resnet_viz.processes.tasks import Workplace

NAMES = ("resnet50", "resnext50_32x4d")


def serve(channel: Channel, workplace: Workplace) -> None:
    """In place of the task "explain"."""
    answer_questions(channel, answerers(workplace.home))


def answerers(home: Path) -> Mapping[str, Answerer]:
    """Those of the app, with random weights for `NAMES` where published ones are looked for in ``home``."""
    for name in NAMES:
        made = home / f"{name}.pth"
        torch.save(get_model(name, weights=None).state_dict(), made)
        with made.open("rb") as source:
            start = hashlib.file_digest(source, "sha256").hexdigest()[:8]
        ZOO[name] = replace(ZOO[name], file=f"{name}-{start}.pth")
        place = file_path(weights_of(ZOO[name]), home / "data")
        place.parent.mkdir(parents=True, exist_ok=True)
        made.replace(place)
    return answers.answerers(home)
