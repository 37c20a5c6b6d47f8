"""The networks are the ones of the papers: counts, shapes, gradients, twins."""

import itertools

import pytest
import torch
from torch import Tensor, nn

from resnet_viz.networks.describe import describe
from resnet_viz.networks.families import without_shortcuts
from resnet_viz.networks.initialise import init_digest
from resnet_viz.networks.residual import Block, ResidualNetwork
from resnet_viz.specs import Block as BlockName
from resnet_viz.specs import DataShape, Init, NetworkSpec, Norm, Shortcut, choices
from tests.networks.residuals import build_residual
from tests.networks.shapes import CIFAR, images

BLOCKS: tuple[BlockName, ...] = choices(BlockName)
SHALLOWEST = {block: 11 if "bottleneck" in block else 8 for block in BLOCKS}
SHAPE = DataShape(channels=3, px=12, classes=10)
VARIANTS = [
    NetworkSpec(depth=SHALLOWEST[block], width=4, block=block, shortcut=shortcut, norm=norm)
    for block, shortcut, norm in itertools.product(BLOCKS, choices(Shortcut), choices(Norm))
]


def spec_id(spec: NetworkSpec) -> str:
    return f"{spec.block}-{spec.shortcut}-{spec.norm}"


@pytest.mark.parametrize(
    ("depth", "parameters"),
    [
        (8, 75_290),
        (14, 172_506),
        (20, 269_722),
        (32, 464_154),
        (44, 658_586),
        (56, 853_018),
        (110, 1_727_962),
    ],
)
def test_parameter_counts_of_the_cifar_networks(depth: int, parameters: int) -> None:
    """He et al. 2015 §4.2, option A: plain and residual have exactly the same parameters."""
    for shortcut in ("identity", "none"):
        assert describe(NetworkSpec(depth=depth, shortcut=shortcut), CIFAR).parameters == parameters


def test_resnet_20_needs_40_55_million_multiply_adds() -> None:
    assert describe(NetworkSpec(depth=20), CIFAR).multiply_adds == 40_551_040


def test_projections_cost_their_convolutions_and_norms() -> None:
    """Option B adds two 1×1 convolutions with norm: 16·32 + 2·32 + 32·64 + 2·64 parameters."""
    extra = 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64
    assert describe(NetworkSpec(depth=20, shortcut="projection"), CIFAR).parameters == 269_722 + extra


def test_resnet_164_matches_the_published_size() -> None:
    """He et al. 2016 state 1.7 M parameters for the pre-activation ResNet-164."""
    spec = NetworkSpec(depth=164, block="preactivation-bottleneck", shortcut="projection")
    assert round(describe(spec, CIFAR).parameters / 1e6, 1) == 1.7


