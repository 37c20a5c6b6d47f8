"""Blocks left out: against networks whose answer is known."""

import pytest
import torch

from resnet_viz.errors import InvalidSetting
from resnet_viz.networks.registry import build
from resnet_viz.networks.residual import ResidualNetwork
from resnet_viz.probes.lesion import error_of, lesions, removable_blocks, without
from resnet_viz.specs import DataShape, NetworkSpec

SHAPE = DataShape(channels=1, px=8, classes=10)


def network_of(depth: int, shortcut: str = "identity") -> ResidualNetwork:
    built = build(NetworkSpec.checked(depth=depth, width=4, shortcut=shortcut), SHAPE, 0)
    assert isinstance(built, ResidualNetwork)
    return built.eval()


def test_a_block_that_adds_nothing_can_be_left_out_without_a_trace() -> None:
    network = network_of(20)
    silent = removable_blocks(network)[2]
    torch.nn.init.zeros_(network.get_submodule(silent).get_parameter("norm2.weight"))
    images = torch.randn(6, 1, 8, 8)
    before = network(images)
    with without(network, [silent]):
        assert torch.equal(network(images), before)
    with without(network, removable_blocks(network)[:1]):
        assert not torch.allclose(network(images), before)
    assert torch.equal(network(images), before)  # and it is whole again


def test_without_all_removable_blocks_the_network_is_the_shallowest_of_its_weights() -> None:
    network, shallow = network_of(20), network_of(8)
    shallow.load_state_dict(network.state_dict(), strict=False)
    images = torch.randn(4, 1, 8, 8)
    with without(network, removable_blocks(network)):
        torch.testing.assert_close(network(images), shallow(images))


@pytest.mark.parametrize("shortcut", ["identity", "none"])
def test_the_first_block_of_a_stage_stays(shortcut: str) -> None:
    found = removable_blocks(network_of(20, shortcut))
    assert found == tuple(f"stage{stage}.block{block}" for stage in (1, 2, 3) for block in (2, 3))
    with pytest.raises(InvalidSetting, match="No block of this network"):
        removable_blocks(network_of(8, shortcut))


def test_the_network_is_whole_again_after_a_fault_within() -> None:
    network = network_of(14)
    images = torch.randn(2, 1, 8, 8)
    before = network(images)
    with pytest.raises(RuntimeError), without(network, removable_blocks(network)):
        raise RuntimeError
    assert torch.equal(network(images), before)


def test_every_error_is_that_of_the_network_without_the_block() -> None:
    network = network_of(14)
    images, labels = torch.randn(50, 1, 8, 8), torch.randint(10, (50,))
    for block, error in lesions(network, images, labels):
        with without(network, [block]), torch.no_grad():
            assert error == pytest.approx((network(images).argmax(1) != labels).double().mean().item())
    assert error_of(network, images, network(images).argmax(1)) == 0


@pytest.mark.parametrize(("family", "depth"), [("densenet", 16), ("vgg", 11)])
def test_networks_of_other_families_have_no_block_to_leave_out(family: str, depth: int) -> None:
    with pytest.raises(InvalidSetting, match="No block of this network"):
        removable_blocks(build(NetworkSpec.checked(family=family, depth=depth), SHAPE, 0))
