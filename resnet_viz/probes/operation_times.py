"""How long each operation of a network takes on this machine, measured one by one in a forward pass."""

from statistics import median
from time import perf_counter
from typing import Any, Final

import torch
from torch import Tensor, fx, nn

from resnet_viz.networks.trace import graph_of, names_of

WARM_UP: Final = 2
"""Passes that are not counted: the first ones allocate memory and choose how to compute."""


class _Clocked(fx.Interpreter):
    """Runs the graph and keeps how long each node took in each pass, in seconds."""

    def __init__(self, module: fx.GraphModule) -> None:
        super().__init__(module)
        self.taken: dict[fx.Node, list[float]] = {}

    def run_node(self, node: fx.Node) -> Any:
        start = perf_counter()
        result = super().run_node(node)
        self.taken.setdefault(node, []).append(perf_counter() - start)
        return result


@torch.inference_mode()
def operation_times(network: nn.Module, images: Tensor, repeats: int) -> dict[str, float]:
    """Milliseconds of each operation of ``network``, in evaluation mode, by name as an `Architecture` has it.

    Medians of ``repeats`` passes on the CPU over ``images`` float32 [B, C, H, W].
    """
    module = graph_of(network)
    clocked = _Clocked(module)
    for _ in range(WARM_UP + repeats):
        clocked.run(images)
    found: dict[str, float] = {}
    for node, name in names_of(module, module.graph).items():
        found[name] = found.get(name, 0.0) + 1e3 * median(clocked.taken[node][WARM_UP:])
    return found
