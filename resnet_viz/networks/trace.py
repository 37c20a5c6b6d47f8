"""From a network to the graph of its operations, by following one image through it.

`torch.fx` writes down which operation takes whose output, so that no connection
is missing and none is made up. On the meta device this needs no memory for
weights or activations.
"""

import operator
import re
from collections.abc import Mapping
from itertools import chain
from math import prod
from typing import Any, Final, cast

import torch
from torch import Tensor, fx, nn
from torch.autograd.graph import saved_tensors_hooks

from resnet_viz.architecture.graph import Architecture, Field, Kind, Operation
from resnet_viz.networks.adding_block import LearnedScale
from resnet_viz.networks.chance import Kept
from resnet_viz.networks.residual import PaddedSubsample

_MODULES: Final[tuple[tuple[type | tuple[type, ...], Kind], ...]] = (
    (nn.Conv2d, "conv"),
    (nn.Linear, "linear"),
    ((nn.BatchNorm2d, nn.GroupNorm), "norm"),
    ((nn.ReLU, nn.Sigmoid), "activation"),
    (nn.Tanh, "tanh"),
    ((nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d), "pool"),
    ((nn.Dropout, Kept), "dropout"),
    (LearnedScale, "scale"),
    (PaddedSubsample, "subsample"),
)
_FUNCTIONS: Final[Mapping[Any, Kind]] = {
    operator.add: "add",
    torch.add: "add",
    torch.cat: "concat",
    torch.flatten: "reshape",
    torch.sigmoid: "activation",
}

_STAGE: Final = re.compile(r"((?:features\.)?(?:stage|layer|denseblock))(\d+)")
_TRANSITION: Final = re.compile(r"features\.transition(\d+)")
_POOL_AFTER_STAGE: Final = re.compile(r"pool(\d+)")


class _Tracer(fx.Tracer):
    """What has no parts of its own is one operation."""

    def is_leaf_module(self, module: nn.Module, path: str) -> bool:
        return not any(True for _ in module.children()) or super().is_leaf_module(module, path)


class _Saved(torch.autograd.Function):
    """Keeps its input, as batch normalisation does, or its output, as ReLU and tanh do.

    On the meta device those themselves take most of the time of a whole network.
    """

    @staticmethod
    def forward(context: Any, x: Tensor, keeps_input: bool) -> Tensor:
        y = torch.empty(x.shape, dtype=x.dtype, device=x.device)  # faster than empty_like
        context.save_for_backward(x if keeps_input else y)
        return y

    @staticmethod
    def backward(context: Any, *gradients: Any) -> Any:
        raise NotImplementedError


