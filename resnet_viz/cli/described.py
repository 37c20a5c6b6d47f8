"""The networks that ``describe`` is asked for, and the files it makes; torch is imported only inside."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from resnet_viz.architecture.graph import Architecture
from resnet_viz.architecture.paint import Paint, cost_paint, measured_paint
from resnet_viz.architecture.svg import Mark, View, draw_file
from resnet_viz.cli.store import history
from resnet_viz.data.catalogue import shape_of
from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.exports.network_program import network_program, published_program
from resnet_viz.exports.weights import kept_weights
from resnet_viz.figures.families import family_look, published_colour
from resnet_viz.figures.recorded_paint import on_operations, recorded_values
from resnet_viz.inspection.zoo_weights import drawable
from resnet_viz.locale import N_
from resnet_viz.networks.families import named_network
from resnet_viz.networks.torchvision_catalogue import DRAWN
from resnet_viz.specs import DataShape, NetworkSpec, RunSpec
from resnet_viz.store import RunReader, home_folder

PAINTS: Final = {"params": "parameters", "macs": "multiply_adds", "memory": "memory"}
"""Costs to paint, as the option calls them."""
MILLISECONDS: Final = "ms"
_TIMED_IMAGES: Final = 32


@dataclass(frozen=True, slots=True)
class Named:
    """One network: how it is called, and how the questions of `inspection.architectures` ask for it.

    ``spec`` and ``shape`` are those of networks of ours; ``weights`` the values that ask for it with the
    weights it has here.
    """

    name: str
    question: Mapping[str, Any]
    weights: Mapping[str, Any]
    spec: NetworkSpec | None = None
    shape: DataShape | None = None

    def architecture(self) -> Architecture:
        """Its operations; raises as `asked_architecture`."""
        from resnet_viz.inspection.architectures import asked_architecture

        return asked_architecture(self.question, home_folder() / "data")

    @property
    def colour(self) -> str:
        """Of its family."""
        if self.spec is None:
            return published_colour(DRAWN[self.name.partition(":")[2]])
        return family_look(self.spec.role).css


def of_spec(name: str, spec: NetworkSpec, shape: DataShape) -> Named:
    """A network of ours that nobody has trained."""
    question = {"spec": spec.model_dump(mode="json"), "shape": shape.model_dump(mode="json")}
    return Named(name, question, question, spec, shape)


def elsewhere(name: str) -> Named | None:
    """The network that is called ``name`` and has its input with it; None where a network type is meant.

    It is one of torchvision, a bundled one, or that of a run.

    Raises:
        NotFound: there is no such network.
        CheckpointDamaged: its file cannot be read.
    """
    if drawable(name) is not None:
        return Named(name, {"model": name}, {"model": name})
    if name.startswith("bundled:"):
        from resnet_viz.inspection.models import load_model

        run = load_model(name, home_folder() / "data").spec
        assert run is not None  # bundled networks are ours
        return _of_run(name, run, {"model": name})
    try:
        named_network(name)
    except InvalidSetting as unknown:
        with history() as store:
            try:
                record = store.run(name)
            except NotFound as error:
                if error.code == "ambiguous_id":
                    raise
                raise unknown from None
            try:
                weights = {"model": f"file:{kept_weights(store, record)}"}
            except NotFound:
                weights = {}
            return _of_run(record.id, record.spec, weights)
    return None


def _of_run(name: str, run: RunSpec, weights: Mapping[str, Any]) -> Named:
    return replace(of_spec(name, run.network, shape_of(run.data)), weights=weights)


def program(network: Named, architecture: Architecture) -> str:
    """Standalone PyTorch."""
    if network.spec is None or network.shape is None:
        return published_program(network.name.partition(":")[2], architecture.parameters)
    return network_program(network.spec, network.shape, architecture.parameters)


def onnx_file(network: Named) -> tuple[bytes, bool]:
    """An ONNX file, and whether its weights are of a training; raises `NotFound` where they are gone."""
    if not network.weights:
        raise NotFound("no_weights", N_("Run {id} has no weights on disk."), id=network.name)
    from resnet_viz.inspection.architectures import weighted
    from resnet_viz.networks.onnx_file import onnx_bytes

    found = weighted(network.weights, home_folder() / "data")
    return onnx_bytes(found.network, found.channels, found.px), found.trained


def drawing(
    network: Named,
    architecture: Architecture,
    level: Any,
    paint: str,
    marks: Mapping[str, Mark] | None = None,
) -> str:
    """The drawing as a file; raises `InvalidSetting` for a paint that there is not."""
    painted = _paint(paint, network, architecture) if paint else None
    view = View(level, network.colour, paint=painted, marks=marks or {})
    return draw_file(architecture, view, network.name)


def _paint(paint: str, network: Named, architecture: Architecture) -> Paint:
    if paint in PAINTS:
        return cost_paint(architecture, PAINTS[paint])
    if paint == MILLISECONDS:
        from resnet_viz.inspection.architectures import measured_milliseconds

        taken = measured_milliseconds(network.question, _TIMED_IMAGES, home_folder() / "data")
        return measured_paint(taken, adds=True)
    run, colon, metric = paint.partition(":")
    if not colon:
        raise InvalidSetting(
            "unknown_paint",
            N_("--paint is one of {known}, or RUN:METRIC, not {paint}."),
            field="paint",
            known=", ".join((*PAINTS, MILLISECONDS)),
            paint=paint[:60],
        )
    with history() as store:
        profiles = RunReader(store, store.run(run).id).history().profiles
    if metric not in profiles:
        raise InvalidSetting(
            "unknown_metric",
            N_("Run {run} has recorded no {metric} by layer; it has: {known}."),
            field="paint",
            run=run,
            metric=metric[:60],
            known=", ".join(sorted(profiles)) or "–",
        )
    values = on_operations(recorded_values(profiles[metric]), architecture)
    if not values:
        raise InvalidSetting(
            "other_layers",
            N_("Run {run} and {network} have no layer in common; draw the network of the run."),
            field="paint",
            run=run,
            network=network.name,
        )
    return measured_paint(values)


def written(file: Path, content: str | bytes) -> None:
    """Write a file; raises `InvalidSetting` where that cannot be."""
    from resnet_viz.cli.files import not_writable

    try:
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise not_writable(file, error) from None
