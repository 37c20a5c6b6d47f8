"""How much of a network is drawn: stages, their blocks, or every operation; what repeats stands once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from resnet_viz.architecture.graph import Architecture, Block, Operation, Skip, SkipKind

Level = Literal["stage", "block", "operation"]
LEVELS: Final[tuple[Level, ...]] = ("stage", "block", "operation")


@dataclass(frozen=True, slots=True)
class Row:
    """One box of a drawing, and the operations it stands for.

    Attributes:
        name: of the stage, block or operation; of what repeats that of the first.
        parts: the operations, those of each repetition by themselves.
    """

    name: str
    level: Level
    parts: tuple[tuple[Operation, ...], ...]

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Those of all repetitions."""
        return tuple(operation for part in self.parts for operation in part)

    @property
    def first(self) -> tuple[Operation, ...]:
        """Those of the first repetition."""
        return self.parts[0]

    @property
    def output(self) -> Operation:
        """What leaves the last repetition."""
        return self.parts[-1][-1]


@dataclass(frozen=True, slots=True)
class Around:
    """Skip connections that are drawn as one: from above its group to the row number ``target``."""

    target: int
    kind: SkipKind
    skips: tuple[Skip, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that a skip connection may go around, and how many blocks they stand for."""

    stage: str
    blocks: tuple[Block, ...]
    rows: tuple[Row, ...]
    around: tuple[Around, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A stage with what comes before the first, or after the last."""

    groups: tuple[Group, ...]


def columns(architecture: Architecture, level: Level) -> tuple[Column, ...]:
    """A column for every stage."""
    found: list[list[Group]] = [[]]
    begun = False
    for stage, blocks in groupby(architecture.blocks, lambda block: block.stage):
        groups = list(_groups(architecture, tuple(blocks), level))
        if stage and begun:
            found.append(groups)
        else:
            found[-1] += groups
        begun = begun or bool(stage)
    return tuple(Column(tuple(groups)) for groups in found)


def _groups(architecture: Architecture, blocks: tuple[Block, ...], level: Level) -> Iterator[Group]:
    """Of one stage."""
    alike = [tuple(found) for _, found in groupby(blocks, _pattern)]
    if level == "stage":
        row = Row(blocks[0].stage or _outside(blocks[0]), level, tuple(block.operations for block in blocks))
        yield Group(blocks[0].stage, blocks, (row,), tuple(_by_kind(_into(architecture, blocks), 0)))
        return
    for same in alike:
        rows = tuple(_rows(architecture, same, level))
        yield Group(same[0].stage, same, rows, tuple(_around(architecture, same, rows)))


def _rows(architecture: Architecture, blocks: tuple[Block, ...], level: Level) -> Iterator[Row]:
    if level == "block":
        yield Row(blocks[0].name or _outside(blocks[0]), level, tuple(block.operations for block in blocks))
        return
    for number, operation in enumerate(blocks[0].operations):
        if operation.name in architecture.main_way:
            yield Row(operation.name, level, tuple((block.operations[number],) for block in blocks))


def _around(architecture: Architecture, blocks: tuple[Block, ...], rows: Sequence[Row]) -> Iterator[Around]:
    """The skip connections of blocks that are alike, those of one kind and target together."""
    names = [row.name for row in rows]
    for number, operation in enumerate(blocks[0].operations):
        if operation.kind in ("add", "concat"):
            ends = (block.operations[number].name for block in blocks)
            skips = [skip for end in ends for skip in architecture.skips_into.get(end, ())]
            yield from _by_kind(skips, names.index(operation.name) if operation.name in names else 0)


def _into(architecture: Architecture, blocks: tuple[Block, ...]) -> list[Skip]:
    operations = (operation for block in blocks for operation in block.operations)
    return [skip for operation in operations for skip in architecture.skips_into.get(operation.name, ())]


def _by_kind(skips: Sequence[Skip], target: int) -> Iterator[Around]:
    for kind in dict.fromkeys(skip.kind for skip in skips):
        yield Around(target, kind, tuple(skip for skip in skips if skip.kind == kind))


def _pattern(block: Block) -> object:
    """Equal for blocks drawn as one; those of a DenseNet, which grow, differ in their channels only."""
    if any(operation.kind == "concat" for operation in block.operations):
        return [(operation.kind, operation.geometry) for operation in block.operations]
    return block.signature


def _outside(block: Block) -> str:
    """What stands before the first stage is the stem, what comes after the last one the head."""
    return "stem" if block.operations[0].kind == "input" else "head"
