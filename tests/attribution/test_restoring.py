"""After a map, an error or a cancellation the network is as it was."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from resnet_viz.attribution.attribute import attribute
from resnet_viz.attribution.methods import METHODS, AttributionOptions
from resnet_viz.attribution.restoring import Cancelled
from resnet_viz.networks.residual import ResidualNetwork
from tests.attribution.networks import batch, lively, small

FEW = AttributionOptions(most_steps=4, steps=4, samples=3, window=0.5, stride=1)
SPEC = small()


def unusual() -> ResidualNetwork:
    """Partly training, partly frozen, with a hook and a gradient of its owner."""
    network = lively(SPEC).train()
    network.stage2.eval()
    network.stem.weight.requires_grad_(False)
    network.head.weight.grad = torch.ones_like(network.head.weight)
    network.pool.register_forward_hook(lambda module, inputs, output: None)
    return network


def state(network: nn.Module) -> list[Any]:
    """All that could be left behind: modes, flags, hooks, attributes and values."""

    def of(module: nn.Module) -> Iterator[Any]:
        yield module.training
        yield sorted(vars(module))
        for name, value in sorted(vars(module).items()):
            if name.endswith("_hooks"):
                yield name, list(value.values())

    parameters = [
        (p.requires_grad, None if p.grad is None else p.grad.tolist()) for p in network.parameters()
    ]
    values = [value.tolist() for value in network.state_dict().values()]
    return [*(list(of(module)) for module in network.modules()), parameters, values]


@pytest.mark.parametrize("method", METHODS)
def test_after_success(method: str) -> None:
    network = unusual()
    before = state(network)
    images, targets = batch(2)
    kept = images.clone()
    attribute(network, images, targets, method, "stage2.block1", FEW)
    assert state(network) == before
    assert torch.equal(images, kept)
    assert not images.requires_grad


@pytest.mark.parametrize("method", METHODS)
def test_after_an_error_deep_inside(method: str) -> None:
    network = unusual()

    def fail(module: nn.Module, inputs: object, output: Tensor) -> None:
        raise RuntimeError("deep inside")

    hook = network.pool.register_forward_hook(fail)
    before = state(network)
    with pytest.raises(RuntimeError, match="deep inside"):
        attribute(network, *batch(2), method, "stage2.block1", FEW)
    assert state(network) == before
    hook.remove()


@pytest.mark.parametrize("method", METHODS)
def test_after_an_error_on_the_way_back(method: str) -> None:
    network = unusual()

    def fail(gradient: Tensor) -> None:
        raise RuntimeError("on the way back")

    def arm(module: nn.Module, inputs: object, output: Tensor) -> None:
        if output.requires_grad:
            output.register_hook(fail)

    hook = network.stage3.register_forward_hook(arm)
    before = state(network)
    if METHODS[method].passes(FEW, 8).backward:
        with pytest.raises(RuntimeError, match="on the way back"):
            attribute(network, *batch(2), method, "stage2.block1", FEW)
    else:
        attribute(network, *batch(2), method, "stage2.block1", FEW)
    assert state(network) == before
    hook.remove()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("asks", [1, 2, 3])
def test_after_a_cancellation(method: str, asks: int) -> None:
    """Refused at the first, second or third time it asks: before, within and after a batch."""
    network = unusual()
    before = state(network)
    left = asks

    def cancelled() -> bool:
        nonlocal left
        left -= 1
        return left == 0

    ready: list[int] = []
    with pytest.raises(Cancelled):
        attribute(
            network,
            *batch(3),
            method,
            "stage2.block1",
            FEW,
            cancelled=cancelled,
            on_progress=ready.append,
            rows=1,
        )
    assert state(network) == before
    assert len(ready) < 3


def test_progress_counts_maps() -> None:
    ready: list[int] = []
    attribute(lively(SPEC), *batch(5), "saliency", on_progress=ready.append, rows=2)
    assert ready == [2, 4, 5]
