"""An image's way through two blocks and the gradient's way back, against networks written out by hand."""

from copy import deepcopy
from typing import Literal

import numpy as np
import pytest
import torch
from torch import Tensor

from resnet_viz.errors import InvalidSetting
from resnet_viz.networks.residual import Block, ResidualNetwork
from resnet_viz.probes.walk import Doubles, Walk, walk
from resnet_viz.specs import NetworkSpec
from tests.networks.blockless import Blockless
from tests.networks.residuals import build_residual
from tests.networks.shapes import SMALL, images

TARGET = 3
KINDS = {
    "residual": NetworkSpec(depth=14, width=4),
    "plain": NetworkSpec(depth=14, width=4, shortcut="none"),
    "preactivation": NetworkSpec(depth=14, width=4, block="preactivation"),
    "half branch": NetworkSpec(depth=14, width=4, branch_scale=0.5),
    "no norm": NetworkSpec(depth=14, width=4, norm="none", init="pytorch"),
}
every_kind = pytest.mark.parametrize("spec", KINDS.values(), ids=KINDS)
Cut = Literal["", "skip", "branch"]


def network_of(spec: NetworkSpec) -> ResidualNetwork:
    """As training would leave it: running statistics of BatchNorm are none that it was built with."""
    network = build_residual(spec, SMALL, 5)
    with torch.no_grad():
        network.train()(images(SMALL, 16))
    return network.eval()


def logit_from(network: ResidualNetwork, x: Tensor, start: int, cut: Cut = "") -> Tensor:
    """Of `TARGET`, from the input of block ``start`` of the first stage on, in the words of the paper.

    ``cut``: which of the two paths of that block passes no gradient.
    """
    blocks = [block for stage in network.stages() for block in stage]
    for number, block in enumerate(blocks[start:], start=start):
        assert isinstance(block, Block)
        cut_here = cut if number == start else ""
        branch = block.branch(x.detach() if cut_here == "branch" else x) * block.branch_scale
        if block.shortcut is None:
            y = branch
        else:
            y = branch + block.shortcut(x.detach() if cut_here == "skip" else x)
        x = y if block.preactivation else y.relu()
    x = network.last_relu(network.last_norm(x))
    return network.head(x.mean((2, 3)))[0, TARGET]  # type: ignore[no-any-return]


def gradient_from(network: ResidualNetwork, x: Doubles, start: int, cut: Cut = "") -> Doubles:
    at = torch.tensor(x)[None].requires_grad_()
    (found,) = torch.autograd.grad(logit_from(network, at, start, cut), at, allow_unused=True)
    return np.zeros_like(x) if found is None else found[0].numpy()


def walked(spec: NetworkSpec) -> tuple[ResidualNetwork, Walk]:
    """The network in double precision, and the walk through it as it is."""
    network = network_of(spec)
    return deepcopy(network).double(), walk(network, images(SMALL)[0], TARGET)


@every_kind
def test_each_term_of_the_gradient_is_that_of_the_network_with_the_other_path_cut(spec: NetworkSpec) -> None:
    network, found = walked(spec)
    for number, block in enumerate(found.blocks):
        expected = gradient_from(network, block.input, number)
        assert np.linalg.norm(expected) > 0
        np.testing.assert_allclose(block.input_gradient, expected, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(
            block.from_branch, gradient_from(network, block.input, number, "skip"), rtol=1e-9, atol=1e-12
        )
        past = gradient_from(network, block.input, number, "branch")
        np.testing.assert_allclose(block.from_skip, past, rtol=1e-9, atol=1e-12)


@every_kind
def test_both_terms_sum_to_the_gradient_of_the_whole_network(spec: NetworkSpec) -> None:
    _network, found = walked(spec)
    for block in found.blocks:
        whole = block.from_skip + block.from_branch
        np.testing.assert_allclose(whole, block.input_gradient, rtol=0, atol=1e-14)


@every_kind
def test_gradients_are_what_a_small_change_does_to_the_logit(spec: NetworkSpec) -> None:
    network, found = walked(spec)
    generator = np.random.default_rng(1)
    for number, block in enumerate(found.blocks):
        for _again in range(5):
            place = tuple(generator.integers(0, block.input.shape))
            logits = []
            for by in (1e-6, -1e-6):
                moved = block.input.copy()
                moved[place] += by
                logits.append(logit_from(network, torch.tensor(moved)[None], number).item())
            assert (logits[0] - logits[1]) / 2e-6 == pytest.approx(block.input_gradient[place], abs=1e-7)
    assert found.difference == pytest.approx(found.gradient, rel=1e-5)
    assert abs(found.gradient) == np.abs(found.blocks[0].input_gradient).max()


@every_kind
def test_a_block_adds_what_its_paths_bring_and_hands_it_to_the_next(spec: NetworkSpec) -> None:
    network, found = walked(spec)
    first, second = found.blocks
    assert (first.name, second.name, found.further) == ("stage1.block1", "stage1.block2", 4)
    np.testing.assert_array_equal(second.input, first.output)
    np.testing.assert_array_equal(second.input_gradient, first.output_gradient)
    for block in found.blocks:
        np.testing.assert_allclose(block.sum, block.branch + block.skip, rtol=1e-12, atol=1e-14)
        assert block.has_skip == (spec.shortcut != "none")
        np.testing.assert_array_equal(
            block.skip, block.input if block.has_skip else np.zeros_like(block.input)
        )
        np.testing.assert_array_equal(
            block.output, np.maximum(block.sum, 0) if block.rectifies else block.sum
        )
        # An unchanged copy comes back over the skip connection: the 1 in 1 + ∂F/∂x.
        if block.has_skip:
            np.testing.assert_array_equal(block.from_skip, block.sum_gradient)
    logits = network(images(SMALL)[:1].double())[0].detach().numpy()
    np.testing.assert_allclose(found.logits, logits, rtol=1e-10)


def test_the_network_stays_as_it_was() -> None:
    network = network_of(KINDS["residual"]).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    walk(network, images(SMALL)[0], TARGET)
    assert network.training
    assert all(not module._forward_hooks and not module._forward_pre_hooks for module in network.modules())
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name])
        assert value.dtype == before[name].dtype


def test_other_blocks_may_be_asked_for() -> None:
    found = walk(network_of(KINDS["residual"]), images(SMALL)[0], TARGET, ["stage2.block1", "stage3.block2"])
    assert [block.name for block in found.blocks] == ["stage2.block1", "stage3.block2"]
    assert (found.blocks[0].input.shape, found.blocks[0].output.shape) == ((4, 8, 8), (8, 4, 4))
    assert found.further == 0


@pytest.mark.parametrize(
    ("target", "names", "code"),
    [(10, [], "no_such_class"), (-1, [], "no_such_class"), (0, ["stem"], "tap_not_block")],
)
def test_what_there_is_not_is_refused(target: int, names: list[str], code: str) -> None:
    with pytest.raises(InvalidSetting) as refusal:
        walk(network_of(KINDS["residual"]), images(SMALL)[0], target, names)
    assert refusal.value.code == code


def test_a_network_without_blocks_is_refused() -> None:
    with pytest.raises(InvalidSetting) as refusal:
        walk(Blockless(SMALL), images(SMALL)[0], 0)
    assert refusal.value.code == "no_blocks"
