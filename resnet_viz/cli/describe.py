"""``describe``: what a network consists of, without training it."""

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table

from resnet_viz.cli.console import put_json, show
from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import network_type
from resnet_viz.specs import DataShape, NetworkSpec


def describe(
    family: Annotated[
        str, typer.Option(help="plain, residual or a variant, such as residual+projection.")
    ] = "residual",
    depth: Annotated[int, typer.Option(help="Weighted layers: 6n+2, bottlenecks 9n+2.")] = 32,
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
    spec = network_type(family).network(NetworkSpec.model_construct(**recipe), depth)
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
