"""What blocks change, against a forward written out in NumPy and blocks whose answer is known."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.networks.adding_block import AddingBlock
from resnet_viz.probes import block_change
from resnet_viz.probes.activations import block_parts
from resnet_viz.probes.block_change import BlockChange, measure_block_change
from resnet_viz.specs import NetworkSpec
from tests.networks.residuals import build_residual
from tests.networks.shapes import SMALL, images
from tests.probes.untouched import untouched

SPEC = NetworkSpec(depth=14, width=4)


class Turning(AddingBlock):
    """F(x) = ``by`` · x with every second channel's sign turned."""

    def __init__(self, by: float, skips: bool) -> None:
        super().__init__()
        self.by = by
        self.skips = skips
        self.relu = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.relu(self.add(self.branch(x), x))
        return y

    def branch(self, x: Tensor) -> Tensor:
        return x * self.by * torch.tensor([1.0, -1.0])[:, None, None]

    def add(self, branch: Tensor, x: Tensor) -> Tensor:
        return branch + x if self.skips else branch


def measured(network: nn.Module, batch: Tensor) -> BlockChange:
    *_, found = measure_block_change(network, batch)
    return found


def test_blocks_whose_answer_is_known() -> None:
    """x has equal channels, so x and F(x) are at right angles and as long as ``by`` says."""
    x = torch.randn(6, 1, 5, 5, generator=torch.Generator().manual_seed(0)).expand(-1, 2, -1, -1)
    found = measured(Turning(0.75, skips=True), x)
    assert found.branch_ratio == pytest.approx([0.75])
    assert found.variance_ratio == pytest.approx([0.75**2])
    assert found.change == pytest.approx([0.75])
    assert found.influence == pytest.approx([1 - 1 / 1.25])  # a 3-4-5 triangle
    found = measured(Turning(1.0, skips=False), x)
    assert found.influence == pytest.approx([1.0])  # the cosine of a right angle is 0
    assert found.change == pytest.approx([2**0.5])
    assert np.isnan(found.branch_ratio).all()


def test_a_block_that_does_nothing_changes_nothing() -> None:
    network = build_residual(SPEC.but(init="zero-last-norm"), SMALL, 0)
    found = measured(network, images(SMALL))
    keeps_shape = np.array([True, True, False, True, False, True])
    assert found.blocks[1] == "stage1.block2"
    assert (found.response == 0).all()
    assert (found.variance_ratio == 0).all()
    assert (found.branch_ratio == 0).all()
    assert (found.change[keeps_shape] == 0).all()
    assert found.influence[keeps_shape] == pytest.approx(0, abs=1e-12)
    assert np.isnan(found.change[~keeps_shape]).all()
    assert np.isnan(found.influence[~keeps_shape]).all()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"shortcut": "none"},
        {"shortcut": "all-projection"},
        {"block": "preactivation", "branch_scale": 0.5},
        {"gate": "exclusive", "gate_bias": -1},
        {"block": "bottleneck", "depth": 11},
    ],
)
def test_values_over_several_parts_against_numpy_of_single_images(
    fields: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(block_change, "_IMAGES_AT_ONCE", 2)
    network = build_residual(SPEC.but(**fields), SMALL, 0)
    batch = images(SMALL, 5)
    found = measured(network, batch)
    assert found.images == 5
    plain = fields.get("shortcut") == "none"
    for at, tap in enumerate(found.blocks):
        parts = [block_parts(network, image, tap) for image in batch]
        branch, skip, x, output = (
            np.stack([getattr(part, name) for part in parts]).astype(np.float64)
            for name in ("branch", "shortcut", "input", "output")
        )
        assert found.response[at] == pytest.approx(branch.std(), rel=1e-4)
        if plain:
            assert np.isnan([found.variance_ratio[at], found.branch_ratio[at]]).all()
        else:
            variances = branch.var((0, 2, 3)).mean() / skip.var((0, 2, 3)).mean()
            assert found.variance_ratio[at] == pytest.approx(variances, rel=1e-4)
            norms = [np.linalg.norm(f) / np.linalg.norm(s) for f, s in zip(branch, skip, strict=True)]
            assert found.branch_ratio[at] == pytest.approx(np.mean(norms), rel=1e-4)
        assert np.isnan(found.change[at]) == (x.shape != output.shape)
        if x.shape == output.shape:
            pairs = list(zip(x, output, strict=True))
            changes = [np.linalg.norm(b - a) / np.linalg.norm(a) for a, b in pairs]
            angles = [1 - (a * b).sum() / np.linalg.norm(a) / np.linalg.norm(b) for a, b in pairs]
            assert found.change[at] == pytest.approx(np.mean(changes), rel=1e-4)
            assert found.influence[at] == pytest.approx(np.mean(angles), rel=1e-3, abs=1e-6)


def test_at_the_start_residual_blocks_change_less_the_later_they_come_and_plain_ones_do_not() -> None:
    """De & Smith 2020: normalised branches are added, so the stream grows and each adds less to it."""
    residual = measured(build_residual(SPEC.but(depth=44), SMALL, 0), images(SMALL, 16))
    plain = measured(build_residual(SPEC.but(depth=44, shortcut="none"), SMALL, 0), images(SMALL, 16))
    first, second = residual.change[1:4].mean(), residual.change[4:7].mean()
    assert second < 0.8 * first
    assert np.nanmedian(plain.influence) > 3 * np.nanmedian(residual.influence)


@pytest.mark.parametrize("channels", [3, 1], ids=["success", "error"])
def test_nothing_is_left_behind(channels: int) -> None:
    network = build_residual(SPEC, SMALL, 0).train()
    network.stage2.eval()
    with untouched(network):
        pieces = measure_block_change(network, images(SMALL)[:, :channels])
        if channels == 3:
            next(pieces)
        else:
            with pytest.raises(RuntimeError):
                next(pieces)


def test_a_network_without_blocks_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="no blocks"):
        next(measure_block_change(nn.Sequential(nn.Flatten(), nn.Linear(192, 10)), images(SMALL)))
