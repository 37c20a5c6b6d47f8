"""A network as the graph of its operations: what is computed from what, and what each step costs.

`networks.trace` reads it off the network itself, so that a connection in a
drawing is one that data take.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import groupby
from math import prod
from typing import Any, Final, Literal, NamedTuple, Self

Kind = Literal[
    "input",
    "conv",
    "norm",
    "activation",
    "tanh",
    "pool",
    "linear",
    "add",
    "concat",
    "scale",
    "gate",
    "subsample",
    "dropout",
    "reshape",
    "function",
]
SkipKind = Literal["identity", "projection", "padding", "scaled", "concat"]
FLOAT_BYTES: Final = 4


class Field(NamedTuple):
    """The receptive field of one output pixel, along one side and in pixels of the image.

    The pixel at position i sees those from ``first + i · stride`` to ``last + i · stride``, as far as
    they lie in the image. A whole-image pooling sees everything: then ``stride`` is 0.
    """

    first: int
    last: int
    stride: int

    @property
    def size(self) -> int:
        """How many pixels of a side."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of the forward pass.

    Attributes:
        name: the path of its module; of an addition or another function that of the module it stands
            in, with the function's name behind it: ``stage1.block1.add``.
        inputs: names of the operations whose outputs it takes; of an addition or a product the branch first.
        output_shape: without the batch.
        parameters: its own.
        multiply_adds: of one image, in convolutions and linear layers (as He et al. 2015 count).
        kept_bytes: what training keeps of one image for its backward pass, counted once where several
            operations keep the same numbers.
        geometry: kernel side, stride, padding and groups of convolutions and poolings; else 1, 1, 0, 1.
        field: its receptive field.
        stage: the part of the network with maps of one size; empty before the first and after the last.
        block: the part of a stage that is repeated; empty outside of stages.
    """

    name: str
    kind: Kind
    inputs: tuple[str, ...]
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int
    kept_bytes: int
    geometry: tuple[int, int, int, int]
    field: Field
    stage: str = ""
    block: str = ""

    @property
    def output_bytes(self) -> int:
        """What its output of one image takes, as 32-bit numbers."""
        return FLOAT_BYTES * prod(self.output_shape)

    @property
    def signature(self) -> tuple[Any, ...]:
        """What it does, whatever it is called."""
        return self.kind, self.output_shape, self.parameters, self.multiply_adds, self.geometry


class Skip(NamedTuple):
    """A connection around others, from ``source`` to where ``target`` takes it in.

    ``kind``: ``identity``; ``projection`` where it goes through a convolution; ``scaled`` where it is
    multiplied by a number, a gate or dropout; ``padding`` where new channels are zeros; ``concat`` where it
    is appended and not added. ``through`` are the operations that it goes through.
    """

    source: str
    target: str
    kind: SkipKind
    through: tuple[str, ...] = ()


class Block(NamedTuple):
    """Operations of a stage that belong together; ``name`` is empty for the parts before and after stages."""

    name: str
    stage: str
    operations: tuple[Operation, ...]

    @property
    def signature(self) -> tuple[Any, ...]:
        """Equal for blocks that are alike."""
        position = {operation.name: number for number, operation in enumerate(self.operations)}
        return tuple(
            (operation.signature, tuple(position.get(name, -1) for name in operation.inputs))
            for operation in self.operations
        )


@dataclass(frozen=True)
class Architecture:
    """All operations of a network in the order of the forward pass; the first is the input."""

    operations: tuple[Operation, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Operation]:
        """Each operation under its name."""
        return {operation.name: operation for operation in self.operations}

    @cached_property
    def parameters(self) -> int:
        """Of the whole network."""
        return sum(operation.parameters for operation in self.operations)

    @cached_property
    def multiply_adds(self) -> int:
        """Of one image."""
        return sum(operation.multiply_adds for operation in self.operations)

    @cached_property
    def kept_bytes(self) -> int:
        """What training keeps of one image for the backward pass, weights left out."""
        return sum(operation.kept_bytes for operation in self.operations)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """In the order of the forward pass; what stands outside of stages is a block without a name."""
        return tuple(
            Block(block, stage, tuple(operations))
            for (stage, block), operations in groupby(self.operations, lambda one: (one.stage, one.block))
        )

    @cached_property
    def skips(self) -> tuple[Skip, ...]:
        """Every connection around others, in the order of their ends."""
        return tuple(
            skip
            for operation in self.operations
            if len(operation.inputs) > 1
            for skip in self._skips(operation)
        )

    @cached_property
    def skips_into(self) -> Mapping[str, tuple[Skip, ...]]:
        """Those that end at an operation, under its name."""
        return {target: tuple(skips) for target, skips in groupby(self.skips, lambda skip: skip.target)}

    def count(self, kind: Kind) -> int:
        """How many operations of ``kind`` there are."""
        return sum(operation.kind == kind for operation in self.operations)

    def to_values(self) -> dict[str, Any]:
        """For JSON; `from_values` reads it."""
        return {"operations": [asdict(operation) for operation in self.operations]}

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """What `to_values` wrote."""
        return cls(tuple(_operation(dict(found)) for found in values["operations"]))

    @cached_property
    def main_way(self) -> frozenset[str]:
        """Names of the operations from image to result through all branches; the others are beside it."""
        way = [self.operations[-1].name]
        while self.by_name[way[-1]].inputs:
            way.append(self._before(way[-1]))
        return frozenset(way)

    def _skips(self, merge: Operation) -> Iterator[Skip]:
        """The ways into ``merge`` that are not its main one, back to where they leave that."""
        if merge.kind not in ("add", "concat"):
            return
        main = self._before(merge.name)
        for name in merge.inputs:
            if name == main:
                continue
            source, through = name, []
            while source not in self.main_way:
                through.append(source)
                source = self._before(source)
            through.reverse()
            yield Skip(source, merge.name, self._skip_kind(merge, through), tuple(through))

    def _before(self, name: str) -> str:
        """What it was mainly computed from: the first of its inputs, of a concatenation the deepest."""
        operation = self.by_name[name]
        if operation.kind == "concat":
            return max(operation.inputs, key=self._depth.__getitem__)
        return operation.inputs[0]

    @cached_property
    def _depth(self) -> dict[str, int]:
        """The most operations on a way from the image to each."""
        depth: dict[str, int] = {}
        for one in self.operations:
            depth[one.name] = 1 + max((depth[name] for name in one.inputs), default=0)
        return depth

    def _skip_kind(self, merge: Operation, through: Sequence[str]) -> SkipKind:
        kinds = {self.by_name[name].kind for name in through}
        if merge.kind == "concat":
            return "concat"
        if "conv" in kinds:
            return "projection"
        if kinds & {"scale", "gate", "dropout"}:
            return "scaled"
        return "padding" if "subsample" in kinds else "identity"


def _operation(found: dict[str, Any]) -> Operation:
    lists = {name: tuple(found[name]) for name in ("inputs", "output_shape", "geometry")}
    return Operation(**(found | lists | {"field": Field(*found["field"])}))
