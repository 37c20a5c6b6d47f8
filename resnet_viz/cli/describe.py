"""``describe``: what a network consists of, without training it."""

from dataclasses import asdict
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from resnet_viz.cli.console import put_json, show
from resnet_viz.cli.options import FieldsOption
from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import named_network, network_type, with_fields
from resnet_viz.specs import DataShape, NetworkSpec

_USUAL_DEPTH: Final = 32


def describe(
    network: Annotated[
        str | None,
        typer.Argument(help="A network type with its depth, such as residual-20, densenet-bc-100 or vgg-16."),
    ] = None,
    family: Annotated[
        str | None,
        typer.Option(help="The network type, where no network is named: plain, residual (the default) …"),
    ] = None,
    depth: Annotated[
        int | None, typer.Option(help="Layers with weights, where no depth is named; else 32 or the nearest.")
    ] = None,
    fields: FieldsOption = None,
    width: Annotated[int, typer.Option(help="Channels of the first stage.")] = 16,
    block: Annotated[
        str, typer.Option(help="basic, bottleneck, preactivation, preactivation-bottleneck.")
    ] = "basic",
    shortcut: Annotated[str, typer.Option(help="identity, projection, all-projection.")] = "identity",
    norm: Annotated[str, typer.Option(help="batch, group, none.")] = "batch",
    input_: Annotated[str, typer.Option("--input", help="Channels x height x width.")] = "3x32x32",
    classes: Annotated[int, typer.Option(help="Number of classes.")] = 10,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Count a network: shapes, parameters and multiply-adds of every layer."""
    channels, px = _input_shape(input_)
    recipe: dict[str, Any] = {"width": width, "block": block, "shortcut": shortcut, "norm": norm}
    base = NetworkSpec.model_construct(**recipe)
    kind, named = named_network(network or family or "residual")
    if (network and family) or (named is not None and depth is not None):
        raise InvalidSetting(
            "network_named_twice",
            N_("Give the network and its depth once: residual-20, or the options for both."),
            field="network",
        )
    kind = network_type(*with_fields([kind.name], fields or ()))
    depth = named if named is not None else depth
    spec = kind.network(base, kind.depths(base).nearest(_USUAL_DEPTH) if depth is None else depth)
    shape = DataShape.checked(channels=channels, px=px, classes=classes)
    from resnet_viz.networks.describe import describe as count  # torch takes seconds: only when needed

    counted = count(spec, shape)
    if json:
        put_json(asdict(counted))
        return
    table = Table(_("layer"), _("kind"), _("output"), title=f"{spec.role}-{spec.depth}")
    table.add_column(_("parameters"), justify="right")
    table.add_column(_("multiply-adds"), justify="right")
    for layer in counted.layers:
        table.add_row(
            layer.tap,
            layer.kind,
            "×".join(map(str, layer.output_shape)),
            f"{layer.parameters:,}",
            f"{layer.multiply_adds:,}",
        )
    table.add_section()
    table.add_row(_("all"), "", "", f"{counted.parameters:,}", f"{counted.multiply_adds:,}")
    show(table)


def _input_shape(text: str) -> tuple[int, int]:
    parts = text.lower().split("x")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts) or parts[1] != parts[2]:
        raise InvalidSetting(
            "input_shape",
            N_("The input must be channels x height x width with equal sides, such as 3x32x32, not {text}."),
            field="input",
            text=text[:60],
        )
    return int(parts[0]), int(parts[1])
