"""Blocks deleted and swapped, against a forward that walks through the chosen blocks by itself."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch import Tensor

from resnet_viz.errors import InvalidSetting
from resnet_viz.networks.residual import ResidualNetwork
from resnet_viz.probes.removals import Change, measure_removals, rearranged
from resnet_viz.specs import NetworkSpec
from tests.networks.residuals import build_residual
from tests.networks.shapes import SMALL, images
from tests.probes.untouched import untouched

SPEC = NetworkSpec(depth=26, width=4)
LABELS = torch.arange(40) % 10


def network_of(shortcut: str = "identity", depth: int = 26, init: str = "he") -> ResidualNetwork:
    return build_residual(SPEC.but(shortcut=shortcut, depth=depth, init=init), SMALL, 0)


def through(network: ResidualNetwork, order: Sequence[Sequence[str | None]], x: Tensor) -> Tensor:
    """Logits when each stage has these blocks in this order."""
    network.eval()
    with torch.no_grad():
        x = torch.relu(network.stem_norm(network.stem(x)))
        for stage, names in zip(network.stages(), order, strict=True):
            for name in names:
                if name is not None:
                    x = stage.get_submodule(name)(x)
        logits: Tensor = network.head(x.mean((2, 3)))
        return logits


WHOLE = ("block1", "block2", "block3", "block4")


@pytest.mark.parametrize("shortcut", ["none", "identity", "all-projection"])
def test_blocks_left_out_and_exchanged_are_those_of_a_forward_that_walks_by_itself(shortcut: str) -> None:
    network, batch = network_of(shortcut), images(SMALL)
    places = {"stage1.block3": None, "stage2.block2": "stage2.block4", "stage2.block4": "stage2.block2"}
    order = (("block1", "block2", "block4"), ("block1", "block4", "block3", "block2"), WHOLE)
    expected = through(network, order, batch)
    assert not torch.allclose(expected, through(network, (WHOLE,) * 3, batch))
    with untouched(network), rearranged(network, places), torch.no_grad():
        assert torch.equal(network(batch), expected)


@pytest.mark.parametrize("change", ["deleted", "swapped"])
def test_blocks_that_are_identities_can_all_go_and_change_places(change: Change) -> None:
    network = network_of(init="zero-last-norm")
    *_, found = measure_removals(network, images(SMALL, 40), LABELS, change, draws=2, seed=0)
    assert found.counts.tolist() == ([*range(10)] if change == "deleted" else [0, 1, 2, 3])
    assert (found.errors == found.errors[0, 0]).all()


def test_the_first_draw_of_all_counts_comes_first_and_what_is_not_measured_is_no_number() -> None:
    network = network_of()
    every = list(
        measure_removals(network, images(SMALL, 40), LABELS, "deleted", draws=2, seed=0, most_counts=4)
    )
    assert every[0].counts.tolist() == [0, 1, 5, 9]
    assert np.isfinite(every[0].errors).sum() == 1
    assert np.isfinite(every[3].errors).tolist() == [[True] * 4, [False] * 4]
    assert np.isfinite(every[-1].errors).all()
    assert len(every) == 7  # nothing deleted is measured once


def test_all_deleted_is_the_network_of_first_blocks_whatever_is_drawn() -> None:
    network, batch = network_of(), images(SMALL, 40)
    labels = through(network, (WHOLE[:1],) * 3, batch).argmax(1)
    *_, found = measure_removals(network, batch, labels, "deleted", draws=3, seed=5)
    assert found.errors[:, -1].tolist() == [0, 0, 0]
    assert (found.errors[:, 0] > 0).all()


def test_pairs_of_equal_blocks_can_be_swapped_and_others_can_not() -> None:
    network, batch = network_of(), images(SMALL, 40)
    with torch.no_grad():
        labels = network.eval()(batch).argmax(1)
    *_, different = measure_removals(network, batch, labels, "swapped", draws=3, seed=0)
    for stage in network.stages():
        for name in WHOLE[2:]:
            stage.get_submodule(name).load_state_dict(stage.get_submodule("block2").state_dict())
    with torch.no_grad():
        labels = network(batch).argmax(1)
    *_, equal = measure_removals(network, batch, labels, "swapped", draws=3, seed=0)
    assert different.errors[:, 1:].max() > 0
    assert equal.errors.max() == 0


def test_the_same_seed_draws_the_same_blocks_for_both_networks() -> None:
    left: list[list[bool]] = []
    for shortcut in ("none", "identity"):
        network = network_of(shortcut)
        called: list[bool] = []
        left.append(called)
        hooks = [
            network.get_submodule(f"stage2.{name}").register_forward_hook(
                lambda *_, name=name, called=called: called.append(name == "block2")
            )
            for name in WHOLE
        ]
        list(measure_removals(network, images(SMALL, 4), LABELS[:4], "deleted", draws=3, seed=7))
        for hook in hooks:
            hook.remove()
    assert left[0] == left[1]


@pytest.mark.parametrize("change", ["deleted", "swapped"])
def test_nothing_is_left_behind_also_between_pieces_and_after_an_error(change: Change) -> None:
    network = network_of().train()
    network.stage2.eval()
    with untouched(network):
        pieces = measure_removals(network, images(SMALL, 4), LABELS[:4], change, draws=1, seed=0)
        for _ in range(3):
            next(pieces)
            with untouched(network):
                pass
            assert network.training
        pieces.close()
        with pytest.raises(RuntimeError):
            list(measure_removals(network, images(SMALL)[:, :1], LABELS[:4], change, draws=1, seed=0))


def test_networks_without_such_blocks_are_refused() -> None:
    cases: tuple[tuple[int, Change, str], ...] = (
        (8, "deleted", "no_removable_blocks"),
        (14, "swapped", "no_blocks_to_swap"),
    )
    for depth, change, code in cases:
        with pytest.raises(InvalidSetting) as refusal:
            next(
                measure_removals(network_of(depth=depth), images(SMALL), LABELS[:4], change, draws=1, seed=0)
            )
        assert refusal.value.code == code