@pytest.mark.parametrize("spec", VARIANTS, ids=spec_id)
def test_every_parameter_gets_a_gradient(spec: NetworkSpec) -> None:
    network = build_residual(spec, SHAPE, 0)
    logits = network(images(SHAPE))
    assert logits.shape == (4, SHAPE.classes)
    nn.functional.cross_entropy(logits, torch.arange(4)).backward()
    without = [n for n, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert without == []


@pytest.mark.parametrize("spec", VARIANTS, ids=spec_id)
def test_taps_follow_the_forward_pass(spec: NetworkSpec) -> None:
    """Hooks on the tapped modules fire in the order of the taps; positions count 1 … depth."""
    network = build_residual(spec, SHAPE, 0)
    fired: list[str] = []
    for tap in network.taps:
        network.get_submodule(tap.name).register_forward_hook(lambda *_, name=tap.name: fired.append(name))
    network(images(SHAPE))
    assert fired == [tap.name for tap in network.taps]
    weighted = [tap.position for tap in network.taps if tap.kind in ("stem", "conv", "head")]
    assert weighted == list(range(1, spec.depth + 1))
    for tap in network.taps:
        if tap.response:
            network.get_submodule(tap.response)


@pytest.mark.parametrize("spec", VARIANTS, ids=spec_id)
def test_description_agrees_with_the_network_that_runs(spec: NetworkSpec) -> None:
    network = build_residual(spec, SHAPE, 0)
    shapes: dict[str, tuple[int, ...]] = {}

    def keep(name: str, output: Tensor) -> None:
        shapes[name] = tuple(output.shape[1:])

    for name, module in network.named_modules():
        module.register_forward_hook(lambda _m, _i, output, name=name: keep(name, output))
    network(images(SHAPE))
    described = describe(spec, SHAPE)
    assert described.parameters == sum(p.numel() for p in network.parameters())
    assert {layer.tap: layer.output_shape for layer in described.layers}.items() <= shapes.items()


@pytest.mark.parametrize("spec", [v for v in VARIANTS if v.role == "residual"], ids=spec_id)
def test_twins_differ_in_nothing_but_the_shortcut(spec: NetworkSpec) -> None:
    """With the shortcut's contribution removed the residual network computes what the plain one does."""
    plain, residual = build_residual(without_shortcuts(spec), SHAPE, 3), build_residual(spec, SHAPE, 3)
    assert init_digest(plain) == init_digest(residual)
    x = images(SHAPE)
    assert not torch.equal(plain(x), residual(x))
    for module in residual.modules():
        if isinstance(module, Block):
            module.shortcut = None
    residual_without = residual(x)
    assert torch.equal(build_residual(without_shortcuts(spec), SHAPE, 3)(x), residual_without)


@pytest.mark.parametrize("block", BLOCKS)
def test_blocks_add_the_shortcut_to_the_branch(block: BlockName) -> None:
    """y = x + F(x) (He et al. 2016, eq. 1), rectified afterwards in the original order only."""
    spec = NetworkSpec(depth=SHALLOWEST[block], width=4, block=block)
    channels = 4 if "bottleneck" not in block else 16
    x = torch.randn(2, channels, 6, 6, generator=torch.Generator().manual_seed(1))
    unit = Block(spec, channels, 1, 1, activate_first=True)
    expected = x + unit.branch(x)
    if not block.startswith("preactivation"):
        expected = expected.clamp(min=0)
    torch.testing.assert_close(unit(x), expected)


def test_option_a_pads_with_zeros_and_takes_every_second_pixel() -> None:
    spec = NetworkSpec(depth=8, width=2)
    shortcut = build_residual(spec, SHAPE, 0).get_submodule("stage2.block1.shortcut")
    x = torch.arange(2 * 4 * 4, dtype=torch.float32).view(1, 2, 4, 4)
    y = shortcut(x)
    assert y.shape == (1, 4, 2, 2)
    assert y[0, 0].tolist() == [[0, 2], [8, 10]]
    assert y[0, 2:].abs().sum() == 0


def test_he_start_has_the_variance_of_the_paper() -> None:
    """He et al. 2015 (1502.01852) eq. 10: Var(w) = 2 / fan-in; 1.2 % is 5 standard errors here."""
    weight = build_residual(NetworkSpec(depth=8, width=128), SHAPE, 0).get_parameter(
        "stage1.block1.conv2.weight"
    )
    assert weight.var().item() == pytest.approx(2 / (9 * 128), rel=0.012 * 2)
    assert weight.mean().item() == pytest.approx(0, abs=5 * (2 / (9 * 128)) ** 0.5 / weight.numel() ** 0.5)


def test_pytorch_start_is_uniform_in_the_default_bounds() -> None:
    spec = NetworkSpec(depth=8, width=16, init="pytorch", norm="none")
    convolution = build_residual(spec, SHAPE, 0).get_submodule("stage1.block1.conv1")
    assert isinstance(convolution, nn.Conv2d)
    assert convolution.bias is not None
    bound = 1 / (9 * 16) ** 0.5
    for values in (convolution.weight, convolution.bias):
        assert values.abs().max() <= bound
    assert convolution.weight.abs().max() > 0.99 * bound
    assert convolution.weight.var().item() == pytest.approx(bound**2 / 3, rel=0.1)


@pytest.mark.parametrize("block", BLOCKS)
def test_zero_start_makes_every_block_the_identity(block: BlockName) -> None:
    spec = NetworkSpec(depth=SHALLOWEST[block], width=4, block=block, init="zero-last-norm")
    network = build_residual(spec, SHAPE, 0).eval()
    x = images(SHAPE)
    trunk: Tensor = network.stem_relu(network.stem_norm(network.stem(x)))
    through: Tensor = trunk
    for stage in network.stages():
        for unit in stage:
            assert isinstance(unit, Block)
            assert unit.shortcut is not None
            through = unit(through)
            trunk = unit.shortcut(trunk)
    torch.testing.assert_close(through, trunk)


def test_equal_seeds_give_equal_weights_and_others_do_not() -> None:
    spec = NetworkSpec(depth=8, width=4)
    assert init_digest(build_residual(spec, SHAPE, 5)) == init_digest(build_residual(spec, SHAPE, 5))
    assert init_digest(build_residual(spec, SHAPE, 5)) != init_digest(build_residual(spec, SHAPE, 6))


def test_building_leaves_the_global_generator_alone() -> None:
    before = torch.get_rng_state()
    build_residual(NetworkSpec(depth=8, width=4), SHAPE, 0)
    assert torch.equal(before, torch.get_rng_state())


def test_gradients_agree_with_double_precision() -> None:
    """float32 backward against the same network in float64, per parameter."""
    spec = NetworkSpec(depth=14, width=4)

    def gradients(network: ResidualNetwork, x: Tensor) -> dict[str, Tensor]:
        nn.functional.cross_entropy(network(x), torch.arange(4)).backward()
        return {n: p.grad.double() for n, p in network.named_parameters() if p.grad is not None}

    single = gradients(build_residual(spec, SHAPE, 1), images(SHAPE))
    double = gradients(build_residual(spec, SHAPE, 1).double(), images(SHAPE).double())
    for name, reference in double.items():
        assert (single[name] - reference).norm() <= 1e-3 * reference.norm() + 1e-7, name


@pytest.mark.parametrize("init", choices(Init))
def test_plain_twins_of_every_start_can_be_built(init: Init) -> None:
    spec = NetworkSpec(depth=8, width=4, init=init)
    assert without_shortcuts(spec).role == "plain"
    build_residual(without_shortcuts(spec), SHAPE, 0)


@pytest.mark.parametrize("width", [3, 4, 6, 8])
@pytest.mark.parametrize("shortcut", ["projection", "all-projection"])
def test_strided_projections_keep_to_their_memory(width: int, shortcut: Shortcut) -> None:
    """Channels-last, few channels, 1×1 with stride 2: PyTorch 2.15 corrupts the heap unless it is avoided."""
    spec = NetworkSpec(depth=8, width=width, shortcut=shortcut)
    network = build_residual(spec, SHAPE, 0).to(memory_format=torch.channels_last)
    x = images(DataShape(channels=3, px=14, classes=10), 64).contiguous(memory_format=torch.channels_last)
    for _ in range(3):
        network(x).sum().backward()
    projection = network.get_submodule("stage2.block1.shortcut.conv")
    assert isinstance(projection, nn.Conv2d)
    inner = torch.randn(2, width, 7, 7, generator=torch.Generator().manual_seed(1))
    expected = nn.functional.conv2d(inner, projection.weight, projection.bias, stride=2)
    torch.testing.assert_close(projection(inner), expected)
