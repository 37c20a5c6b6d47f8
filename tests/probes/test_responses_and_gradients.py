"""Responses and block gradients against double precision, and nothing left behind."""

import pytest
import torch
from torch import Tensor, nn

from resnet_viz.networks.residual import Block
from resnet_viz.probes.responses_and_gradients import measure_flow
from resnet_viz.specs import DataShape, NetworkSpec, Shortcut, choices
from tests.networks.blockless import Blockless
from tests.networks.residuals import build_residual
from tests.networks.shapes import SMALL


def batch(shape: DataShape = SMALL) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(3)
    images = torch.randn(12, shape.channels, shape.px, shape.px, generator=generator)
    return images, torch.arange(12) % shape.classes


@pytest.mark.parametrize("shortcut", choices(Shortcut))
def test_flow_agrees_with_a_forward_written_out_in_double(shortcut: Shortcut) -> None:
    spec = NetworkSpec(depth=14, width=4, shortcut=shortcut)
    images, labels = batch()
    flow = measure_flow(build_residual(spec, SMALL, 0), images, labels)

    network = build_residual(spec, SMALL, 0).double()
    responses = []
    outputs = []
    x = network.stem_norm(network.stem(images.double()))
    responses.append(x)
    x = network.stem_relu(x)
    for stage in network.stages():
        for block in stage:
            assert isinstance(block, Block)
            first = block.get_submodule("norm1")(block.get_submodule("conv1")(x))
            second = block.get_submodule("norm2")(block.get_submodule("conv2")(first.relu()))
            responses += [first, second]
            x = (second if block.shortcut is None else second + block.shortcut(x)).relu()
            outputs.append(x)
    loss = nn.functional.cross_entropy(network.head(x.mean((2, 3))), labels)
    gradients = torch.autograd.grad(loss, outputs)

    assert flow.response_taps[:2] == ("stem", "stage1.block1.conv1")
    expected = torch.stack([response.std(correction=0) for response in responses])
    torch.testing.assert_close(torch.tensor(flow.response_std).double(), expected, rtol=1e-4, atol=1e-6)
    expected = torch.stack([gradient.norm() for gradient in gradients])
    torch.testing.assert_close(torch.tensor(flow.block_gradient).double(), expected, rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("training", [True, False])
def test_a_measurement_leaves_the_network_as_it_was(training: bool) -> None:
    spec = NetworkSpec(depth=8, width=4)
    network = build_residual(spec, SMALL, 0).train(training)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    measure_flow(network, *batch())
    assert network.training is training
    assert all(not module._forward_hooks for module in network.modules())
    assert all(parameter.grad is None for parameter in network.parameters())
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_hooks_are_gone_after_an_error() -> None:
    spec = NetworkSpec(depth=8, width=4)
    network = build_residual(spec, SMALL, 0)
    images, labels = batch()
    with pytest.raises(RuntimeError):
        measure_flow(network, images[:, :1], labels)
    assert all(not module._forward_hooks for module in network.modules())


def test_gradients_too_small_to_square_in_float32_are_still_measured() -> None:
    """The plain-56 of the vanishing regime: block gradients near 1e-25, not zero."""
    spec = NetworkSpec(depth=56, width=8, norm="none", init="pytorch", shortcut="none")
    shape = DataShape(channels=1, px=14, classes=10)
    images, labels = batch(shape)
    gradient = measure_flow(build_residual(spec, shape, 0), images, labels).block_gradient
    assert (gradient > 0).all()
    assert gradient[0] < 1e-12 * gradient[-1]


def test_a_network_without_blocks_has_responses_and_no_block_gradients() -> None:
    images, labels = batch()
    flow = measure_flow(Blockless(SMALL), images, labels)
    assert flow.response_taps == ("stem", "conv1", "conv2")
    assert (flow.response_std > 0).all()
    assert (flow.block_taps, flow.block_gradient.shape) == ((), (0,))
