"""Blocks left out of a network, one or several, without changing it (Veit et al. 2016, §4.1).

Of a residual block its skip connection stays, so that the output is the stream as it was; a plain block is
passed over. The first block of a stage is never left out: it changes channels or the size of the maps.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.networks.adding_block import AddingBlock
from resnet_viz.networks.taps import Tap

_IMAGES_AT_ONCE = 100
"""Few enough that what lies between two layers stays in the processor's cache."""


def removable_blocks(network: nn.Module) -> tuple[str, ...]:
    """Paths of the blocks whose input and output have one shape, in the order of the forward pass.

    Raises:
        InvalidSetting: the network has none; only ones of blocks do.
    """
    taps: tuple[Tap, ...] = getattr(network, "taps", ())
    # Those of a DenseNet concatenate: each hands on more channels than it gets.
    blocks = [tap.name for tap in taps if isinstance(network.get_submodule(tap.name), AddingBlock)]
    stages = {name.rpartition(".")[0] for name in blocks}
    first = {next(name for name in blocks if name.startswith(f"{stage}.")) for stage in stages}
    found = tuple(name for name in blocks if name not in first)
    if not found:
        raise InvalidSetting(
            "no_removable_blocks",
            N_("No block of this network can be left out; choose a plain or residual one deeper than 8."),
        )
    return found


@contextmanager
def without(network: nn.Module, blocks: Iterable[str]) -> Iterator[None]:
    """The network without ``blocks`` for as long: each hands on what it gets."""
    with ExitStack() as stack:
        for name in blocks:
            stack.callback(network.get_submodule(name).register_forward_hook(_hand_on).remove)
        yield


@torch.inference_mode()
def error_of(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Share of ``images`` float [N, C, H, W] that do not get their label (int64 [N])."""
    wrong = 0
    for part, right in zip(images.split(_IMAGES_AT_ONCE), labels.split(_IMAGES_AT_ONCE), strict=True):
        wrong += int((network(part).argmax(1) != right).sum())
    return wrong / len(labels)


def lesions(network: nn.Module, images: Tensor, labels: Tensor) -> Generator[tuple[str, float]]:
    """Every block that can be left out, and the error without it and with all others."""
    for block in removable_blocks(network):
        with without(network, [block]):
            error = error_of(network, images, labels)
        yield block, error


def _hand_on(_block: nn.Module, inputs: tuple[Tensor, ...], _output: Any) -> Tensor:
    return inputs[0]
