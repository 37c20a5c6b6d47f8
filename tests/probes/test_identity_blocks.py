"""A plain network made deeper by identity blocks: the same logits, and what noise on them does."""

import pytest
import torch
from torch import Tensor, nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.networks.residual import Block, ResidualNetwork
from resnet_viz.probes.identity_blocks import compare_logits, lengthened, noisy, noisy_errors
from resnet_viz.specs import NetworkSpec
from tests.networks.blockless import Blockless
from tests.networks.residuals import build_residual
from tests.networks.shapes import GREY, SMALL, images
from tests.probes.untouched import untouched


def shallow(norm: str = "batch", seed: int = 0, shortcut: str = "none", **more: str) -> ResidualNetwork:
    """A network of depth 14, by default a plain one, with statistics of its own, as after a training."""
    spec = NetworkSpec.checked(depth=14, width=8, shortcut=shortcut, norm=norm, **more)
    network = build_residual(spec, GREY, seed)
    with torch.no_grad():
        for _ in range(20):
            network.train()(images(GREY, 32))
    return network.eval()


@pytest.mark.parametrize("norm", ["batch", "none"])
@pytest.mark.parametrize("depth", [20, 56])
def test_the_longer_network_has_the_same_logits(norm: str, depth: int) -> None:
    network = shallow(norm)
    long = lengthened(network, depth, images(GREY, 32))
    assert long.network.spec.depth == depth
    assert len(long.added) == (depth - 14) // 2
    assert compare_logits(network, long.network, images(GREY, 8)).difference < 1e-5
    # In double precision nothing but rounding is left of it.
    both = network.double(), lengthened(network.double(), depth, images(GREY, 32).double()).network.double()
    assert compare_logits(*both, images(GREY, 8).double()).difference < 1e-12


def test_each_added_block_hands_on_what_it_gets() -> None:
    long = lengthened(shallow(), 20, images(GREY, 32))
    x = images(GREY, 4)[:, :1].abs().expand(4, 8, 8, 8)
    block = long.network.get_submodule(long.added[0])
    with torch.no_grad():
        torch.testing.assert_close(block(x), x, rtol=1e-5, atol=1e-5)


def test_without_noise_the_error_is_that_of_the_shallow_network_and_much_of_it_ruins_it() -> None:
    network = shallow()
    with torch.no_grad():
        labels = network(images(GREY, 64)).argmax(1)  # what it says is right, so that its error is 0
    long = lengthened(network, 56, images(GREY, 32))
    none, little, much = noisy_errors(long, images(GREY, 32), (images(GREY, 64), labels), (0, 1e-4, 1), 0)
    assert none == 0
    assert little < 0.05
    assert much > 0.1


def test_noise_is_in_units_of_the_initial_weights_and_only_on_what_was_added() -> None:
    long = lengthened(shallow(), 20, images(GREY, 32))
    before = long.network.state_dict()
    with untouched(long.network):
        changed = noisy(long, images(GREY, 32), 0.5, 0).state_dict()
    names = {name for name, value in changed.items() if not torch.equal(value, before[name])}
    assert all(any(name.startswith(f"{block}.") for block in long.added) for name in names)
    name = f"{long.added[-1]}.conv2.weight"
    noise: Tensor = changed[name] - before[name]
    he = (2 / noise[0].numel()) ** 0.5
    assert float(noise.std()) == pytest.approx(0.5 * he, rel=0.05)


@pytest.mark.parametrize("init", ["he", "pytorch"])
@pytest.mark.parametrize("norm", ["batch", "none"])
def test_a_residual_network_is_as_it_was_and_its_branches_come_in_as_they_are_scaled(
    norm: str, init: str
) -> None:
    """With noise 1 an added block is one at its random start: ReLU(x + F(x))."""
    network = shallow(norm, shortcut="identity", init=init)
    long = lengthened(network, 20, images(GREY, 32))
    assert compare_logits(network, long.network, images(GREY, 8)).difference < 1e-5
    assert compare_logits(network, noisy(long, images(GREY, 32), 0, 1), images(GREY, 8)).difference < 1e-5
    start, half = (noisy(long, images(GREY, 32), size, 1) for size in (1.0, 0.5))
    one, other = (net.get_submodule(long.added[0]) for net in (start, half))
    assert isinstance(one, Block)
    assert isinstance(other, Block)
    x = images(GREY, 4)[:, :1].abs().expand(4, 8, 8, 8)
    with torch.no_grad():
        torch.testing.assert_close(other.branch(x), 0.5 * one.branch(x), rtol=1e-4, atol=1e-5)
    weight = one.get_parameter("conv1.weight")
    assert float(weight.std()) == pytest.approx((2 / weight[0].numel()) ** 0.5, rel=0.1)


@pytest.mark.parametrize(
    "spec",
    [
        NetworkSpec(depth=14, width=4, shortcut="all-projection"),
        NetworkSpec(depth=14, width=4, shortcut_scale=0.5),
        NetworkSpec(depth=14, width=8, shortcut="none", norm="group"),
        NetworkSpec(depth=14, width=4, shortcut="none", block="preactivation"),
        NetworkSpec(depth=20, width=4, shortcut="none", block="bottleneck"),
    ],
)
def test_networks_in_which_no_block_can_be_the_identity_are_refused(spec: NetworkSpec) -> None:
    with pytest.raises(InvalidSetting, match="residual networks of basic blocks"):
        lengthened(build_residual(spec, GREY, 0), 56, images(GREY))


def test_so_are_networks_without_blocks_and_ones_that_are_deep_enough() -> None:
    with pytest.raises(InvalidSetting, match="residual networks of basic blocks"):
        lengthened(Blockless(SMALL), 56, images(SMALL))
    with pytest.raises(InvalidSetting, match="depth 14 already"):
        lengthened(shallow(), 14, images(GREY))


def test_the_shallow_network_stays_as_it_was() -> None:
    network = shallow()
    with untouched(network):
        long = lengthened(network, 20, images(GREY, 32))
        list(noisy_errors(long, images(GREY, 32), (images(GREY), torch.arange(4)), (0.1,), 0))
    assert isinstance(long.network, nn.Module)
