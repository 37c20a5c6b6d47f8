"""ResNeXt, DenseNet, VGG and AlexNet are those of their papers: counts, and torchvision's numbers."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models import alexnet
from torchvision.models.densenet import _DenseBlock, _Transition
from torchvision.models.resnet import Bottleneck
from torchvision.models.vgg import cfgs, make_layers

from resnet_viz.attribution.attribute import attribute
from resnet_viz.inspection.import_file import load_weights
from resnet_viz.networks.describe import describe
from resnet_viz.networks.families import ROLES, network_type
from resnet_viz.networks.registry import build
from resnet_viz.specs import DataShape, NetworkSpec, RunSpec
from resnet_viz.training.checkpoint import Checkpoint, write_checkpoint
from tests.networks.shapes import CIFAR, images

PUBLISHED: list[tuple[str, int, dict[str, Any], int]] = [
    ("vgg", 16, {"width": 64}, 14_728_266 - 4_224),  # without a bias for each of the 4,224 channels
    ("alexnet", 8, {"width": 64, "norm": "none"}, 2_472_266),
    ("densenet", 40, {}, 1_019_722),
    ("densenet-bc", 100, {}, 769_162),
    ("densenet-bc", 190, {"growth": 40}, 25_624_430),
    ("resnext", 29, {"width": 64, "base_width": 64}, 34_426_698),
    ("resnext", 29, {"width": 64, "base_width": 64, "cardinality": 2}, 9_130_314),
]


@pytest.mark.parametrize(("family", "depth", "fields", "parameters"), PUBLISHED)
def test_networks_of_the_papers_have_their_parameters(
    family: str, depth: int, fields: dict[str, Any], parameters: int
) -> None:
    spec = NetworkSpec(family=family, depth=depth, **fields)
    assert describe(spec, CIFAR).parameters == parameters


def small(role: str) -> NetworkSpec:
    kind = network_type(role)
    base = NetworkSpec(width=4)
    return kind.network(base, kind.depths(base).nearest(13))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("px", [14, 32, 64])
def test_multiply_adds_are_half_of_the_operations_that_pytorch_counts(role: str, px: int) -> None:
    shape = DataShape(channels=3, px=px, classes=10)
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        build(small(role), shape, 0).eval()(images(shape, 1))
    assert 2 * describe(small(role), shape).multiply_adds == counter.get_total_flops()


@pytest.mark.parametrize("depth", [11, 13, 16, 19])
def test_vgg_is_torchvisions_with_one_linear_layer(depth: int) -> None:
    """Weights taken over one after the other, logits are the same; at 32 px all five poolings are even."""
    ours = build(NetworkSpec(family="vgg", depth=depth, width=64, norm="none"), CIFAR, 0)
    configuration = {11: "A", 13: "B", 16: "D", 19: "E"}[depth]
    theirs = nn.Sequential(
        make_layers(cfgs[configuration], batch_norm=False), nn.Flatten(), nn.Linear(512, 10)
    )
    assert_same(ours, theirs, images(CIFAR, 2))


def test_alexnet_has_the_layers_of_torchvision() -> None:
    with torch.device("meta"):
        features = alexnet().features
    ours = build(NetworkSpec(family="alexnet", depth=8, width=64, norm="none"), CIFAR, 0)
    shapes = [tuple(value.shape) for name, value in ours.named_parameters() if "head" not in name]
    assert shapes == [tuple(value.shape) for value in features.parameters()]


def test_a_block_of_resnext_is_torchvisions() -> None:
    """Width 16 instead of 64: torchvision takes base widths in 64ths."""
    spec = NetworkSpec(family="resnext", depth=11, width=16, cardinality=4, base_width=3)
    network = build(spec, CIFAR, 0).eval()
    down = nn.Sequential(nn.Conv2d(64, 128, 1, 2, bias=False), nn.BatchNorm2d(128))
    theirs = Bottleneck(64, 32, 2, down, groups=4, base_width=12)
    assert_same(network.get_submodule("stage2.block1"), theirs, torch.randn(2, 64, 8, 8))


def test_blocks_and_transitions_of_densenet_are_torchvisions() -> None:
    spec = NetworkSpec(family="densenet-bc", depth=22, growth=6)
    network = build(spec, CIFAR, 0).eval()
    first = _DenseBlock(num_layers=3, num_input_features=12, bn_size=4, growth_rate=6, drop_rate=0)
    second = _DenseBlock(num_layers=3, num_input_features=15, bn_size=4, growth_rate=6, drop_rate=0)
    x = torch.randn(2, 12, 8, 8)
    assert_same(network.get_submodule("stage1"), first, x)
    assert_same(
        network.get_submodule("stage2"), nn.Sequential(_Transition(30, 15), second), torch.randn(2, 30, 8, 8)
    )


def assert_same(ours: nn.Module, theirs: nn.Module, x: Tensor) -> None:
    """With the same weights, in their order, both put out the same."""
    generator = torch.Generator().manual_seed(1)
    state = {
        name: value if value.dtype == torch.int64 else torch.rand(value.shape, generator=generator) * 0.2
        for name, value in ours.state_dict().items()
    }
    ours.load_state_dict(state)
    theirs.load_state_dict(dict(zip(theirs.state_dict(), state.values(), strict=True)))
    with torch.no_grad():
        torch.testing.assert_close(ours.eval()(x), theirs.eval()(x))


@pytest.mark.parametrize("role", ROLES)
def test_a_checkpoint_of_every_family_is_imported_as_the_same_network(role: str, tmp_path: Path) -> None:
    run = RunSpec(network=small(role))
    shape = DataShape(channels=1, px=14, classes=10)
    network = build(run.network, shape, 3).eval()
    path = tmp_path / "model.safetensors"
    write_checkpoint(path, Checkpoint(run, 5, network.state_dict(), (0.3,), (0.2,)))
    taken = load_weights(path)
    assert (taken.spec, taken.step) == (run, 5)
    torch.testing.assert_close(taken.network(images(shape)), network(images(shape)), rtol=0, atol=0)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("px", [14, 32])
def test_grad_cam_works_at_the_last_convolution(role: str, px: int) -> None:
    """α_k = mean over space of ∂y/∂A^k, map = Σ α_k A^k before its ReLU (Selvaraju et al. 2017)."""
    shape = DataShape(channels=1, px=px, classes=10)
    network = build(small(role), shape, 2).eval()
    tap = [tap.name for tap in network.taps if tap.kind == "conv"][-1]
    pictures, targets = images(shape, 2), torch.tensor([1, 7])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = attribute(network, pictures, targets, "gradcam", tap)
    expected = grad_cam(network, pictures, targets, tap)
    torch.testing.assert_close(torch.from_numpy(found.values), expected, rtol=1e-4, atol=1e-6)


def grad_cam(network: nn.Module, pictures: Tensor, targets: Tensor, tap: str) -> Tensor:
    kept: list[Tensor] = []
    keep: Callable[..., None] = lambda _module, _inputs, output: kept.append(output)  # noqa: E731
    hook = network.get_submodule(tap).register_forward_hook(keep)
    scores = network(pictures)[torch.arange(len(pictures)), targets].sum()
    hook.remove()
    (gradient,) = torch.autograd.grad(scores, kept[0])
    return (gradient.mean((2, 3), keepdim=True) * kept[0]).sum(1).detach()
