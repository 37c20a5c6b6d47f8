"""The graph that is read off a network, against what PyTorch itself does with that network."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.overrides import TorchFunctionMode
from torch.utils.flop_counter import FlopCounterMode

from resnet_viz.architecture.graph import Architecture
from resnet_viz.networks.named import network_named
from resnet_viz.networks.registry import build, skeleton
from resnet_viz.networks.torchvision_zoo import build_zoo
from resnet_viz.networks.trace import trace
from resnet_viz.specs import DataShape
from tests.networks.shapes import CIFAR

OURS = (
    "plain-20",
    "residual-20",
    "residual-20+projection",
    "residual-20+all-projection",
    "residual-29+bottleneck",
    "residual-20+preactivation",
    "residual-20+preactivation-bottleneck",
    "residual-20+no-norm",
    "residual-20+group",
    "residual-20+learned-scale",
    "residual-20+branch_scale=0.5",
    "residual-20+skip_span=1",
    "residual-29+skip_span=3",
    "residual-11+skip_span=1+projection",
    "residual-20+half-shortcut",
    "residual-20+exclusive-gate",
    "residual-11+shortcut-gate+skip_span=1",
    "residual-20+dropout-shortcut",
    "residual-20+stochastic-depth",
    "resnext-29",
    "densenet-40",
    "densenet-bc-100",
    "vgg-11",
    "vgg-16",
    "vgg-16+no-norm",
    "alexnet",
    "cnn-6",
)
PUBLISHED = ("resnet34", "resnet152", "vgg16", "vgg19", "densenet121", "alexnet")


def network_of(name: str) -> tuple[nn.Module, int]:
    """A network on the meta device and the side of its images."""
    if name in PUBLISHED:
        with torch.device("meta"):
            return build_zoo(name, 0), 224
    return skeleton(network_named(name), CIFAR), CIFAR.px


@pytest.fixture(scope="module")
def traced() -> dict[str, Architecture]:
    return {name: trace(*_for_trace(name)) for name in OURS + PUBLISHED}


def _for_trace(name: str) -> tuple[nn.Module, int, int]:
    network, px = network_of(name)
    return network, 3, px


class Merges(TorchFunctionMode):
    """Counts tensors that are added or appended to others."""

    def __init__(self) -> None:
        super().__init__()
        self.added = 0
        self.appended = 0

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if function in (Tensor.add, Tensor.__add__, Tensor.__iadd__, torch.add):
            self.added += 1
        if function in (torch.cat, torch.concat):
            self.appended += len(args[0]) - 1
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("name", OURS + PUBLISHED)
def test_costs_are_those_that_pytorch_counts(name: str, traced: dict[str, Architecture]) -> None:
    network, px = network_of(name)
    with FlopCounterMode(display=False) as counter:
        network.eval()(torch.empty(1, 3, px, px, device="meta"))
    found = traced[name]
    assert found.multiply_adds == counter.get_total_flops() // 2
    assert found.parameters == sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize("name", OURS + PUBLISHED)
def test_every_addition_and_concatenation_is_a_skip_connection(
    name: str, traced: dict[str, Architecture]
) -> None:
    network, px = network_of(name)
    with Merges() as merges:
        network.eval()(torch.empty(1, 3, px, px, device="meta"))
    skips = traced[name].skips
    assert sum(skip.kind != "concat" for skip in skips) == merges.added
    assert sum(skip.kind == "concat" for skip in skips) == merges.appended
    places = [operation.name for operation in traced[name].operations]
    assert all(places.index(skip.source) < places.index(skip.target) for skip in skips)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("plain-20", {}),
        ("residual-20", {"identity": 7, "padding": 2}),
        ("residual-20+projection", {"identity": 7, "projection": 2}),
        ("residual-20+all-projection", {"projection": 9}),
        ("residual-20+preactivation", {"identity": 7, "padding": 2}),
        ("residual-11+skip_span=1+projection", {"identity": 7, "projection": 2}),
        ("residual-20+half-shortcut", {"scaled": 9}),
        ("residual-20+exclusive-gate", {"scaled": 9}),
        ("residual-11+shortcut-gate+skip_span=1", {"scaled": 9}),
        ("residual-20+dropout-shortcut", {"scaled": 9}),
        ("residual-20+stochastic-depth", {"identity": 7, "padding": 2}),
        ("resnext-29", {"identity": 6, "projection": 3}),
        ("resnet34", {"identity": 13, "projection": 3}),
        ("resnet152", {"identity": 46, "projection": 4}),
        ("densenet-40", {"concat": 36}),
        ("vgg19", {}),
        ("alexnet", {}),
    ],
)
def test_skip_connections_are_those_of_the_papers(
    name: str, kinds: dict[str, int], traced: dict[str, Architecture]
) -> None:
    found = [skip.kind for skip in traced[name].skips]
    assert {kind: found.count(kind) for kind in set(found)} == kinds


def test_what_gates_a_skip_connection_is_beside_the_main_way(traced: dict[str, Architecture]) -> None:
    """It once stood in a row with the branch, and the gated identity was called a projection."""
    graph = traced["residual-20+exclusive-gate"]
    block = next(block for block in graph.blocks if block.name == "stage1.block1")
    main = [one.kind for one in block.operations if one.name in graph.main_way]
    norm_after = ["conv", "norm", "activation", "conv", "norm"]
    assert main == [*norm_after, "gate", "add", "activation"], "the branch is gated too"
    assert [one.kind for one in block.operations if one.name not in graph.main_way] == [
        "conv",
        "activation",
        "function",
        "gate",
    ]


def test_a_skip_connection_leads_around_a_block(traced: dict[str, Architecture]) -> None:
    skips = traced["residual-20"].skips
    assert (skips[0].source, skips[0].target) == ("stem_relu", "stage1.block1.add")
    assert [(skip.source, skip.target) for skip in skips[1:]] == [
        (f"{before.target.rpartition('.')[0]}.relu", skip.target) for before, skip in pairwise(skips)
    ]
    assert skips[3].through == ("stage2.block1.shortcut",)
    assert skips[0].through == ()


@pytest.mark.parametrize("name", OURS)
def test_shapes_are_those_of_the_forward_pass(name: str, traced: dict[str, Architecture]) -> None:
    network, px = network_of(name)
    shapes: dict[str, tuple[int, ...]] = {}
    for path, module in network.named_modules():
        module.register_forward_hook(
            lambda _module, _inputs, output, path=path: shapes.update({path: tuple(output.shape[1:])})
        )
    network.eval()(torch.empty(1, 3, px, px, device="meta"))
    compared = [operation for operation in traced[name].operations if operation.name in shapes]
    assert len(compared) > 10
    assert [one.output_shape for one in compared] == [shapes[one.name] for one in compared]


@contextmanager
def kept(network: nn.Module) -> Iterator[list[Tensor]]:
    """What autograd keeps meanwhile, without parameters and buffers, each piece of memory once."""
    own = {tensor.untyped_storage().data_ptr() for tensor in (*network.parameters(), *network.buffers())}
    found: dict[int, Tensor] = {}

    def pack(tensor: Tensor) -> Tensor:
        place = tensor.untyped_storage().data_ptr()
        if place not in own:
            found.setdefault(place, tensor)
        return tensor

    yielded: list[Tensor] = []
    with saved_tensors_hooks(pack, lambda tensor: tensor):
        yield yielded
    yielded += found.values()


@pytest.mark.parametrize(
    ("name", "px"),
    [
        *((name, px) for name in OURS for px in (32, 28)),
        ("resnet34", 64),
        ("resnet50", 64),
        ("densenet121", 64),
    ],
)
def test_memory_is_what_autograd_keeps(name: str, px: int) -> None:
    """Of one image more, in training mode on the CPU, with PyTorch's own batch normalisation."""
    network: nn.Module
    if name in OURS:
        network = build(network_named(name), DataShape(channels=3, px=px, classes=10), 0)
    else:
        network = build_zoo(name, 0)
    bytes_of = {}
    for batch in (4, 6):
        with kept(network.train()) as tensors:
            _logits = network(torch.randn(batch, 3, px, px))
        bytes_of[batch] = sum(tensor.untyped_storage().nbytes() for tensor in tensors)
    found = trace(network.to("meta"), 3, px)
    assert found.kept_bytes == (bytes_of[6] - bytes_of[4]) / 2


