"""Delta-orthogonal start and tanh (Xiao et al. 2018): what a plain network keeps of signal and gradient."""

import pytest
import torch
from torch import Tensor, nn

from resnet_viz.architecture.words import operation_title
from resnet_viz.errors import InvalidSetting
from resnet_viz.networks.describe import architecture
from resnet_viz.networks.families import network_type
from resnet_viz.networks.folded import folded
from resnet_viz.networks.residual import ResidualNetwork
from resnet_viz.probes.identity_blocks import lengthened
from resnet_viz.probes.walk import walk
from resnet_viz.specs import NetworkSpec
from tests.networks.residuals import build_residual
from tests.networks.shapes import CIFAR, GREY, SMALL, images

SPEC = NetworkSpec(
    depth=20, width=4, shortcut="none", norm="none", activation="tanh", init="delta-orthogonal"
)


def linear(spec: NetworkSpec, seed: int = 1) -> ResidualNetwork:
    """The network without its non-linearities, in double precision."""
    network = build_residual(spec, GREY, seed).double()
    for module in list(network.modules()):
        for name, part in list(module.named_children()):
            if isinstance(part, nn.Tanh | nn.ReLU):
                setattr(module, name, nn.Identity())
    return network


def first_stage(network: ResidualNetwork, x: Tensor) -> Tensor:
    y: Tensor = network.stage1(network.stem(x))
    return y


@pytest.mark.parametrize("block", ["basic", "bottleneck"])
def test_only_the_middle_of_a_kernel_is_there_and_it_is_orthogonal(block: str) -> None:
    """WᵀW = I; where there are fewer outputs than inputs WWᵀ = I."""
    network = build_residual(SPEC.but(block=block), SMALL, 3)
    kernels = [module.weight for module in network.modules() if isinstance(module, nn.Conv2d)]
    assert len(kernels) == 19
    for kernel in kernels:
        outputs, inputs, side, _side = kernel.shape
        middle = kernel[:, :, side // 2, side // 2].double()
        product = middle.T @ middle if outputs >= inputs else middle @ middle.T
        torch.testing.assert_close(product, torch.eye(len(product)).double(), rtol=0, atol=1e-5)
        assert kernel.count_nonzero() == middle.count_nonzero()
    biases = [value for name, value in network.named_parameters() if name.endswith("bias")][:-1]
    assert len(biases) == 19
    assert not any(bias.any() for bias in biases)  # the last one is the classifier's


def test_two_seeds_and_two_layers_have_other_kernels_and_one_seed_the_same() -> None:
    one, again, other = (build_residual(SPEC, SMALL, seed).state_dict() for seed in (3, 3, 4))
    name = "stage1.block1.conv1.weight"
    assert torch.equal(one[name], again[name])
    assert not torch.equal(one[name], other[name])
    assert not torch.equal(one[name], one["stage1.block1.conv2.weight"])


@pytest.mark.parametrize(("start", "is_isometric"), [("delta-orthogonal", True), ("he", False)])
def test_the_linear_network_is_an_isometry_in_all_directions(start: str, is_isometric: bool) -> None:
    """Singular values of the Jacobian from the image to the end of the first stage: all are 1."""
    network = linear(SPEC.but(init=start))
    x = images(GREY, 1).double()
    jacobian = torch.autograd.functional.jacobian(lambda image: first_stage(network, image), x)
    singular = torch.linalg.svdvals(jacobian.reshape(-1, x.numel()))
    assert bool((singular - 1).abs().max() < 1e-5) is is_isometric


def test_signal_and_gradient_keep_their_length_at_every_depth() -> None:
    """Through all blocks of the first stage of depth 56, both ways, without non-linearities."""
    network = linear(SPEC.but(depth=56))
    x = images(GREY).double().requires_grad_()
    passed = [network.stem(x)]
    for block in network.stage1:
        passed.append(block(passed[-1]))
    upstream = torch.randn(passed[-1].shape, generator=torch.Generator().manual_seed(0)).double()
    gradients = torch.autograd.grad(passed[-1], passed, upstream)
    for signal, gradient in zip(passed, gradients, strict=True):
        assert float((signal.norm() / x.norm()).detach()) == pytest.approx(1, abs=1e-5)
        assert float(gradient.norm() / upstream.norm()) == pytest.approx(1, abs=1e-5)


def test_where_channels_double_the_pixels_that_a_stride_leaves_keep_their_length() -> None:
    network = linear(SPEC)
    x = first_stage(network, images(GREY).double())
    after = network.stage2[0](x)
    assert after.shape[1] == 2 * x.shape[1]
    assert float(after.norm().detach()) == pytest.approx(float(x[:, :, ::2, ::2].norm().detach()), abs=1e-4)


def test_a_small_signal_passes_tanh_as_if_there_were_none() -> None:
    network = build_residual(SPEC.but(depth=56), GREY, 1)
    x = 1e-3 * images(GREY)
    after = network.stage1(network.stem_relu(network.stem(x)))
    assert float((after.norm() / x.norm()).detach()) == pytest.approx(1, abs=1e-3)


def test_tanh_stands_wherever_relu_stood_and_is_called_so() -> None:
    ours, usual = (build_residual(spec, GREY, 1) for spec in (SPEC, SPEC.but(activation="relu")))
    places = {name for name, module in usual.named_modules() if isinstance(module, nn.ReLU)}
    assert {name for name, module in ours.named_modules() if isinstance(module, nn.Tanh)} == places
    titles = [
        operation_title(one) for one in architecture(SPEC, CIFAR).operations if "relu" in one.name.lower()
    ]
    assert len(titles) == len(places)
    assert set(titles) == {"tanh"}


def test_the_words_of_a_network_type_ask_for_both_and_a_default_is_not_written() -> None:
    kind = network_type("plain+delta-orthogonal+no-norm+tanh")
    assert kind.name == "plain+no-norm+tanh+delta-orthogonal"
    assert kind.network(NetworkSpec(width=4), 20) == SPEC
    assert "activation" not in SPEC.but(activation="relu").to_json()
    assert NetworkSpec.from_json(SPEC.to_json()) == SPEC


def test_what_counts_on_relu_refuses_tanh() -> None:
    plain = build_residual(SPEC, GREY, 1)
    skipping = build_residual(SPEC.but(shortcut="identity"), GREY, 1)
    with pytest.raises(InvalidSetting, match="with a ReLU after each addition"):
        folded(skipping)
    with pytest.raises(InvalidSetting, match="Identity blocks"):
        lengthened(plain, 32, images(GREY))
    with pytest.raises(InvalidSetting, match="Only networks with ReLU"):
        walk(plain, images(GREY)[0], 0)
    with pytest.raises(InvalidSetting, match="Pre-activation blocks have ReLU only"):
        SPEC.but(block="preactivation")
