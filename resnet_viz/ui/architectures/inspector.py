"""What is known of one part of a drawing, as a list of facts."""

from collections.abc import Sequence
from html import escape

from resnet_viz.architecture.graph import Architecture, Operation
from resnet_viz.architecture.levels import Level, Row, columns
from resnet_viz.architecture.paint import Paint
from resnet_viz.architecture.words import (
    blocks_text,
    multiply_adds_product,
    parameters_product,
    row_title,
    shape_text,
)
from resnet_viz.locale import gettext as _
from resnet_viz.ui.architectures.painting import Painting
from resnet_viz.wording import count, data_size, percent


def facts_of_rows(
    architecture: Architecture, level: Level, batch: int, painted: tuple[Painting, Paint] | None
) -> dict[str, str]:
    """The HTML of each row's facts, by the row's name; ``painted``: what is painted, and on this network."""
    return {
        row.name: _facts_html(architecture, row, batch, painted)
        for column in columns(architecture, level)
        for group in column.groups
        for row in group.rows
    }


def _facts_html(
    architecture: Architecture, row: Row, batch: int, painted: tuple[Painting, Paint] | None
) -> str:
    facts = _facts(architecture, row, batch)
    if painted is not None:
        painting, paint = painted
        facts.append((painting.title, painting.text(paint.value(row.operations))))
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts)
    repeated = f" · {blocks_text(len(row.parts))}" if len(row.parts) > 1 else ""
    return (
        f"<p><b>{escape(row_title(row))}</b>{escape(repeated)} <code>{escape(row.name)}</code></p>"
        f"<dl>{listed}</dl>"
    )


def _facts(architecture: Architecture, row: Row, batch: int) -> list[tuple[str, str]]:
    operations, output = row.operations, row.output
    parameters = sum(one.parameters for one in operations)
    work = sum(one.multiply_adds for one in operations)
    kept = sum(one.kept_bytes for one in operations)
    product = multiplied = ""
    if row.level == "operation":
        times = f"{len(row.parts)} · " if len(row.parts) > 1 else ""
        inputs = _input_shape(architecture, row.first[0])
        product = _times(times, parameters_product(row.first[0], inputs))
        multiplied = _times(times, multiply_adds_product(row.first[0], inputs))
    facts = [(_("Output"), f"{shape_text(output.output_shape)} · {data_size(batch * output.output_bytes)}")]
    if parameters:
        facts.append((_("Parameters"), _of_total(parameters, architecture.parameters, product)))
    if work:
        facts.append((_("Multiply-adds"), _of_total(work, architecture.multiply_adds, multiplied)))
    facts.append((_("Kept for backward"), data_size(batch * kept) if kept else _("nothing")))
    seen = [_field(row.first[-1]), _field(output)]
    facts.append((_("Receptive field"), " – ".join(dict.fromkeys(seen))))
    return facts


def _times(times: str, product: str) -> str:
    return f"{times}({product})" if times and "+" in product else f"{times}{product}" if product else ""


def _of_total(value: int, total: int, product: str) -> str:
    equation = f" = {product}" if product else ""
    return f"{count(value)}{equation} · {percent(value / total)}"


def _field(operation: Operation) -> str:
    field = operation.field
    if field.stride == 0:
        return _("the whole image")
    text = _("{side}×{side} pixels") if field.stride == 1 else _("{side}×{side} pixels, every {stride}")
    return text.format(side=field.size, stride=field.stride)


def _input_shape(architecture: Architecture, operation: Operation) -> tuple[int, ...]:
    if not operation.inputs:
        return ()
    return architecture.by_name[operation.inputs[0]].output_shape


def totals(architecture: Architecture, batch: int) -> Sequence[str]:
    """The costs of the whole network in a line."""
    return (
        _("{count} parameters").format(count=count(architecture.parameters)),
        _("{count} multiply-adds").format(count=count(architecture.multiply_adds)),
        _("{size} kept for the backward pass of {batch} images").format(
            size=data_size(batch * architecture.kept_bytes), batch=batch
        ),
    )