class _Follower(fx.Interpreter):
    """Runs the graph once, and writes down what each node put out and what autograd kept of it."""

    def __init__(self, network: nn.Module, graph: fx.Graph) -> None:
        super().__init__(network, graph=graph)
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.kept_bytes: dict[str, int] = {}
        self._counted = {
            tensor.untyped_storage()._cdata for tensor in chain(network.parameters(), network.buffers())
        }

    def call_module(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        module = self.fetch_attr(target)
        if isinstance(module, nn.BatchNorm2d | nn.ReLU | nn.Tanh):
            return _Saved.apply(*args, isinstance(module, nn.BatchNorm2d))
        return super().call_module(target, args, kwargs)

    def run_node(self, node: fx.Node) -> Any:
        kept = 0

        def keep(tensor: Tensor) -> Tensor:
            nonlocal kept
            place = tensor.untyped_storage()._cdata
            if place not in self._counted and tensor.dim() > 1:
                self._counted.add(place)
                kept += tensor.numel() * tensor.element_size()
            return tensor

        with saved_tensors_hooks(keep, lambda tensor: tensor):
            result = super().run_node(node)
        if isinstance(result, Tensor):
            self.shapes[node.name] = tuple(result.shape[1:])
            self.kept_bytes[node.name] = kept
        return result


def trace(network: nn.Module, channels: int, px: int) -> Architecture:
    """The operations of ``network``, on the meta device, for images [``channels``, ``px``, ``px``]."""
    network.eval()
    graph = _Tracer().trace(network)  # not `graph_of`: making code of it would take almost as long again
    follower = _Follower(network.train(), graph)
    # The result is held: what was kept must not be freed and its place given to others before all is counted.
    _logits = follower.run(torch.empty(1, channels, px, px, device="meta"))
    return Architecture(tuple(_Reader(network, graph, follower).operations(px)))


def graph_of(network: nn.Module) -> fx.GraphModule:
    """``network``, in evaluation mode, as the graph of its operations; it has the same weights."""
    network.eval()
    return fx.GraphModule(network, _Tracer().trace(network))


def names_of(module: nn.Module, graph: fx.Graph) -> dict[fx.Node, str]:
    """What the operations of an `Architecture` are called whose outputs the nodes of ``graph`` are.

    Modules that do nothing are no operations: such a node has the name of what goes into it.
    """
    names: dict[fx.Node, str] = {}
    used: dict[str, int] = {}
    for node in graph.nodes:
        if node.op == "output":
            continue
        if _does_nothing(module, node):
            names[node] = names[node.all_input_nodes[0]]
            continue
        name = _name(node)
        used[name] = used.get(name, 0) + 1
        names[node] = name if used[name] == 1 else f"{name}{used[name]}"
    return names


def _does_nothing(module: nn.Module, node: fx.Node) -> bool:
    return node.op == "call_module" and isinstance(module.get_submodule(str(node.target)), nn.Identity)


def _name(node: fx.Node) -> str:
    if node.op == "placeholder":
        return "input"
    if node.op == "call_module":
        return str(node.target)
    stack = list(node.meta.get("nn_module_stack", {}))
    function = getattr(node.target, "__name__", str(node.target))
    return f"{stack[-1]}.{function}" if stack and stack[-1] else function


class _Reader:
    """Makes operations of nodes; modules that do nothing are left out."""

    def __init__(self, network: nn.Module, graph: fx.Graph, follower: _Follower) -> None:
        self._network = network
        self._graph = graph
        self._follower = follower
        self._names = names_of(network, graph)
        self._fields: dict[str, Field] = {}

    def operations(self, px: int) -> list[Operation]:
        found: list[Operation] = []
        place = _Place()
        for node in self._graph.nodes:
            if node.op == "output" or _does_nothing(self._network, node):
                continue
            module = self._network.get_submodule(node.target) if node.op == "call_module" else None
            inputs = tuple(self._names[source] for source in node.all_input_nodes)
            name = self._names[node]
            kind = _kind(node, module)
            before = self._follower.shapes[node.all_input_nodes[0].name] if inputs else ()
            geometry = _geometry(module, before)
            fields = [self._fields[source] for source in inputs]
            self._fields[name] = _field(kind, geometry, fields, px)
            shape = self._follower.shapes[node.name]
            stage, block = place.of(name, kind)
            work = 0
            if isinstance(module, nn.Conv2d | nn.Linear):
                work = module.weight[0].numel() * prod(shape)
            found.append(
                Operation(
                    name,
                    kind,
                    inputs,
                    shape,
                    sum(parameter.numel() for parameter in module.parameters()) if module else 0,
                    work,
                    self._follower.kept_bytes[node.name],
                    geometry,
                    self._fields[name],
                    stage,
                    block,
                )
            )
        return found


class _Place:
    """Which stage and block an operation is in, by the path of its module.

    A stage without parts of its own has a block for each convolution with what follows it.
    torchvision's VGG and AlexNet have one list of modules, in which a pooling ends a stage.
    """

    def __init__(self) -> None:
        self._flat_stage = 1
        self._flat_block = ""

    def of(self, name: str, kind: Kind) -> tuple[str, str]:
        path = name.split(".")
        if path[0] == "features" and len(path) == 2 and path[1].isdecimal():
            stage = f"features.{self._flat_stage}"
            if kind == "pool":
                self._flat_stage += 1
            return stage, self._flat(name, kind)
        pool = _POOL_AFTER_STAGE.fullmatch(name)
        if pool:
            return f"stage{pool[1]}", self._flat_block
        transition = _TRANSITION.match(name)
        if transition:
            return f"features.denseblock{int(transition[1]) + 1}", transition[0]
        stage_path = _STAGE.match(name)
        if stage_path is None:
            return "", ""
        stage = stage_path[0]
        inner = name.removeprefix(stage).strip(".").split(".")
        if len(inner) > 1:
            return stage, f"{stage}.{inner[0]}"
        return stage, self._flat(name, kind)

    def _flat(self, name: str, kind: Kind) -> str:
        if kind in ("conv", "concat"):
            self._flat_block = name
        return self._flat_block


def _kind(node: fx.Node, module: nn.Module | None) -> Kind:
    if node.op == "placeholder":
        return "input"
    if module is not None:
        return next((kind for types, kind in _MODULES if isinstance(module, types)), "function")
    if node.target is operator.mul:
        return "gate" if len(node.all_input_nodes) > 1 else "scale"
    return _FUNCTIONS.get(node.target, "function")


def _geometry(module: nn.Module | None, before: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Kernel side, stride, padding, groups; a pooling of everything has a kernel of 0.

    ``before`` is the shape of what goes in.
    """
    if isinstance(module, nn.Conv2d):
        return (
            module.kernel_size[0],
            module.stride[0],
            cast(tuple[int, int], module.padding)[0],
            module.groups,
        )
    if isinstance(module, nn.MaxPool2d | nn.AvgPool2d):
        return _side(module.kernel_size), _side(module.stride), _side(module.padding), 1
    if isinstance(module, PaddedSubsample):
        return 1, module.stride, 0, 1
    if isinstance(module, nn.AdaptiveAvgPool2d):
        parts = _side(cast(int | tuple[int, ...], module.output_size))
        # Where they are unequal they overlap, and the box of everything is a bound.
        equal = parts > 1 and before[-1] % parts == 0
        return (before[-1] // parts, before[-1] // parts, 0, 1) if equal else (0, 1, 0, 1)
    if isinstance(module, nn.Linear):
        return 0, 1, 0, 1
    return 1, 1, 0, 1


def _side(size: int | tuple[int, ...]) -> int:
    return size if isinstance(size, int) else size[0]


def _field(kind: Kind, geometry: tuple[int, int, int, int], fields: list[Field], px: int) -> Field:
    if kind == "input":
        return Field(0, 0, 1)
    whole = Field(0, px - 1, 0)
    kernel, stride, padding, _groups = geometry
    if kernel == 0 or any(field.stride == 0 for field in fields):
        return whole
    first = min(field.first for field in fields)
    last = max(field.last for field in fields)
    jump = fields[0].stride
    return Field(first - padding * jump, last + (kernel - 1 - padding) * jump, jump * stride)
