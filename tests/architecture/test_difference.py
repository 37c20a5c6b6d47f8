"""What one network has and another has not."""

from itertools import permutations

import pytest

from resnet_viz.architecture.difference import difference
from resnet_viz.networks.describe import architecture
from resnet_viz.networks.named import network_named
from resnet_viz.specs import DataShape

CIFAR = DataShape(channels=3, px=32, classes=10)
GRAPHS = {
    name: architecture(network_named(name), CIFAR)
    for name in ("plain-20", "residual-20", "residual-20+projection", "densenet-22", "vgg-11", "residual-110")
}


def test_a_residual_network_is_its_plain_twin_and_additions() -> None:
    found = difference(GRAPHS["plain-20"], GRAPHS["residual-20"])
    assert found.count_added("add") == 9
    assert found.count_added("subsample") == 2  # where channels double, they are filled up with zeros
    assert len(found.added) == 11
    assert found.removed == ()
    assert found.same == len(GRAPHS["plain-20"].operations)


def test_a_projection_is_a_convolution_and_a_norm_more() -> None:
    found = difference(GRAPHS["residual-20"], GRAPHS["residual-20+projection"])
    assert [one.kind for one in found.added] == ["conv", "norm"] * 2
    assert [one.kind for one in found.removed] == ["subsample"] * 2


@pytest.mark.parametrize(("a", "b"), [*permutations(GRAPHS, 2)])
def test_the_difference_of_any_two_adds_up(a: str, b: str) -> None:
    found, back = difference(GRAPHS[a], GRAPHS[b]), difference(GRAPHS[b], GRAPHS[a])
    assert found.same + len(found.removed) == len(GRAPHS[a].operations)
    assert found.same + len(found.added) == len(GRAPHS[b].operations)
    assert back.same + len(back.added) == len(GRAPHS[a].operations)
    assert found.added or found.removed


@pytest.mark.parametrize("name", GRAPHS)
def test_a_network_does_not_differ_from_itself(name: str) -> None:
    found = difference(GRAPHS[name], GRAPHS[name])
    assert (found.same, found.added, found.removed) == (len(GRAPHS[name].operations), (), ())
