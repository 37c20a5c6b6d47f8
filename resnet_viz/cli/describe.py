"""``describe``: what networks consist of and how they differ, without training them."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.table import Table

from resnet_viz.architecture.difference import difference
from resnet_viz.architecture.graph import Architecture, Operation
from resnet_viz.architecture.levels import LEVELS
from resnet_viz.architecture.mermaid import mermaid
from resnet_viz.architecture.svg import Mark
from resnet_viz.cli.console import put_json, say, show
from resnet_viz.cli.described import Named, drawing, elsewhere, of_spec, onnx_file, program, written
from resnet_viz.cli.files import path_given
from resnet_viz.cli.options import FieldsOption
from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import named_network, network_type, with_depth, with_fields
from resnet_viz.networks.named import of_type
from resnet_viz.specs import DataShape, NetworkSpec

if TYPE_CHECKING:
    from resnet_viz.networks.describe import Description

_INPUT: Final = "3x32x32"
_CLASSES: Final = 10
_SHOWN: Final = 40
"""Operations that are listed of a difference; more are in the JSON."""


def _file(option: str, what: str) -> Any:
    return typer.Option(option, parser=path_given, metavar="FILE", help=what)


def describe(
    network: Annotated[
        str | None,
        typer.Argument(
            help="A network type with its depth, such as residual-20, densenet-bc-100 or vgg-16; a run; "
            "bundled:plain; or torchvision:resnet34."
        ),
    ] = None,
    other: Annotated[str | None, typer.Argument(help="A second network, to compare with.")] = None,
    family: Annotated[
        str | None,
        typer.Option(help="The network type, where no network is named: plain, residual (the default) …"),
    ] = None,
    depth: Annotated[
        int | None, typer.Option(help="Layers with weights, where no depth is named; else 32 or the nearest.")
    ] = None,
    fields: FieldsOption = None,
    width: Annotated[int | None, typer.Option(help="Channels of the first stage; by default 16.")] = None,
    block: Annotated[
        str | None, typer.Option(help="basic, bottleneck, preactivation, preactivation-bottleneck.")
    ] = None,
    shortcut: Annotated[str | None, typer.Option(help="identity, projection, all-projection.")] = None,
    norm: Annotated[str | None, typer.Option(help="batch, group, none.")] = None,
    input_: Annotated[
        str | None, typer.Option("--input", help="Channels x height x width; by default 3x32x32.")
    ] = None,
    classes: Annotated[int | None, typer.Option(help="Number of classes; by default 10.")] = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="What the second network has and the first has not.")
    ] = False,
    level: Annotated[str, typer.Option(help="Of the drawing: stage, block, operation.")] = "block",
    paint: Annotated[
        str,
        typer.Option(help="On the drawing: params, macs, memory, ms, or RUN:METRIC as last recorded."),
    ] = "",
    svg: Annotated[
        Path | None, _file("--svg", "Draw the first network; with --diff the second, with what was added.")
    ] = None,
    onnx: Annotated[Path | None, _file("--onnx", "The first network with its weights, as ONNX.")] = None,
    code: Annotated[
        Path | None, _file("--code", "The first network as plain PyTorch that loads its weights.")
    ] = None,
    mermaid_: Annotated[Path | None, _file("--mermaid", "The first network as a Mermaid flowchart.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Count a network layer by layer, compare it with another, draw it, take it away."""
    given = {"width": width, "block": block, "shortcut": shortcut, "norm": norm}
    recipe = {name: value for name, value in given.items() if value is not None}
    asked = _Asked(recipe, fields or [], input_, classes)
    if network and family:
        raise _named_twice()
    if level not in LEVELS:
        raise InvalidSetting(
            "unknown_level",
            N_("--level must be one of {expected}, not {value}."),
            field="level",
            expected=", ".join(LEVELS),
            value=level[:60],
        )
    _refuse_lost(diff, other, paint, svg)
    first = asked.network(network or family or "residual", depth)
    second = asked.network(other, None) if other else None
    found = first.architecture()
    against = second.architecture() if second else None
    reports = [_counted(one, graph) for one, graph in ((first, found), (second, against)) if one and graph]
    if json:
        _put(reports, found, against if diff else None)
    elif diff and second and against:
        _show_difference(first, second, found, against)
    else:
        for name, report in zip((first.name, second.name if second else ""), reports, strict=False):
            _show(name, report)
    if svg is not None:
        marks: dict[str, Mark] = {}
        if diff and against:
            new = {one.name for one in difference(found, against).added}
            marks = {one.name: "added" if one.name in new else "same" for one in against.operations}
        drawn, graph = (second, against) if diff and second and against else (first, found)
        _write(svg, drawing(drawn, graph, level, paint, marks))
    if mermaid_ is not None:
        _write(mermaid_, mermaid(found))
    if code is not None:
        _write(code, program(first, found))
    if onnx is not None:
        content, trained = onnx_file(first)
        _write(onnx, content)
        if not trained:
            say(
                _("{network} has no trained weights here: those in the file are random.").format(
                    network=first.name
                )
            )


