"""What the parts of a drawing are called, and how their costs come about, in the reader's language."""

from math import prod

from resnet_viz.architecture.graph import Operation
from resnet_viz.architecture.levels import Row
from resnet_viz.locale import gettext as _
from resnet_viz.locale import ngettext


def row_title(row: Row) -> str:
    """The first line of a box."""
    if row.level == "operation":
        return operation_title(row.first[0])
    if row.name == "stem":
        return _("image") if len(row.first) == 1 else _("stem")
    if row.name == "head":
        return _("head")
    if row.level == "stage":
        return _("stage {number}").format(number=_number(row.name))
    first, last = _number(row.name), _number(_block_of(row.parts[-1]))
    if "transition" in row.name:
        return _("transition")
    kind = _("layer {numbers}") if any(one.kind == "concat" for one in row.first) else _("block {numbers}")
    return kind.format(numbers=first if first == last else f"{first}–{last}")


def operation_title(operation: Operation) -> str:
    """What it does, short."""
    kernel, stride, _padding, groups = operation.geometry
    by = f" /{stride}" if stride > 1 else ""
    match operation.kind:
        case "input":
            return _("image")
        case "conv":
            lanes = f" ÷{groups}" if groups > 1 else ""
            return _("conv {kernel}, {channels}").format(
                kernel=f"{kernel}×{kernel}{lanes}", channels=f"{operation.output_shape[0]}{by}"
            )
        case "norm":
            return _("norm")
        case "activation":
            return "ReLU" if "relu" in operation.name.lower() else _("sigmoid")
        case "tanh":
            return "tanh"
        case "pool":
            return (
                _("global average")
                if kernel == 0
                else _("pool {kernel}").format(kernel=f"{kernel}×{kernel}{by}")
            )
        case "linear":
            return _("linear, {classes}").format(classes=operation.output_shape[0])
        case "add":
            return "+"
        case "concat":
            return _("append")
        case "scale":
            return _("× α")
        case "gate":
            return _("× gate")
        case "dropout":
            return _("dropout")
        case "subsample":
            return _("every {stride} pixels, zero channels").format(stride=stride)
        case "reshape":
            return _("as vector")
        case "function":
            return operation.name.rpartition(".")[2]


def shape_text(shape: tuple[int, ...]) -> str:
    """``16 × 32 × 32``: channels, height, width."""
    return " × ".join(map(str, shape))


def blocks_text(count: int) -> str:
    """How many blocks a stage has."""
    return ngettext("{count} block", "{count} blocks", count).format(count=count)


def parameters_product(operation: Operation, inputs: tuple[int, ...]) -> str:
    """How its parameters come about, ``3·3·16·32``; empty where there is nothing to multiply."""
    kernel, _stride, _padding, groups = operation.geometry
    if operation.kind == "conv":
        before, after = inputs[0] // groups, operation.output_shape[0]
        weights = kernel * kernel * before * after
        return _with_rest(f"{kernel}·{kernel}·{before}·{after}", operation.parameters - weights)
    if operation.kind == "linear":
        before, after = prod(inputs), operation.output_shape[0]
        return _with_rest(f"{before}·{after}", operation.parameters - before * after)
    if operation.kind == "norm" and operation.parameters:
        return f"2·{operation.output_shape[0]}"
    return ""


def multiply_adds_product(operation: Operation, inputs: tuple[int, ...]) -> str:
    """How its multiply-adds come about."""
    kernel, _stride, _padding, groups = operation.geometry
    if operation.kind == "conv":
        channels, height, width = operation.output_shape
        return f"{kernel}·{kernel}·{inputs[0] // groups}·{channels}·{height}·{width}"
    if operation.kind == "linear":
        return f"{prod(inputs)}·{operation.output_shape[0]}"
    return ""


def _with_rest(product: str, rest: int) -> str:
    return f"{product} + {rest}" if rest else product


def _number(name: str) -> str:
    """The digits at its end."""
    return name[len(name.rstrip("0123456789")) :] or name.rpartition(".")[2]


def _block_of(operations: tuple[Operation, ...]) -> str:
    return operations[0].block
