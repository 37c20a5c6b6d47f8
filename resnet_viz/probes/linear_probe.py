"""When a network knows: how well a linear classifier tells the classes from what each block puts out.

After Alain & Bengio 2016 (arXiv:1610.01644): the network is left as it is, and a classifier of its own is
fitted to the output of each block, each channel averaged over space, on training images. Ours is a ridge
regression in closed form (see `ridge`) instead of a softmax by gradient descent. Controls are fitted to the
same outputs with the labels shuffled: their mean has to stay at chance. A single one need not, as images of a
class lie together and so are right or wrong together.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.networks.taps import Tap
from resnet_viz.probes.evaluating import evaluating
from resnet_viz.probes.ridge import Classifier, Doubles, Labels, Ridge

_IMAGES_AT_ONCE: Final = 500
SHUFFLES: Final = 20

BEFORE_BLOCKS: Final = "input"
"""The first site: what the first block gets."""


@dataclass(frozen=True, slots=True, eq=False)
class LinearProbe:
    """A classifier for each site, and how well it does.

    Attributes:
        sites: `BEFORE_BLOCKS`, then the path of each block, or stage in networks without blocks.
        classifiers: of each site.
        accuracy: share of the test images classified correctly after each site, float64 [sites].
        control: the same of classifiers fitted to labels shuffled again and again, float64 [shuffles, sites].
        network_accuracy: that of the network itself.
        known: share of the test images for which from this site on every classifier says what the network
            says, float64 [sites].
        train_images: how many the classifiers were fitted to.
        grid: each channel is averaged over grid × grid parts of the map.
    """

    sites: tuple[str, ...]
    classifiers: tuple[Classifier, ...]
    accuracy: Doubles
    control: Doubles
    network_accuracy: float
    known: Doubles
    train_images: int
    grid: int


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What a probe says of single images.

    Attributes:
        said: class after each site, int64 [N, sites].
        final: the network's own, int64 [N].
        first: index of the first site from which on all say the final class; ``len(sites)`` where the last
            one does not.
    """

    said: Labels
    final: Labels
    first: npt.NDArray[np.int64]


def measure_linear_probe(
    network: nn.Module,
    train: tuple[Tensor, Tensor],
    test: tuple[Tensor, Tensor],
    *,
    seed: int,
    grid: int = 1,
    shuffles: int = SHUFFLES,
) -> Generator[LinearProbe]:
    """Fit and test classifiers; yields after each part of the training images, fitted to all so far.

    Args:
        network: on the images' device; measured in evaluation mode.
        train: images float [N, C, H, W], normalised, and labels int64 [N]; ``test`` likewise.
        seed: of the shuffled labels.
        grid: 1 averages over the whole map, which leaves as many numbers as the block has channels.
        shuffles: how many controls to fit.

    Raises:
        InvalidSetting: the network has neither blocks nor stages.
    """
    sites = _sites(network)
    classes = int(max(train[1].max(), test[1].max())) + 1
    at_test, final = _features(network, test[0], grid)
    labels, right = _numpy(train[1]), _numpy(test[1])
    random = np.random.default_rng(seed)
    shuffled = [random.permutation(labels) for _ in range(shuffles)]
    at_train: list[list[Doubles]] = [[] for _ in sites]
    done = 0
    for part in train[0].split(_IMAGES_AT_ONCE):
        for kept, found in zip(at_train, _features(network, part, grid)[0], strict=True):
            kept.append(found)
        done += len(part)
        ridges = [Ridge(np.concatenate(kept)) for kept in at_train]
        fitted, *controls = (
            tuple(ridge.fitted(given[:done], classes) for ridge in ridges) for given in (labels, *shuffled)
        )
        said = _said(fitted, at_test)
        yield LinearProbe(
            sites,
            fitted,
            (said == right[:, None]).mean(0),
            np.array([(_said(control, at_test) == right[:, None]).mean(0) for control in controls]).reshape(
                shuffles, len(sites)
            ),
            float((final == right).mean()),
            (first_known(said, final)[:, None] <= np.arange(len(sites))).mean(0),
            done,
            grid,
        )


def known_from(network: nn.Module, probe: LinearProbe, images: Tensor) -> Known:
    """What ``probe`` says of ``images`` float [N, C, H, W] after each site of its network."""
    features, final = _features(network, images, probe.grid)
    said = _said(probe.classifiers, features)
    return Known(said, final, first_known(said, final))


def first_known(said: Labels, final: Labels) -> npt.NDArray[np.int64]:
    """From which column of ``said`` [N, sites] on it says ``final`` [N]; the number of sites for never."""
    agrees = said == final[:, None]
    lasting = np.logical_and.accumulate(agrees[:, ::-1], axis=1).sum(1)
    first: npt.NDArray[np.int64] = said.shape[1] - lasting
    return first


def _said(classifiers: tuple[Classifier, ...], features: list[Doubles]) -> Labels:
    return np.stack(
        [one.predict(at_site) for one, at_site in zip(classifiers, features, strict=True)], axis=1
    )


def _sites(network: nn.Module) -> tuple[str, ...]:
    taps: tuple[Tap, ...] = getattr(network, "taps", ())
    for kind in ("block", "stage"):
        found = tuple(tap.name for tap in taps if tap.kind == kind)
        if found:
            return (BEFORE_BLOCKS, *found)
    raise InvalidSetting(
        "no_sites", N_("This network has neither blocks nor stages after which one could look.")
    )


def _features(network: nn.Module, images: Tensor, grid: int) -> tuple[list[Doubles], Labels]:
    """Averaged channels at each site, float64 [N, channels · grid²], and the network's classes [N]."""
    parts: list[list[Tensor]] = []
    final = []
    for some in images.split(_IMAGES_AT_ONCE):
        kept: list[Tensor] = []
        with evaluating(network), torch.no_grad(), _pooled(network, kept, grid):
            final.append(network(some).argmax(1))
        parts.append(kept)
    return [torch.cat(at_site).double().numpy() for at_site in zip(*parts, strict=True)], _numpy(
        torch.cat(final)
    )


@contextmanager
def _pooled(network: nn.Module, kept: list[Tensor], grid: int) -> Iterator[None]:
    """Keep the averaged maps at each site, in their order."""

    def keep(maps: Tensor) -> None:
        kept.append(nn.functional.adaptive_avg_pool2d(maps, grid).flatten(1).cpu())

    def entering(_module: Any, inputs: tuple[Tensor, ...]) -> None:
        keep(inputs[0])

    def leaving(_module: Any, _inputs: Any, output: Tensor) -> None:
        keep(output)

    _, *blocks = _sites(network)
    hooks: list[Any] = []
    try:
        hooks.append(network.get_submodule(blocks[0]).register_forward_pre_hook(entering))
        hooks += [network.get_submodule(name).register_forward_hook(leaving) for name in blocks]
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _numpy(labels: Tensor) -> Labels:
    result: Labels = labels.cpu().numpy()
    return result
