"""Networks that cost the same: how wide one has to be to multiply as often as another.

The cost is that of one image in multiply-adds. What makes a network wider is said by its family:
the width of its first stage, of a DenseNet the growth. Nothing here imports torch.
"""

from bisect import bisect_left
from functools import lru_cache
from typing import Final

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.networks.families import (
    family_of,
    multiply_adds,
    network_type,
    with_depth,
    without_shortcuts,
)
from resnet_viz.specs import DataShape, NetworkSpec
from resnet_viz.wording import number

TOLERANCE: Final = 0.1
"""Networks whose multiply-adds differ by this share at most are said to cost the same."""


@lru_cache(maxsize=4096)
def network_as_costly(
    name: str, depth: int, reference: str, reference_depth: int, *, base: NetworkSpec, shape: DataShape
) -> NetworkSpec:
    """The network of the type ``name`` that costs what that of the type ``reference`` does.

    As the recipe ``base`` asks for it where that costs the same already. Else at the width at which
    the same network without its shortcuts costs the most similar, so that twins have one width; else,
    where shortcuts cost too much for that, at the width at which it does itself.

    Raises:
        InvalidSetting: no width brings it within `TOLERANCE`.
    """
    target = multiply_adds(network_type(reference).network(base, reference_depth), shape)
    kind = network_type(name)
    network, field = kind.network(base, depth), kind.family.scaled_by
    tries = [network]
    if field not in kind.variant:
        tries += [
            network.but(**{field: _nearest(one, field, target, shape)})
            for one in (without_shortcuts(network), network)
        ]
    for one in tries:
        if abs(multiply_adds(one, shape) - target) <= TOLERANCE * target:
            return one
    raise InvalidSetting(
        "no_equal_cost",
        N_(
            "{network} does not come within {percent}% of the {target} multiply-adds of {reference}: the "
            "nearest, with {setting} {value}, has {cost}. Choose another depth, or allow different costs."
        ),
        field="equal_cost",
        network=with_depth(name, depth),
        percent=round(100 * TOLERANCE),
        target=number(float(target)),
        reference=with_depth(reference, reference_depth),
        setting=field,
        value=getattr(tries[-1], field),
        cost=number(float(multiply_adds(tries[-1], shape))),
    )


def scale_of(network: NetworkSpec) -> tuple[str, int]:
    """The field that makes ``network`` wider, and its value."""
    field = family_of(network).scaled_by
    return field, getattr(network, field)


def _nearest(network: NetworkSpec, field: str, target: int, shape: DataShape) -> int:
    """The value of ``field`` with which ``network`` costs what is nearest to ``target``."""

    def cost(value: int) -> int:
        return multiply_adds(network.model_copy(update={field: value}), shape)

    (most,) = (bound.le for bound in NetworkSpec.model_fields[field].metadata if hasattr(bound, "le"))
    values = range(1, most + 1)
    above = bisect_left(values, target, key=cost)
    return min(values[max(above - 1, 0) : above + 1], key=lambda value: abs(cost(value) - target))
