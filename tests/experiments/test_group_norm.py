"""What "group" is at a width, against the networks that are built."""

import pytest
from torch import nn

from resnet_viz.experiments.group_norm import group_sizes, group_words
from resnet_viz.specs import NetworkSpec
from tests.networks.residuals import build_residual
from tests.networks.shapes import GREY


@pytest.mark.parametrize("width", [1, 2, 6, 7, 8, 12, 16, 24])
def test_group_sizes_are_those_of_the_network(width: int) -> None:
    network = build_residual(NetworkSpec(depth=8, width=width, norm="group"), GREY, 0)
    found = []
    for stage in network.stages():
        norm = next(module for module in stage.modules() if isinstance(module, nn.GroupNorm))
        found.append(norm.num_channels // norm.num_groups)
    assert group_sizes(width) == tuple(found)


def test_group_is_said_to_be_instance_or_layer_normalisation_where_it_is() -> None:
    """At the default width 8 of the presets, and at width 7."""
    assert "each channel" in str(group_words(8))
    assert "instance normalisation" in str(group_words(8))
    assert "layer normalisation" in str(group_words(7))
    assert str(group_words(16)).endswith("a group has 2, 4 and 8 channels in stages 1, 2 and 3.")
