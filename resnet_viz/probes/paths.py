"""Through which paths the gradient comes to the input of a residual network (Veit et al. 2016, §5, Fig. 6).

The gradient leaves each block by two ways, through F and through the skip connection, so n blocks make 2ⁿ
paths; one through k of the branches has length k, and there are C(n, k) of them. The paths of a gradient add
up to it, as it is linear going backward: activations, and so where ReLUs are open, are those of the whole
network.
"""

from collections.abc import Collection, Generator
from dataclasses import dataclass, replace
from math import comb

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.networks.residual import Block, ResidualNetwork
from resnet_viz.probes.evaluating import evaluating

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Gradients of the cross-entropy at an image, by the length of the paths they come through.

    Attributes:
        counts: how many paths there are of length 0, 1, … n: C(n, k), float64 [n + 1].
        whole: ‖g‖ of the whole gradient, mean over images.
        norms: ‖g‖ through one path of each length, mean over images, float64 [draws, n + 1]; NaN where not
            measured yet. Times ``counts`` this is what Veit et al. show; norms do not cancel as gradients do.
        shares: ⟨g_k, g⟩ / ⟨g, g⟩ of the sum g_k over all paths of length k, mean over the images that have a
            gradient, float64 [n + 1]; they add up to 1, and one of them can be negative. NaN until all are
            measured.
        summed: ‖g_k‖, mean over images, float64 [n + 1]; NaN likewise.
    """

    counts: Doubles
    whole: float
    norms: Doubles
    shares: Doubles
    summed: Doubles


class PathGradients:
    """One batch's way through a network, kept so that any path can be followed back.

    Args:
        network: measured in evaluation mode, so that images do not influence one another; left as it was.
        images: float [N, C, H, W], normalised, on the network's device.
        labels: int64 [N].

    Raises:
        InvalidSetting: the network has no skip connections, and so a single path.
    """

    def __init__(self, network: nn.Module, images: Tensor, labels: Tensor) -> None:
        if not isinstance(network, ResidualNetwork):
            raise InvalidSetting(
                "no_paths", N_("Paths are followed in residual networks only; choose one of those.")
            )
        blocks = [block for stage in network.stages() for block in stage if isinstance(block, Block)]
        if any(block.shortcut is None for block in blocks):
            raise InvalidSetting(
                "one_path",
                N_("A network without skip connections has a single path; choose a residual network."),
            )
        with evaluating(network), torch.enable_grad():
            self._images = images.detach().requires_grad_()
            self._start = network.stem_relu(network.stem_norm(network.stem(self._images)))
            self._blocks: list[_Block] = []
            x = self._start.detach()
            for block in blocks:
                self._blocks.append(_Block(block, x))
                x = self._blocks[-1].output
            end = x.requires_grad_()
            pooled = network.pool(network.last_relu(network.last_norm(end)))
            logits = network.head(torch.flatten(pooled, 1))
            loss = nn.functional.cross_entropy(logits, labels, reduction="sum")
            (self._at_end,) = torch.autograd.grad(loss, end)

    def __len__(self) -> int:
        """How many blocks there are."""
        return len(self._blocks)

    def through(self, chosen: Collection[int]) -> Tensor:
        """The gradient of the loss at the images through the branches of ``chosen`` blocks and no other.

        Blocks count from 0; past all others it comes by the skip connection. Like the images; the loss is
        the sum over them, so that each has a gradient of its own.
        """
        gradient = self._at_end
        for number in reversed(range(len(self))):
            block = self._blocks[number]
            gradient = block.by_branch(gradient) if number in chosen else block.by_skip(gradient)
        return self._to_images(gradient)

    def whole(self) -> Tensor:
        """The gradient through all paths."""
        gradient = self._at_end
        for block in reversed(self._blocks):
            gradient = block.by_branch(gradient) + block.by_skip(gradient)
        return self._to_images(gradient)

    def by_length(self) -> Generator[list[Tensor] | None]:
        """Last of all the sum of the gradients over all paths of length 0, 1, … n; before that None.

        What comes to a block through k branches goes on through k or k + 1: n² / 2 steps for 2ⁿ paths.
        """
        sums = [self._at_end]
        for block in reversed(self._blocks):
            skipped = [block.by_skip(gradient) for gradient in sums]
            branched = [block.by_branch(gradient) for gradient in sums]
            between = [more + same for same, more in zip(skipped[1:], branched[:-1], strict=True)]
            sums = [skipped[0], *between, branched[-1]]
            yield None
        yield [self._to_images(gradient) for gradient in sums]

    def _to_images(self, gradient: Tensor) -> Tensor:
        (found,) = torch.autograd.grad(self._start, self._images, gradient, retain_graph=True)
        return found


def measure_paths(
    network: nn.Module, images: Tensor, labels: Tensor, *, draws: int, seed: int
) -> Generator[Paths]:
    """Gradients by the length of their paths; yields after each piece, the draws first.

    Args:
        draws: how many paths of each length are drawn, without regard to those drawn before.
        seed: of the draws.

    Raises:
        InvalidSetting: as `PathGradients`.
    """
    followed = PathGradients(network, images, labels)
    blocks = len(followed)
    counts = np.array([comb(blocks, length) for length in range(blocks + 1)], np.float64)
    norms = np.full((draws, blocks + 1), np.nan)
    whole = followed.whole()
    unknown = np.full(blocks + 1, np.nan)
    found = Paths(counts, _mean_norm(whole), norms, unknown, unknown)
    random = np.random.default_rng(seed)
    for draw in range(draws):
        for length in range(blocks + 1):
            chosen = random.permutation(blocks)[:length].tolist()
            norms[draw, length] = _mean_norm(followed.through(frozenset(chosen)))
            yield replace(found, norms=norms.copy())
    for sums in followed.by_length():
        if sums is None:
            yield found
            continue
        shares = [float((_products(one, whole) / _products(whole, whole)).nanmean()) for one in sums]
        yield replace(found, shares=np.array(shares), summed=np.array([_mean_norm(one) for one in sums]))


class _Block:
    """A block with a way back for each of its paths; values are those of the whole network."""

    def __init__(self, block: Block, x: Tensor) -> None:
        self._x = x.detach().requires_grad_()
        branch = block.branch(self._x)
        self._through_branch = block.relu(block.add(branch, self._x.detach()))
        self._past_branch = block.relu(block.add(branch.detach(), self._x))
        self.output: Tensor = self._past_branch.detach()

    def by_branch(self, gradient: Tensor) -> Tensor:
        return self._back(self._through_branch, gradient)

    def by_skip(self, gradient: Tensor) -> Tensor:
        return self._back(self._past_branch, gradient)

    def _back(self, output: Tensor, gradient: Tensor) -> Tensor:
        (found,) = torch.autograd.grad(output, self._x, gradient, retain_graph=True)
        return found


def _products(one: Tensor, other: Tensor) -> Tensor:
    """⟨one, other⟩ of each image, [N]."""
    products: Tensor = (one.double() * other.double()).flatten(1).sum(1)
    return products


def _mean_norm(gradients: Tensor) -> float:
    return float(gradients.double().flatten(1).norm(dim=1).mean())