class _Asked:
    """What the options say of every network that is named."""

    def __init__(
        self, recipe: dict[str, Any], fields: list[str], input_: str | None, classes: int | None
    ) -> None:
        self._recipe = recipe
        self._fields = fields
        self._input = input_
        self._classes = classes

    def network(self, name: str, depth: int | None) -> Named:
        """The network called ``name``; raises `InvalidSetting` and `NotFound`."""
        found = elsewhere(name)
        if found is not None:
            others = (self._recipe or None, self._fields or None, self._input, self._classes, depth)
            if any(one is not None for one in others):
                raise InvalidSetting(
                    "network_is_fixed",
                    N_("{network} is as it is; leave out what would change it."),
                    field="network",
                    network=name[:60],
                )
            return found
        kind, named = named_network(name)
        if named is not None and depth is not None:
            raise _named_twice()
        channels, px = _input_shape(_INPUT if self._input is None else self._input)
        classes = _CLASSES if self._classes is None else self._classes
        shape = DataShape.checked(channels=channels, px=px, classes=classes)
        kind = network_type(*with_fields([kind.name], self._fields))
        base = NetworkSpec.model_construct(**self._recipe)
        spec = of_type(kind, named if named is not None else depth, base)
        return of_spec(with_depth(kind.name, spec.depth), spec, shape)


def _named_twice() -> InvalidSetting:
    return InvalidSetting(
        "network_named_twice",
        N_("Give the network and its depth once: residual-20, or the options for both."),
        field="network",
    )


def _refuse_lost(diff: bool, other: str | None, paint: str, svg: Path | None) -> None:
    """Refuse options that would have no effect."""
    if diff and other is None:
        raise InvalidSetting(
            "nothing_to_compare", N_("Name a second network to compare with."), field="other"
        )
    if paint and svg is None:
        raise InvalidSetting(
            "nothing_to_paint", N_("--paint colours a drawing; add --svg FILE."), field="paint"
        )


def _counted(network: Named, architecture: Architecture) -> "Description":
    from resnet_viz.networks.describe import describe as count  # torch takes seconds: only when needed
    from resnet_viz.networks.describe import description

    if network.spec is not None and network.shape is not None:
        return count(network.spec, network.shape)
    return description(architecture)


def _put(reports: "list[Description]", first: Architecture, second: Architecture | None) -> None:
    said = asdict(reports[0])
    if len(reports) > 1:
        said["other"] = asdict(reports[1])
    if second is not None:
        found = difference(first, second)
        said |= {
            "same": found.same,
            "added": [_facts(operation) for operation in found.added],
            "removed": [_facts(operation) for operation in found.removed],
        }
    put_json(said)


def _facts(operation: Operation) -> dict[str, Any]:
    return {
        "name": operation.name,
        "kind": operation.kind,
        "output_shape": operation.output_shape,
        "parameters": operation.parameters,
        "multiply_adds": operation.multiply_adds,
    }


def _show(name: str, counted: "Description") -> None:
    table = Table(_("layer"), _("kind"), _("output"), title=name)
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


def _show_difference(first: Named, second: Named, before: Architecture, after: Architecture) -> None:
    found = difference(before, after)
    for one, graph in ((first, before), (second, after)):
        show(
            _("{network}: {parameters} parameters, {multiply_adds} multiply-adds").format(
                network=one.name,
                parameters=f"{graph.parameters:,}",
                multiply_adds=f"{graph.multiply_adds:,}",
            )
        )
    show(
        _("The same in both: {same} operations. Added: {added}. Removed: {removed}.").format(
            same=found.same, added=len(found.added), removed=len(found.removed)
        )
    )
    table = Table("", _("operation"), _("kind"), _("output"))
    table.add_column(_("parameters"), justify="right")
    rows = [*(("+", one) for one in found.added), *(("−", one) for one in found.removed)]
    for sign, operation in rows[:_SHOWN]:
        shape = "×".join(map(str, operation.output_shape))
        table.add_row(sign, operation.name, operation.kind, shape, f"{operation.parameters:,}")
    if rows:
        show(table)
    if len(rows) > _SHOWN:
        show(_("{count} more; --json lists all.").format(count=len(rows) - _SHOWN))


def _write(file: Path, content: str | bytes) -> None:
    written(file, content)
    say(_("Written to {place}").format(place=file))


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
