"""The shortcuts of He et al. 2016, Table 1, and stochastic depth, against a network written out by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from resnet_viz.attribution.attribute import attribute
from resnet_viz.errors import InvalidSetting
from resnet_viz.networks.chance import Kept, drawing, drawn
from resnet_viz.networks.describe import describe
from resnet_viz.networks.families import multiply_adds, network_type, without_shortcuts
from resnet_viz.networks.initialise import init_digest
from resnet_viz.networks.registry import build
from resnet_viz.networks.resnet import survival_of_blocks
from resnet_viz.specs import DataShape, NetworkSpec
from tests.networks.shapes import CIFAR, SMALL, images

BASE = NetworkSpec(depth=14, width=4)
Combine = Callable[[Tensor, Tensor, Tensor], Tensor]
"""What becomes of F(x), the shortcut and the logits of the gate."""

TABLE_1: dict[str, Combine] = {
    "residual": lambda branch, skipped, _gate: branch + skipped,
    "residual+half-shortcut": lambda branch, skipped, _gate: branch + 0.5 * skipped,
    "residual+half-shortcut+branch_scale=0.5": lambda branch, skipped, _gate: 0.5 * branch + 0.5 * skipped,
    "residual+exclusive-gate": lambda branch, skipped, gate: (
        torch.sigmoid(gate) * branch + (1 - torch.sigmoid(gate)) * skipped
    ),
    "residual+shortcut-gate": lambda branch, skipped, gate: branch + (1 - torch.sigmoid(gate)) * skipped,
    "residual+all-projection": lambda branch, skipped, _gate: branch + skipped,
    "residual+dropout-shortcut": lambda branch, skipped, _gate: branch + 0.5 * skipped,
}
"""By network type what the table's row says; dropout as it is where nothing is drawn."""


def normed(state: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    return F.batch_norm(x, None, None, state[f"{name}.weight"], state[f"{name}.bias"], training=True)


def by_hand(state: dict[str, Tensor], x: Tensor, combine: Combine) -> Tensor:
    """Logits of the network of these weights at depth 14, in training mode: two blocks a stage."""
    x = normed(state, "stem_norm", F.conv2d(x, state["stem.weight"], padding=1)).relu()
    for stage in (1, 2, 3):
        for number in (1, 2):
            at, stride = f"stage{stage}.block{number}", 2 if number == 1 and stage > 1 else 1
            y = F.conv2d(x, state[f"{at}.conv1.weight"], stride=stride, padding=1)
            y = normed(state, f"{at}.norm1", y).relu()
            y = normed(state, f"{at}.norm2", F.conv2d(y, state[f"{at}.conv2.weight"], padding=1))
            if f"{at}.shortcut.conv.weight" in state:
                skipped = F.conv2d(x, state[f"{at}.shortcut.conv.weight"], stride=stride)
                skipped = normed(state, f"{at}.shortcut.norm", skipped)
            else:
                skipped = F.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, 0, y.shape[1] - x.shape[1]))
            gate = torch.zeros(())
            if f"{at}.gate.weight" in state:
                gate = F.conv2d(x, state[f"{at}.gate.weight"], state[f"{at}.gate.bias"], stride=stride)
            x = combine(y, skipped, gate).relu()
    return F.linear(x.mean((2, 3)), state["head.weight"], state["head.bias"])