@pytest.mark.parametrize(
    ("name", "px"),
    [
        ("plain-20+width=4", 96),
        ("residual-20+width=4", 96),
        ("residual-20+projection+width=4", 96),
        ("residual-29+bottleneck+width=4", 96),
        ("residual-20+preactivation+width=4", 96),
        ("residual-29+skip_span=3+width=4", 96),
        ("resnext-29+width=8", 96),
        ("densenet-22+growth=2", 96),
        ("densenet-bc-22+growth=2", 96),
        ("vgg-11+width=8", 96),
        ("alexnet+width=8", 64),
        ("cnn-6+width=4", 40),
        ("resnet18", 224),
        ("alexnet-published", 224),
    ],
)
def test_a_receptive_field_is_where_the_gradient_reaches(name: str, px: int) -> None:
    """The box around all pixels of the image that a pixel in the middle of each layer's output depends on.

    Weights and image are positive, so that no ReLU hides a pixel; poolings take the mean and not the
    maximum, of the same pixels. How wide a network is makes no difference.
    """
    if name.startswith(("resnet18", "alexnet-p")):
        network: nn.Module = build_zoo(name.removesuffix("-published"), 0)
    else:
        network = build(network_named(name), DataShape(channels=1, px=px, classes=10), 0)
    channels = next(network.parameters()).shape[1]
    operations = trace(network.to("meta"), channels, px).operations
    fields = {operation.name: operation.field for operation in operations}
    network = network.to_empty(device="cpu").eval()
    _make_positive(network)
    outputs: dict[str, Tensor] = {}
    for path, module in network.named_modules():
        if path in fields:
            module.register_forward_hook(lambda _m, _i, output, path=path: outputs.update({path: output}))
    image = torch.rand(1, channels, px, px, dtype=torch.float64).add_(1).requires_grad_()
    network(image)
    checked = 0
    for path, output in outputs.items():
        if output.dim() != 4:
            continue
        row = output.shape[-1] // 2
        (gradient,) = torch.autograd.grad(output[0, :, row, row].sum(), image, retain_graph=True)
        reached = gradient[0].abs().sum(0).nonzero()
        field = fields[path]
        first, last = field.first + row * field.stride, field.last + row * field.stride
        expected = [max(0, first), min(px - 1, last)]
        assert [reached.min(0).values.tolist(), reached.max(0).values.tolist()] == [
            [edge] * 2 for edge in expected
        ], path
        checked += expected == [first, last] and field.size < px
    assert checked > 8 or name == "alexnet+width=8"


def _make_positive(network: nn.Module) -> None:
    for path, module in list(network.named_modules()):
        if isinstance(module, nn.MaxPool2d):
            pooled = nn.AvgPool2d(module.kernel_size, module.stride, module.padding)
            network.get_submodule(path.rpartition(".")[0]).register_module(path.rpartition(".")[2], pooled)
    generator = torch.Generator().manual_seed(0)
    network.double()
    for name, tensor in network.state_dict().items():
        if name.endswith("running_mean"):
            tensor.zero_()
        elif name.endswith("running_var"):
            tensor.fill_(1)
        elif tensor.is_floating_point():
            fan_in = max(1, tensor[0].numel())
            tensor.copy_(torch.rand(tensor.shape, generator=generator, dtype=tensor.dtype) / fan_in + 1e-3)


@pytest.mark.parametrize("name", ["residual-20", "densenet-40", "resnet152"])
def test_the_values_of_a_graph_give_it_back_from_json(name: str, traced: dict[str, Architecture]) -> None:
    text = json.dumps(traced[name].to_values())
    again = Architecture.from_values(json.loads(text))
    assert again == traced[name]
    assert again.skips == traced[name].skips
