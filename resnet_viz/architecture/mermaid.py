"""The graph of a network as a Mermaid flowchart, for READMEs, notebooks and wikis."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from resnet_viz.architecture.graph import Architecture, Block, Operation

_LABELS: Final = {"add": "+", "concat": "append"}


def mermaid(architecture: Architecture) -> str:
    """A flowchart from top to bottom, in which each skip connection is a thick edge of its own.

    Blocks of a stage that follow each other and are alike are drawn once, as ×N, with their skip connections.
    """
    runs = [run for _key, group in groupby(architecture.blocks, _alike) for run in _runs(list(group))]
    node_of: dict[str, str] = {}
    repeated: set[str] = set()
    lines = ["flowchart TB"]
    for number, run in enumerate(runs):
        shown = run[0]
        indent = "    "
        if shown.name:
            times = f" ×{len(run)}" if len(run) > 1 else ""
            lines.append(f'    subgraph b{number}["{shown.name}{times}"]')
            indent = "        "
        for place, operation in enumerate(shown.operations):
            node = f"n{number}_{place}"
            for block in run:
                node_of[block.operations[place].name] = node
            lines.append(f"{indent}{node}{_box(operation)}")
        repeated |= {operation.name for block in run[1:] for operation in block.operations}
        if shown.name:
            lines.append("    end")
    return "\n".join([*lines, *_edges(architecture, node_of, repeated), ""])


def _alike(block: Block) -> tuple[str, bool]:
    return block.stage, bool(block.name)


def _runs(blocks: Sequence[Block]) -> Iterator[tuple[Block, ...]]:
    """Neighbours that are alike; what has no name is never repeated."""
    for _signature, group in groupby(blocks, lambda block: block.signature if block.name else block):
        yield tuple(group)


def _box(operation: Operation) -> str:
    if operation.kind in _LABELS:
        return f'(("{_LABELS[operation.kind]}"))'
    kernel, stride, _padding, groups = operation.geometry
    label: str = operation.kind
    if operation.kind == "conv":
        label = f"conv {kernel}×{kernel}, {operation.output_shape[0]}"
        label += f", /{stride}" if stride > 1 else ""
        label += f", {groups} groups" if groups > 1 else ""
    elif operation.kind in ("linear", "input"):
        label = f"{operation.kind} {'×'.join(map(str, operation.output_shape))}"
    return f'["{label}"]'


def _edges(
    architecture: Architecture, node_of: Mapping[str, str], repeated: Collection[str]
) -> Iterator[str]:
    """What goes into each operation that is drawn; thick where that is a skip connection."""
    ends = {
        (skip.through[-1] if skip.through else skip.source, skip.target): skip for skip in architecture.skips
    }
    for operation in architecture.operations:
        if operation.name in repeated:
            continue
        for source in operation.inputs:
            skip = ends.get((source, operation.name))
            beside = operation.name not in architecture.main_way
            arrow = f"== {skip.kind} ==>" if skip else "==>" if beside else "-->"
            yield f"    {node_of[source]} {arrow} {node_of[operation.name]}"
