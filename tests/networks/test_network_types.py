"""How networks are asked for by words: with their depth, with fields and values, several families at once."""

import pytest

from resnet_viz.errors import InvalidSetting
from resnet_viz.networks.families import (
    ROLES,
    depths_at,
    named_network,
    network_type,
    possible_depths,
    with_depth,
    with_fields,
)
from resnet_viz.specs import NetworkSpec

BASE = NetworkSpec(width=4)


@pytest.mark.parametrize("name", [*ROLES, "residual+projection", "densenet+growth=24"])
def test_a_network_can_be_named_with_its_depth(name: str) -> None:
    kind = network_type(name)
    assert named_network(with_depth(name, 20)) == (kind, 20)
    assert named_network(name) == (kind, None)


def test_a_field_with_its_value_is_checked_like_any_setting() -> None:
    assert network_type("densenet-bc+growth=24+compression=1+group").name == (
        "densenet-bc+group+growth=24+compression=1"
    )
    assert network_type("vgg+norm=none").name == "vgg+no-norm"
    assert network_type("densenet+growth=24").network(BASE, 7).growth == 24
    for text, code in [
        ("densenet+growth=0", "greater_than_equal"),
        ("densenet+growth=many", "int_parsing"),
        ("densenet-bc+compression=2", "less_than_equal"),
        ("densenet+compression=0.5", "unknown_family"),
        ("densenet+growth", "unknown_family"),
        ("densenet+growth=3+growth=4", "unknown_family"),
        ("plain+shortcut=identity", "unknown_family"),
    ]:
        with pytest.raises(InvalidSetting) as refused:
            network_type(text)
        assert refused.value.code == code, text
        assert refused.value.field in ("families", text.partition("+")[2].partition("=")[0])


def test_a_field_goes_to_the_types_that_have_it_or_is_refused() -> None:
    assert with_fields(("plain", "densenet"), ("growth=24",)) == ("plain", "densenet+growth=24")
    assert with_fields(("vgg", "densenet"), ("width=8", "growth=6")) == ("vgg+width=8", "densenet+growth=6")
    with pytest.raises(InvalidSetting, match="“growth”; they have: width, block, norm, init"):
        with_fields(("plain",), ("growth=24",))


def test_one_family_is_compared_at_one_depth_and_others_take_their_nearest() -> None:
    """6n+2 and 3n+4 have no depth in common."""
    assert depths_at(20, ("plain", "residual", "densenet", "vgg", "alexnet"), BASE) == {
        "plain": 20,
        "residual": 20,
        "densenet": 19,
        "vgg": 19,
        "alexnet": 8,
    }
    assert depths_at(40, ("residual", "residual+bottleneck", "densenet"), BASE) == {
        "residual": 38,
        "residual+bottleneck": 38,
        "densenet": 40,
    }
    with pytest.raises(InvalidSetting, match=r"has depth 21\. Nearest: 20, 22\."):
        depths_at(21, ("residual", "densenet"), BASE)
    with pytest.raises(InvalidSetting, match=r"9n\+2"):
        depths_at(8, ("plain", "plain+bottleneck"), BASE)
    assert possible_depths(("residual", "densenet"), BASE)[:5] == [7, 8, 10, 13, 14]
