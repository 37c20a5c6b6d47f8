"""A network in evaluation mode as two functions, so that what does not change is computed once."""

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor, nn

from resnet_viz.networks.residual import ResidualNetwork


class Halves(NamedTuple):
    """``after(before(images))`` is the logits."""

    before: Callable[[Tensor], Tensor]
    after: Callable[[Tensor], Tensor]


def halves_at(network: nn.Module, layer: str) -> Halves:
    """Cut ``network`` before the block that ``layer`` (a path of a module) is in.

    Plain and residual networks only have blocks to cut at; of others, and before the first block, all of it
    comes after.
    """
    if not isinstance(network, ResidualNetwork):
        return Halves(_same, network)
    blocks = [f"stage{i}.{name}" for i, stage in enumerate(network.stages(), 1) for name, _ in _named(stage)]
    at = next((i for i, name in enumerate(blocks) if layer.startswith(f"{name}.")), None)
    if at is None and layer != "head":
        return Halves(_same, network)
    at = len(blocks) if at is None else at

    def before(x: Tensor) -> Tensor:
        x = network.stem_relu(network.stem_norm(network.stem(x)))
        for name in blocks[:at]:
            x = network.get_submodule(name)(x)
        return x

    def after(x: Tensor) -> Tensor:
        for name in blocks[at:]:
            x = network.get_submodule(name)(x)
        x = network.pool(network.last_relu(network.last_norm(x)))
        logits: Tensor = network.head(x.flatten(1))
        return logits

    return Halves(before, after)


def _same(x: Tensor) -> Tensor:
    return x


def _named(stage: nn.Sequential) -> list[tuple[str, nn.Module]]:
    return list(stage.named_children())
