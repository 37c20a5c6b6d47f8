"""How much longer than its recorded answer a question takes, by the work that there is to do.

Work is counted in multiply-adds, which is what the time of these networks follows: of the two bundled pairs
a forward pass takes 42 to 49 ps a multiply-add, on one core.
"""

import json
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from safetensors import safe_open

from resnet_viz.data.catalogue import shape_of
from resnet_viz.experiments.estimates import work
from resnet_viz.inspection.bundled import BUNDLED, PAIRS, bundled_path, family_of
from resnet_viz.lab.answers import Asking
from resnet_viz.lab.question import Question, Settings
from resnet_viz.networks.families import multiply_adds
from resnet_viz.networks.resnet import layers_per_block
from resnet_viz.specs import RunSpec


def times_longer(asked: Asking, told: Mapping[str, Any]) -> float:
    """How many times the work is that of the same question at its defaults, about the bundled pair.

    A question about networks at their random start has as much more as it has seeds.

    Args:
        told: what the measurement is told, see `Asking.values`.
    """
    question, settings = asked.question, asked.settings
    if question.trains is not None:
        trained, default = (work(question.trains(one).cells()) for one in (settings, question.defaults))
        return trained / default
    if question.needs == "start":
        return int(settings["seeds"]) / int(question.defaults["seeds"])
    bundled = {family_of(name): bundled_path(name) for name in PAIRS[BUNDLED]}
    measured = [bundled["residual"]] if question.residual_only else bundled.values()
    networks = chain(told["networks"], *told.get("further", ()))
    here = sum(_work(question, settings, spec_of_file(file_of(one["model"]))) for one in networks)
    return here / sum(_work(question, question.defaults, spec_of_file(path)) for path in measured)


def _work(question: Question, settings: Settings, spec: RunSpec) -> float:
    """In multiply-adds of ``question`` about one trained network."""
    images = 1.0 if question.looks is None else question.looks(settings, _blocks(spec))
    return images * multiply_adds(spec.network, shape_of(spec.data))


def _blocks(spec: RunSpec) -> int:
    """How many it has; of families of other blocks about as many as a residual network so deep."""
    return max(1, (spec.network.depth - 2) // layers_per_block(spec.network))


def file_of(model: str) -> Path:
    """Where the weights of the network lie that a measurement is told of as ``model``."""
    kind, _, name = model.partition(":")
    return bundled_path(name) if kind == "bundled" else Path(name)


def spec_of_file(path: Path) -> RunSpec:
    """What the network of a checkpoint was trained as; its weights are not read."""
    with safe_open(path, framework="numpy") as source:
        return RunSpec.model_validate(json.loads(source.metadata()["resnet_viz"])["spec"])
