"""A sweep: one recipe at many depths, for several families and seeds; each cell of it is one run.

A family is written as words joined by ``+``: first ``plain`` or ``residual``,
then what differs from the recipe: a block, a shortcut, a normalisation
(``no-norm`` for none), such as ``residual+projection`` or ``plain+bottleneck``.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, NamedTuple, Self, get_args

from pydantic import Field, field_validator, model_validator

from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.presets import PRESETS
from resnet_viz.history import RunHistory
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.specs import Block, DataSpec, NetworkSpec, Norm, Role, RunSpec, Shortcut, Spec, TrainSpec

_NO_NORM = "no-norm"
_FIELD_OF: dict[str, tuple[str, str]] = {
    **{block: ("block", block) for block in get_args(Block)},
    **{shortcut: ("shortcut", shortcut) for shortcut in get_args(Shortcut) if shortcut != "none"},
    **{norm: ("norm", norm) for norm in get_args(Norm) if norm != "none"},
    _NO_NORM: ("norm", "none"),
}


@dataclass(frozen=True, slots=True)
class Family:
    """Networks of any depth: a role, and what differs from the recipe's network (None: nothing)."""

    role: Role
    block: Block | None = None
    shortcut: Shortcut | None = None
    norm: Norm | None = None

    @property
    def name(self) -> str:
        """As `family` reads it, words in one order."""
        norm = _NO_NORM if self.norm == "none" else self.norm
        return "+".join(word for word in (self.role, self.block, self.shortcut, norm) if word)

    def network(self, base: NetworkSpec, depth: int) -> NetworkSpec:
        """``base`` as this family has it, ``depth`` layers deep; raises `InvalidSetting`."""
        shortcut: Shortcut = "none"
        if self.role == "residual":
            shortcut = self.shortcut or ("identity" if base.shortcut == "none" else base.shortcut)
        starts_silent = base.init == "zero-last-norm"
        return base.but(
            depth=depth,
            block=self.block or base.block,
            shortcut=shortcut,
            norm=self.norm or base.norm,
            init="he" if starts_silent and shortcut == "none" else base.init,
        )

    def is_twin_of(self, other: Self, base: NetworkSpec) -> bool:
        """Whether the two differ in nothing but their shortcuts."""
        return (self.block or base.block, self.norm or base.norm) == (
            other.block or base.block,
            other.norm or base.norm,
        )


@cache
def family(text: str) -> Family:
    """The family called ``text``; raises `InvalidSetting`."""
    role, *words = text.strip().lower().split("+")
    found: dict[str, Any] = {}
    for word in words:
        if word not in _FIELD_OF:
            raise _unknown(text)
        name, value = _FIELD_OF[word]
        if found.setdefault(name, value) != value:
            raise _unknown(text)
    if role not in get_args(Role) or (role == "plain" and "shortcut" in found):
        raise _unknown(text)
    return Family(role, **found)  # type: ignore[arg-type]


class Cell(NamedTuple):
    """One place of a sweep and the run that fills it."""

    family: str
    depth: int
    seed: int
    run: RunSpec

    @property
    def title(self) -> str:
        """What it is called where a line is all there is."""
        return _("{network}, seed {seed}").format(network=f"{self.family}-{self.depth}", seed=self.seed)


class CellHistory(NamedTuple):
    """What has been recorded of a cell: what verdicts and figures are made of."""

    family: str
    depth: int
    seed: int
    history: RunHistory


