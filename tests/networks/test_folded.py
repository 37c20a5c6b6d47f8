"""A folded network is a plain one and says what the residual one says."""

from typing import Any

import pytest
import torch
from torch import nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.networks.folded import folded, without_norms
from resnet_viz.networks.registry import build
from resnet_viz.networks.residual import PaddedSubsample
from resnet_viz.specs import NetworkSpec
from tests.networks.as_if_trained import as_if_trained
from tests.networks.residuals import build_residual
from tests.networks.shapes import CIFAR, SMALL, images

SPEC = NetworkSpec(depth=14, width=4)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"depth": 32, "width": 8},
        {"shortcut": "projection"},
        {"shortcut": "all-projection"},
        {"block": "bottleneck", "depth": 20},
        {"block": "bottleneck", "depth": 20, "shortcut": "projection"},
        {"skip_span": 1},
        {"skip_span": 3, "depth": 20},
        {"norm": "none", "branch_scale": 0.3},
        {"norm": "none", "learned_scale": True},
        {"shortcut_scale": 0.5, "branch_scale": 0.5},
        {"shortcut_scale": 0.5, "shortcut": "projection"},
        {"survival": 0.5},
        {"shortcut_dropout": 0.5},
    ],
)
def test_the_plain_network_gives_the_same_logits(fields: dict[str, Any]) -> None:
    network = as_if_trained(build_residual(SPEC.but(**fields), SMALL, 0)).double()
    batch = images(SMALL).double()
    with torch.no_grad():
        expected = network(batch)
        torch.testing.assert_close(folded(network)(batch), expected, rtol=1e-10, atol=1e-10)
        torch.testing.assert_close(without_norms(network)(batch), expected, rtol=1e-10, atol=1e-10)
        in_single = folded(network.float())(batch.float())
    torch.testing.assert_close(
        in_single, expected.float(), rtol=1e-4, atol=1e-5 * expected.abs().max().item()
    )


def test_odd_maps_lose_the_same_pixels() -> None:
    """Of 7 pixels, every second: 4, the last among them."""
    network = as_if_trained(build_residual(SPEC, SMALL, 0)).double()
    batch = torch.randn(2, 3, 7, 7, generator=torch.Generator().manual_seed(0)).double()
    with torch.no_grad():
        torch.testing.assert_close(folded(network)(batch), network(batch))


def test_it_is_a_chain_without_norms_or_additions() -> None:
    plain = folded(as_if_trained(build_residual(SPEC, SMALL, 0)))
    *body, pool, flatten, head = plain
    kinds = [type(module) for module in body]
    assert kinds == [nn.Conv2d, nn.ReLU] * 13
    assert [type(module) for module in (pool, flatten, head)] == [nn.AdaptiveAvgPool2d, nn.Flatten, nn.Linear]
    assert not any(isinstance(module, PaddedSubsample | nn.BatchNorm2d) for module in plain.modules())


def test_parameters_are_those_of_the_widened_layers_counted_by_hand() -> None:
    """A block of w → w channels: 2w·9·w and w·9·2w weights with 3w shifts; stage starts from w to 2w."""
    plain = folded(build_residual(NetworkSpec(depth=20, width=16), CIFAR, 0))
    expected = 3 * 16 * 9 + 16
    for before, width in ((16, 16), (16, 32), (32, 64)):
        for x in (before, width, width):
            expected += x * (width + x) * 9 + width + x
            expected += (width + x) * width * 9 + width
    expected += 64 * 10 + 10
    assert sum(parameter.numel() for parameter in plain.parameters()) == expected


def test_the_network_itself_stays_as_it_was() -> None:
    network = as_if_trained(build_residual(SPEC, SMALL, 0)).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    plain = folded(network)
    with torch.no_grad():
        for parameter in plain.parameters():
            parameter.zero_()
    assert network.training
    assert list(network.state_dict()) == list(before)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


@pytest.mark.parametrize(
    "fields",
    [
        {"shortcut": "none"},
        {"block": "preactivation"},
        {"norm": "group"},
        {"gate": "exclusive"},
        {"family": "resnext", "depth": 29},
        {"family": "vgg", "depth": 11},
    ],
)
def test_other_networks_are_refused(fields: dict[str, Any]) -> None:
    network = build(NetworkSpec.checked(**({"depth": 14} | fields)), CIFAR, 0)
    with pytest.raises(InvalidSetting) as refusal:
        folded(network)
    assert refusal.value.code == "not_foldable"
