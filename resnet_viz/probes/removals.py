"""Many blocks left out of a trained network, or exchanged in pairs (Veit et al. 2016, §4.2 and §4.3, Fig. 5).

Which ones is drawn: each draw puts all candidates in one random order, and k of them are its first k, so
that a draw is one curve over k. The first block of a stage stays in its place, because it changes channels
or the size of the maps. Nothing is trained again, and batch normalisation keeps its statistics.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.probes.evaluating import evaluating
from resnet_viz.probes.lesion import error_of, removable_blocks

Change = Literal["deleted", "swapped"]


@dataclass(frozen=True, slots=True, eq=False)
class Removals:
    """Errors of a network some of whose blocks are deleted or swapped.

    Attributes:
        counts: how many blocks are deleted, or how many pairs are swapped; ascending from 0, int32 [K].
        errors: share of images classified wrongly, float64 [draws, K]; NaN where not measured yet.
    """

    counts: npt.NDArray[np.int32]
    errors: npt.NDArray[np.float64]


@contextmanager
def rearranged(network: nn.Module, places: Mapping[str, str | None]) -> Iterator[None]:
    """The network with other blocks at some of its places.

    Args:
        places: path of a place → path of the block that is to stand there, None for none: then the next
            block gets what this one would have got.
    """
    before = {place: network.get_submodule(place) for place in places}
    after = {
        place: nn.Identity() if source is None else network.get_submodule(source)
        for place, source in places.items()
    }
    try:
        _put(network, after)
        yield
    finally:
        _put(network, before)


def measure_removals(
    network: nn.Module,
    images: Tensor,
    labels: Tensor,
    change: Change,
    *,
    draws: int,
    seed: int,
    most_counts: int = 10,
) -> Generator[Removals]:
    """The error over the number of blocks deleted, or pairs swapped; yields after each evaluation.

    All of the first draw come first, then those of the second. ``network`` is measured in evaluation mode
    and is as it was whenever this yields.

    Args:
        images: float [N, C, H, W], normalised, on the network's device; ``labels`` int64 [N].
        change: ``deleted``: k blocks are left out. ``swapped``: the blocks of k pairs, each of one stage
            and no block in two of them, stand in each other's places.
        draws: random orders.
        seed: of the draws; those of one seed are the same for every network of the same blocks.
        most_counts: values of k at most: 0, 1, and others spread evenly up to all.

    Raises:
        InvalidSetting: the network has no block that can be left out, or no two that can be swapped.
    """
    blocks = removable_blocks(network)
    orders = [_order(blocks, change, np.random.default_rng([seed, draw])) for draw in range(draws)]
    most = len(orders[0])
    if not most:
        raise InvalidSetting(
            "no_blocks_to_swap",
            N_("No stage of this network has two blocks of one shape to swap; choose a deeper network."),
        )
    counts = np.unique([0, *np.linspace(1, most, min(most, most_counts - 1)).round()]).astype(np.int32)
    errors = np.full((draws, len(counts)), np.nan)
    for draw, order in enumerate(orders):
        for at, count in enumerate(counts):
            if draw and not count:
                errors[draw, at] = errors[0, at]  # nothing is changed, so there is nothing to draw
                continue
            places = {place: source for step in order[:count] for place, source in step.items()}
            with evaluating(network), rearranged(network, places):
                errors[draw, at] = error_of(network, images, labels)
            yield Removals(counts, errors.copy())


def _order(blocks: Sequence[str], change: Change, random: np.random.Generator) -> list[dict[str, str | None]]:
    """What is done first, second, …: places and what stands there then."""
    if change == "deleted":
        return [{blocks[at]: None} for at in random.permutation(len(blocks))]
    steps: list[dict[str, str | None]] = []
    for stage in dict.fromkeys(name.rpartition(".")[0] for name in blocks):
        inside = [name for name in blocks if name.rpartition(".")[0] == stage]
        mixed = [inside[at] for at in random.permutation(len(inside))]
        steps += [{a: b, b: a} for a, b in zip(mixed[::2], mixed[1::2], strict=False)]
    return [steps[at] for at in random.permutation(len(steps))]


def _put(network: nn.Module, modules: Mapping[str, nn.Module]) -> None:
    for path, module in modules.items():
        parent, _, name = path.rpartition(".")
        setattr(network.get_submodule(parent), name, module)
