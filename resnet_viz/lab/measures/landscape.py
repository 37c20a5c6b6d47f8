"""A slice of the training loss through both networks, and the largest eigenvalue of its Hessian."""

from collections.abc import Generator, Sequence
from typing import Final

import numpy as np
from torch import nn

from resnet_viz.inspection.models import load_model
from resnet_viz.lab.asked import Asked, Trained
from resnet_viz.probes.curvature import largest_eigenvalue
from resnet_viz.probes.landscape import Layers, perturbed_weights, slice_losses
from resnet_viz.probes.training_path import PathInPlane, loss_of, path_in_plane
from resnet_viz.processes.measuring import Partial

_SIDE: Final = 11
_PRODUCTS: Final = 8
_BEND_SHARE: Final = 0.4
"""Of the time, for the eigenvalues."""


def measure(asked: Asked) -> Generator[Partial]:
    """From the middle outwards, both networks at a time; then how sharply each bends.

    Arrays: ``places`` float64 [side]; ``losses_FAMILY`` float64 [side, side], rows along the second
    direction, NaN where not yet measured. Values: ``families``, ``layers``, ``images``, ``classes``, and
    ``eigenvalue`` by family once it is known. Where checkpoints are known also ``path_FAMILY`` float64
    [checkpoints + 1, 2] (see `probes.training_path`), ``path_losses_FAMILY`` float64 [checkpoints + 1], the
    loss of each as it was kept on the same images, and the value ``path``: steps and share by family.
    """
    layers, seed, count = (asked.settings[name] for name in ("layers", "directions", "images"))
    places = np.linspace(-1, 1, _SIDE)
    outwards = sorted(
        ((row, column) for row in range(_SIDE) for column in range(_SIDE)),
        key=lambda at: float(np.hypot(places[at[0]], places[at[1]])),
    )
    points = [(float(places[column]), float(places[row])) for row, column in outwards]
    networks = {one.family: one.model.network for one in asked.networks}
    batches = {one.family: one.few(count, of_training=True) for one in asked.networks}
    losses = {family: np.full((_SIDE, _SIDE), np.nan) for family in networks}
    eigenvalues: dict[str, float] = {}
    path_losses = {one.family: np.full(len(one.path) + 1, np.nan) for one in asked.networks if one.path}
    earlier = {
        one.family: [load_model(model, one.data_folder).network for _at, model in one.path]
        for one in asked.networks
    }
    paths = {one.family: _path(one, earlier[one.family], layers, seed) for one in asked.networks if one.path}

    def found(share: float) -> Partial:
        return Partial(
            share,
            {
                "families": list(networks),
                "layers": layers,
                "images": count,
                "classes": len(asked.networks[0].model.classes),
                "eigenvalue": dict(eigenvalues),
                "path": {
                    one.family: {
                        "steps": [step for step, _model in one.path],
                        "share": paths[one.family].share,
                    }
                    for one in asked.networks
                    if one.path
                },
            },
            {
                "places": places,
                **{f"losses_{name}": values.copy() for name, values in losses.items()},
                **{f"path_{name}": path.points for name, path in paths.items()},
                **{f"path_losses_{name}": values.copy() for name, values in path_losses.items()},
            },
        )

    slices = [
        slice_losses(network, *batches[family], points, seed=seed, layers=layers)
        for family, network in networks.items()
    ]
    for done, (at, *here) in enumerate(zip(outwards, *slices, strict=True), start=1):
        for family, loss in zip(networks, here, strict=True):
            losses[family][at] = loss
        yield found((1 - _BEND_SHARE) * done / len(points))
    for one in asked.networks:
        for at, network in enumerate(earlier[one.family]):
            path_losses[one.family][at] = loss_of(network, *batches[one.family])
            yield found(1 - _BEND_SHARE)
        if one.path:
            path_losses[one.family][-1] = losses[one.family][_SIDE // 2, _SIDE // 2]
    for number, (family, network) in enumerate(networks.items()):
        names = perturbed_weights(network, layers)
        estimates = largest_eigenvalue(network, *batches[family], names, products=_PRODUCTS)
        for done, estimate in enumerate(estimates, start=1):
            part = (number + min(done / _PRODUCTS, 1)) / len(networks)
            if done == _PRODUCTS:
                eigenvalues[family] = estimate
            yield found(1 - _BEND_SHARE * (1 - part))
        eigenvalues.setdefault(family, estimate)
    yield found(1.0)


def _path(one: Trained, earlier: Sequence[nn.Module], layers: Layers, seed: int) -> PathInPlane:
    network = one.model.network
    names = perturbed_weights(network, layers)
    return path_in_plane(network, [dict(each.named_parameters()) for each in earlier], names, seed=seed)