@pytest.mark.parametrize("name", TABLE_1)
def test_every_row_of_the_table_is_the_network_written_out_by_hand(name: str) -> None:
    spec = network_type(name).network(BASE, 14)
    if spec.gate != "none":
        spec = spec.but(gate_bias=-0.5)  # at -6 a gate is nearly shut, and an error would hide
    network = build(spec, CIFAR, 2)
    x = images(CIFAR)
    expected = by_hand(dict(network.state_dict()), x, TABLE_1[name])
    torch.testing.assert_close(network(x), expected, rtol=1e-5, atol=1e-5)
    plain = by_hand(dict(network.state_dict()), x, TABLE_1["residual"])
    if name not in ("residual", "residual+all-projection"):
        assert not torch.allclose(network(x), plain, rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("px", [14, 28, 32, 64])
@pytest.mark.parametrize(
    "name", [*TABLE_1, "residual+stochastic-depth", "residual+bottleneck+exclusive-gate"]
)
def test_every_parameter_learns_from_images_of_every_shape(name: str, px: int, channels: int) -> None:
    shape = DataShape(channels=channels, px=px, classes=10)
    kind = network_type(name)
    network = build(kind.network(BASE, kind.depths(BASE).nearest(8)), shape, 0)
    logits = network(images(shape))
    assert logits.shape == (4, 10)
    F.cross_entropy(logits, torch.arange(4)).backward()
    without = [n for n, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert without == []


@pytest.mark.parametrize("init", ["he", "pytorch"])
def test_gates_start_as_in_the_paper_and_all_else_as_without_them(init: Any) -> None:
    """A bias of −6 leaves 99.8 % of the shortcut and, exclusively, 0.2 % of the branch."""
    gated, bare = (build(BASE.but(init=init, gate=gate), SMALL, 3) for gate in ("exclusive", "none"))
    biases = [value for name, value in gated.state_dict().items() if name.endswith("gate.bias")]
    assert len(biases) == 6
    assert all((bias == -6).all() for bias in biases)
    assert init_digest(gated) == init_digest(bare)
    other = dict(gated.state_dict())
    assert all(torch.equal(other[name], value) for name, value in bare.state_dict().items())


def test_gates_cost_a_convolution_of_one_pixel_with_its_bias_in_every_block() -> None:
    """Depth 20, width 16: 3 blocks at 16 channels, then 16 → 32, 32, 32 and 32 → 64, 64, 64."""
    plain = describe(NetworkSpec(depth=20), CIFAR)
    weights = [16 * 16] * 3, [16 * 32, 32 * 32, 32 * 32], [32 * 64, 64 * 64, 64 * 64]
    biases = 3 * (16 + 32 + 64)
    work = sum(sum(stage) * px**2 for stage, px in zip(weights, (32, 16, 8), strict=True))
    for gate in ("exclusive", "shortcut-only"):
        spec = NetworkSpec.checked(depth=20, gate=gate)
        counted = describe(spec, CIFAR)
        assert counted.parameters == plain.parameters + sum(map(sum, weights)) + biases
        assert counted.multiply_adds == multiply_adds(spec, CIFAR) == plain.multiply_adds + work


@pytest.mark.parametrize(
    "fields", [{"shortcut_scale": 0.5}, {"shortcut_dropout": 0.5}, {"survival": 0.5}, {"branch_scale": 0.5}]
)
def test_what_has_no_weights_changes_no_count(fields: dict[str, Any]) -> None:
    plain, other = (describe(spec, CIFAR) for spec in (BASE, BASE.but(**fields)))
    assert (plain.parameters, plain.multiply_adds) == (other.parameters, other.multiply_adds)


def test_the_probability_falls_in_a_line_from_the_input_to_the_last_block() -> None:
    """Huang et al. 2016, eq. 4: 1 − (l/L)(1 − p_L), of 54 blocks with p_L = 0.5."""
    found = survival_of_blocks(NetworkSpec(depth=110, survival=0.5))
    assert found == pytest.approx([1 - block / 54 * 0.5 for block in range(1, 55)])
    assert (found[0], found[-1]) == pytest.approx((0.9907, 0.5), abs=1e-4)
    # The paper, §4: with p_L = 0.5 there are 40 blocks of 54 in expectation.
    assert round(sum(found)) == 40


def test_a_block_that_is_left_out_is_its_shortcut_for_the_whole_batch() -> None:
    network = build(BASE.but(survival=0.3), SMALL, 1)
    modules = drawing(network)
    assert list(modules) == [f"stage{s}.block{b}.kept_branch" for s in (1, 2, 3) for b in (1, 2)]
    seen: dict[str, list[Tensor]] = {}
    for name, module in modules.items():
        module.register_forward_hook(
            lambda _m, inputs, output, name=name: seen.setdefault(name, []).append(output / inputs[0])
        )
    kept = []
    for step in range(400):
        seen.clear()
        with torch.no_grad(), drawn(modules, 0, step):
            network(images(SMALL))
        shares = [torch.unique(ratio.nan_to_num(0)[ratio == ratio]).tolist() for (ratio,) in seen.values()]
        assert all(share in ([0.0], [1.0]) for share in shares)
        kept.append([share == [1.0] for share in shares])
    expected = np.array(survival_of_blocks(BASE.but(survival=0.3)))
    spread = np.sqrt(expected * (1 - expected) / 400)
    assert (abs(np.mean(kept, 0) - expected) < 4 * spread).all()


def test_dropout_leaves_out_its_share_of_values_and_does_not_scale_the_rest() -> None:
    """Srivastava et al. 2014: unscaled in training, by its probability ever after."""
    module = Kept(0.75, whole=False)
    x = torch.rand(8, 16, 12, 12) + 1
    assert torch.equal(module(x), 0.75 * x)
    with drawn({"stage1.block1.kept_shortcut": module}, 3, 7):
        kept = module(x)
    left = kept != 0
    assert torch.equal(kept[left], x[left])
    assert left.double().mean().item() == pytest.approx(0.75, abs=4 * (0.75 * 0.25 / x.numel()) ** 0.5)


def test_draws_follow_from_seed_step_and_place_and_end_with_the_step() -> None:
    one, other = Kept(0.5, whole=False), Kept(0.5, whole=False)
    x = torch.ones(1, 2, 8, 8)

    def draw(seed: int, step: int) -> tuple[Tensor, Tensor]:
        with drawn({"one": one, "other": other}, seed, step):
            return one(x), other(x)

    first = draw(0, 5)
    torch.rand(1)  # what others draw has no part in it
    assert all(torch.equal(a, b) for a, b in zip(first, draw(0, 5), strict=True))
    assert not torch.equal(*first)
    assert not torch.equal(first[0], draw(0, 6)[0])
    assert not torch.equal(first[0], draw(1, 5)[0])
    assert one.seed is None
    with pytest.raises(RuntimeError, match="halfway"), drawn({"one": one}, 0, 0):
        raise RuntimeError("halfway")
    assert one.seed is None


def test_draws_do_not_depend_on_how_values_lie_in_memory() -> None:
    """Networks train in channels-last, exported programs may not."""
    module = Kept(0.5, whole=False)
    x = torch.ones(2, 3, 4, 4)
    with drawn({"": module}, 0, 0):
        torch.testing.assert_close(module(x), module(x.to(memory_format=torch.channels_last)))


@pytest.mark.parametrize("name", [*TABLE_1, "residual+stochastic-depth"])
def test_grad_cam_works_at_the_last_convolution(name: str) -> None:
    network = build(network_type(name).network(BASE, 14), SMALL, 0).eval()
    last = [tap.name for tap in network.taps if tap.kind == "conv"][-1]
    found = attribute(network, images(SMALL), torch.arange(4), "gradcam", last)
    assert found.tap == last
    assert np.isfinite(found.values).all()
    assert found.values.any()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"shortcut": "none", "gate": "exclusive"}, "setting_needs_shortcut"),
        ({"shortcut": "none", "survival": 0.5}, "setting_needs_shortcut"),
        ({"shortcut": "none", "shortcut_dropout": 0.5}, "setting_needs_shortcut"),
        ({"shortcut": "none", "shortcut_scale": 0.5}, "setting_needs_shortcut"),
        ({"gate_bias": -3}, "bias_needs_gate"),
        ({"gate": "open"}, "literal_error"),
        ({"shortcut_dropout": 1}, "less_than"),
        ({"survival": 0}, "greater_than"),
        ({"shortcut_scale": 0}, "greater_than"),
    ],
)
def test_what_contradicts_itself_is_refused(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        NetworkSpec.checked(**fields)
    assert refused.value.code == code
    assert refused.value.field in fields


def test_a_plain_network_has_none_of_it() -> None:
    spec = BASE.but(gate="exclusive", gate_bias=-3, shortcut_scale=0.5, shortcut_dropout=0.2, survival=0.8)
    assert without_shortcuts(spec) == without_shortcuts(BASE)
    for word in ("exclusive-gate", "stochastic-depth", "shortcut_dropout=0.1"):
        with pytest.raises(InvalidSetting, match="no network type"):
            network_type(f"plain+{word}")
