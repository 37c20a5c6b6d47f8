"""Scales of the residual branch and the span of its skip connection; defaults change nothing."""

from typing import Any

import pytest
import torch
from torch import nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.networks.describe import describe
from resnet_viz.networks.families import network_type
from resnet_viz.networks.registry import build
from resnet_viz.networks.residual import Block
from resnet_viz.specs import Block as BlockName
from resnet_viz.specs import NetworkSpec, choices
from tests.networks.residuals import build_residual
from tests.networks.shapes import CIFAR, SMALL, images


def test_defaults_are_not_written_so_that_digests_of_older_runs_stay() -> None:
    """That of the default network as the version before these fields wrote it."""
    assert NetworkSpec().to_json() == (
        '{"block":"basic","depth":32,"family":"resnet","init":"he","norm":"batch",'
        '"shortcut":"identity","width":16}'
    )
    assert NetworkSpec().digest() == "4619a5d34d60a336"
    assert '"branch_scale":0.5' in NetworkSpec(branch_scale=0.5).to_json()
    assert NetworkSpec.from_json(NetworkSpec(skip_span=3, depth=20).to_json()).skip_span == 3


@pytest.mark.parametrize("shortcut", ["identity", "none"])
@pytest.mark.parametrize("block", choices(BlockName))
def test_a_fixed_scale_multiplies_the_branch(block: BlockName, shortcut: Any) -> None:
    depth = 11 if "bottleneck" in block else 8
    base = NetworkSpec(depth=depth, width=4, block=block, shortcut=shortcut)
    scaled = build_residual(base.but(branch_scale=0.3), SMALL, 1)
    unit, plain = (
        network.get_submodule("stage2.block1") for network in (scaled, build_residual(base, SMALL, 1))
    )
    assert isinstance(unit, Block)
    assert isinstance(plain, Block)
    x = torch.randn(2, 16 if "bottleneck" in block else 4, 8, 8)
    branch = plain.branch(x)
    skipped = plain.add(torch.zeros_like(branch), x)
    torch.testing.assert_close(unit(x), plain.relu(0.3 * branch + skipped))


@pytest.mark.parametrize("norm", ["batch", "none"])
def test_a_learned_scale_starts_every_block_as_its_shortcut_and_learns(norm: Any) -> None:
    """SkipInit, ReZero: one number a block, from 0; the gradient reaches it first, then the branch."""
    spec = NetworkSpec(depth=8, width=4, norm=norm, learned_scale=True)
    network = build_residual(spec, SMALL, 1)
    assert describe(spec, CIFAR).parameters == describe(spec.but(learned_scale=False), CIFAR).parameters + 3
    unit = network.get_submodule("stage1.block1")
    x = torch.randn(2, 4, 8, 8).relu()
    torch.testing.assert_close(unit(x), x)
    optimizer = torch.optim.SGD(network.parameters(), 0.1)
    weight = network.get_parameter("stage1.block1.conv1.weight")
    for step in range(2):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(images(SMALL)), torch.arange(4)).backward()
        scales = [p.grad for name, p in network.named_parameters() if ".scale." in name]
        assert [scale is not None and float(scale.abs()) > 0 for scale in scales] == [True] * 3
        assert weight.grad is not None
        assert bool(weight.grad.abs().sum() > 0) is (step > 0)
        optimizer.step()


@pytest.mark.parametrize("block", ["basic", "preactivation"])
@pytest.mark.parametrize("span", [1, 2, 3])
def test_a_skip_connection_spans_as_many_convolutions_as_asked(span: int, block: str) -> None:
    kind = network_type(f"residual+{block}+skip_span={span}")
    assert kind.depths(NetworkSpec()).rule == f"{3 * span}n+2"
    network = build(kind.network(NetworkSpec(width=4), 20), SMALL, 0)
    blocks = [module for module in network.modules() if isinstance(module, Block)]
    assert len(blocks) == 18 // span
    assert {sum(isinstance(m, nn.Conv2d) for m in one.modules()) for one in blocks} == {span}


def test_the_span_alone_changes_no_parameter_of_a_network() -> None:
    """Option A has none, and the layers of depth 20 are the same whatever spans them."""
    counts = {describe(NetworkSpec(depth=20, skip_span=span), CIFAR).parameters for span in (1, 2, 3)}
    assert counts == {269_722}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"shortcut": "none", "learned_scale": True}, "scale_needs_shortcut"),
        ({"learned_scale": True, "branch_scale": 0.5}, "scale_twice"),
        ({"learned_scale": True, "init": "zero-last-norm"}, "zero_twice"),
        ({"block": "bottleneck", "depth": 29, "skip_span": 3}, "span_needs_basic_block"),
        ({"skip_span": 4}, "less_than_equal"),
        ({"skip_span": 3}, "illegal_depth"),
    ],
)
def test_what_contradicts_itself_is_refused(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        NetworkSpec.checked(**fields)
    assert refused.value.code == code