class SweepSpec(Spec):
    """``run`` at every depth, for every family, with ``seeds`` seeds from ``run.train.seed`` on.

    Depth and shortcut of ``run.network`` count for nothing but as the default
    shortcut of residual families. Depths are kept sorted, families in their order.
    """

    MAX_CELLS: ClassVar[int] = 1000
    MAX_SEEDS: ClassVar[int] = 10

    run: RunSpec = RunSpec()
    families: tuple[str, ...] = Field(("plain", "residual"), min_length=1)
    depths: tuple[int, ...] = Field((8, 20, 32), min_length=1)
    seeds: int = Field(1, ge=1, le=MAX_SEEDS)

    @field_validator("families")
    @classmethod
    def _canonical(cls, families: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(family(text).name for text in families))

    @field_validator("depths")
    @classmethod
    def _ascending(cls, depths: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(depths)))

    @model_validator(mode="after")
    def _buildable(self) -> Self:
        count = len(self.families) * len(self.depths) * self.seeds
        if count > self.MAX_CELLS:
            raise InvalidSetting(
                "too_many_cells",
                N_("That would be {count} runs; a sweep has {most} at most. Choose fewer depths or seeds."),
                field="depths",
                count=count,
                most=self.MAX_CELLS,
            )
        networks: dict[str, str] = {}
        for name in self.families:
            built = [family(name).network(self.run.network, depth) for depth in self.depths]
            digest = built[0].digest()
            if digest in networks:
                raise InvalidSetting(
                    "same_family_twice",
                    N_("The network types {first} and {second} give the same networks here; leave one out."),
                    field="families",
                    first=networks[digest],
                    second=name,
                )
            networks[digest] = name
        return self

    def cells(self) -> tuple[Cell, ...]:
        """All cells: by depth, then family, then seed."""
        first = self.run.train.seed
        seeded = {seed: self.run.train.but(seed=seed) for seed in range(first, first + self.seeds)}
        return tuple(
            Cell(name, depth, seed, self.run.but(network=network, train=train))
            for depth in self.depths
            for name in self.families
            for network in (family(name).network(self.run.network, depth),)
            for seed, train in seeded.items()
        )

    def twins(self) -> tuple[tuple[str, str], ...]:
        """Pairs (plain family, residual family) that differ in nothing but their shortcuts."""
        known = [family(name) for name in self.families]
        return tuple(
            (plain.name, residual.name)
            for plain in known
            if plain.role == "plain"
            for residual in known
            if residual.role == "residual" and residual.is_twin_of(plain, self.run.network)
        )


@dataclass(frozen=True, slots=True)
class SweepPreset:
    """A named sweep: texts are gettext keys."""

    name: str
    title: str
    promise: str
    sweep: SweepSpec


_SMALL = PRESETS["degradation"].race.run
_PAPER = RunSpec(
    network=NetworkSpec(depth=20),
    data=DataSpec(dataset="cifar10", augmentation="crop-flip"),
    train=TrainSpec(steps=64_000, batch_size=128, schedule="step", evaluate_every=1000, probe_every=1000),
)

SWEEP_PRESETS = {
    preset.name: preset
    for preset in (
        SweepPreset(
            "quick",
            N_("Quick"),
            N_(
                "Depths 8 to 44 with one seed: the curve in minutes on two CPU cores. One seed shows what "
                "happened once; it cannot judge."
            ),
            SweepSpec(run=_SMALL, depths=(8, 14, 20, 26, 32, 38, 44)),
        ),
        SweepPreset(
            "classroom",
            N_("Classroom"),
            N_("Depths 8 to 56 with three seeds and longer training: means with 95% confidence intervals."),
            SweepSpec(run=_SMALL.but(train=_SMALL.train.but(steps=600)), depths=(8, 20, 32, 44, 56), seeds=3),
        ),
        SweepPreset(
            "full",
            N_("Full"),
            N_(
                "The recipe of He et al. 2015 on CIFAR-10, depths 20 to 110, with three differences: no "
                "warm-up at depth 110, images normalised per channel, crops padded with black. Needs a GPU."
            ),
            SweepSpec(run=_PAPER, depths=(20, 32, 44, 56, 110)),
        ),
    )
}
"""``full`` has no warm-up: depth 110 starts at the full learning rate, which begins to converge later but
ends about as well (He et al. 2015 §4.2, footnote on depth 110)."""


def _unknown(text: str) -> InvalidSetting:
    return InvalidSetting(
        "unknown_family",
        N_(
            "There is no network type {family}; write plain or residual, then any of these with a +: {words}."
        ),
        field="families",
        family=text[:60],
        words=", ".join(_FIELD_OF),
    )
