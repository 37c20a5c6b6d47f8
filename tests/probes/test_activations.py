"""Feature maps, statistics and block parts against a forward written out; nothing left behind."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.networks.residual import Block, ResidualNetwork
from resnet_viz.probes import activations
from resnet_viz.probes.activations import block_parts, feature_maps, measure_activations
from resnet_viz.specs import Block as BlockName
from resnet_viz.specs import NetworkSpec, Shortcut, choices
from tests.networks.residuals import build_residual
from tests.networks.shapes import SMALL

SPEC = NetworkSpec(depth=14, width=4)


def images(count: int) -> Tensor:
    return torch.randn(count, 3, 8, 8, generator=torch.Generator().manual_seed(1))


def through(network: ResidualNetwork, x: Tensor) -> list[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """Input, inner activation, sum and output of each basic block."""
    network.eval()
    found = []
    with torch.no_grad():
        x = torch.relu(network.stem_norm(network.stem(x)))
        for stage in network.stages():
            for block in stage:
                assert isinstance(block, Block)
                inner = torch.relu(block.get_submodule("norm1")(block.get_submodule("conv1")(x)))
                branch = block.get_submodule("norm2")(block.get_submodule("conv2")(inner))
                total = branch if block.shortcut is None else branch + block.shortcut(x)
                found.append((x, inner, total, torch.relu(total)))
                x = torch.relu(total)
    return found


@pytest.mark.parametrize("shortcut", choices(Shortcut))
def test_block_parts_and_maps_against_a_forward_written_out(shortcut: Shortcut) -> None:
    network = build_residual(SPEC.but(shortcut=shortcut), SMALL, 0)
    image = images(1)[0]
    blocks = [tap.name for tap in network.taps if tap.kind == "block"]
    for tap, (x, _, total, output) in zip(blocks, through(network, image[None]), strict=True):
        parts = block_parts(network, image, tap)
        np.testing.assert_allclose(parts.input, x[0], rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(parts.sum, total[0], rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(parts.output, output[0], rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(parts.branch + parts.shortcut, parts.sum, rtol=1e-5, atol=1e-5)
        assert (parts.shortcut == 0).all() == (shortcut == "none")
        np.testing.assert_array_equal(feature_maps(network, image, tap), parts.output)


@pytest.mark.parametrize(
    "fields",
    [
        {"branch_scale": 0.3},
        {"gate": "exclusive", "gate_bias": -1},
        {"gate": "shortcut-only", "shortcut_scale": 0.5},
        {"survival": 0.4, "shortcut_dropout": 0.2},
        {"branch_scale": 0.3, "shortcut": "none"},
    ],
)
def test_what_is_shown_of_a_block_adds_up_whatever_is_done_to_it(fields: dict[str, Any]) -> None:
    network = build_residual(SPEC.but(**fields), SMALL, 0)
    for tap in (tap.name for tap in network.taps if tap.kind == "block"):
        parts = block_parts(network, images(1)[0], tap)
        np.testing.assert_allclose(parts.branch + parts.shortcut, parts.sum, rtol=1e-5, atol=1e-5)
        np.testing.assert_array_equal(feature_maps(network, images(1)[0], tap), parts.output)


def test_sites_are_counted_on_the_main_path_beside_gates() -> None:
    """A gate's convolution is no layer of its own: the rectifiers keep their places."""
    gated, bare = (
        measure_activations(build_residual(SPEC.but(gate=gate), SMALL, 0), images(2))
        for gate in ("exclusive", "none")
    )
    assert gated.sites == bare.sites
    np.testing.assert_array_equal(gated.positions, bare.positions)


@pytest.mark.parametrize("block", choices(BlockName))
def test_every_tap_has_maps_of_its_shape(block: BlockName) -> None:
    depth = 11 if "bottleneck" in block else 8
    network = build_residual(SPEC.but(block=block, depth=depth, shortcut="projection"), SMALL, 0)
    for tap in network.taps:
        maps = feature_maps(network, images(1)[0], tap.name)
        assert maps.dtype == np.float32
        assert maps.ndim == (1 if tap.kind == "head" else 3)
        assert np.isfinite(maps).all()


def test_statistics_against_numpy_over_several_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activations, "_PIXELS_AT_ONCE", 2 * 8 * 8)
    network = build_residual(SPEC, SMALL, 0).eval()
    with torch.no_grad():
        network.get_parameter("stage2.block1.norm1.bias")[3] = -1e4  # never fires
        network.get_parameter("stage2.block1.norm1.bias")[5] = -1e4
    batch = images(5)
    found = measure_activations(network, batch)
    expected: list[Tensor] = [torch.relu(network.stem_norm(network.stem(batch))).detach()]
    for _, inner, _, output in through(network, batch):
        expected += [inner, output]
    assert found.sites[:3] == ("stem_relu", "stage1.block1.relu1", "stage1.block1.relu")
    assert found.positions.tolist() == list(range(1, 14))
    for i, values in enumerate(one.double().numpy() for one in expected):
        assert found.mean[i] == pytest.approx(values.mean(), rel=1e-5)
        assert found.std[i] == pytest.approx(values.std(), rel=1e-5)
        assert found.zero_share[i] == pytest.approx((values == 0).mean(), abs=1e-3)
        assert found.channels[i] == values.shape[1]
        assert found.dead[i] == (values == 0).all((0, 2, 3)).sum()
    assert found.dead[found.sites.index("stage2.block1.relu1")] >= 2


def test_positions_in_preactivation_networks_are_those_of_the_layer_before() -> None:
    network = build_residual(SPEC.but(block="preactivation", depth=8), SMALL, 0)
    found = measure_activations(network, images(2))
    assert dict(zip(found.sites, found.positions.tolist(), strict=True)) == {
        "stem_relu": 1,
        "stage1.block1.relu2": 2,
        "stage2.block1.relu1": 3,
        "stage2.block1.relu2": 4,
        "stage3.block1.relu1": 5,
        "stage3.block1.relu2": 6,
        "last_relu": 7,
    }


MEASURES: dict[str, Callable[[nn.Module, Tensor], object]] = {
    "maps": lambda network, batch: feature_maps(network, batch[0], "stage1.block1"),
    "statistics": measure_activations,
    "parts": lambda network, batch: block_parts(network, batch[0], "stage1.block1"),
}


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("channels", [3, 1], ids=["success", "error"])
def test_nothing_is_left_behind(measure: str, channels: int) -> None:
    network = build_residual(SPEC, SMALL, 0).train()
    network.stage2.eval()
    modes = [module.training for module in network.modules()]
    values = {name: value.clone() for name, value in network.state_dict().items()}
    if channels == 3:
        MEASURES[measure](network, images(2))
    else:
        with pytest.raises(RuntimeError):
            MEASURES[measure](network, images(2)[:, :1])
    assert [module.training for module in network.modules()] == modes
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in network.modules())
    assert all(torch.equal(value, values[name]) for name, value in network.state_dict().items())


def test_a_tap_that_is_not_there_is_refused() -> None:
    network = build_residual(SPEC, SMALL, 0)
    for tap in ("stage7", ""):
        with pytest.raises(InvalidSetting) as refusal:
            feature_maps(network, images(1)[0], tap)
        assert refusal.value.code == "unknown_tap"
    with pytest.raises(InvalidSetting, match="not a block"):
        block_parts(network, images(1)[0], "stage1.block1.conv1")
