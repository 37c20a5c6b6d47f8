"""An experiment: a recipe × network types × depths × seeds; each cell of it is one run.

A race has one depth and two network types, a sweep many depths; what else tells
the kinds apart stands in `kinds`.
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Self

from pydantic import Field, field_validator, model_validator

from resnet_viz.data.catalogue import shape_of
from resnet_viz.errors import InvalidSetting
from resnet_viz.history import RunHistory
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.networks.equal_cost import network_as_costly
from resnet_viz.networks.families import are_twins, depths_at, network_type, with_depth
from resnet_viz.networks.resnet import RESNET
from resnet_viz.specs import NetworkSpec, RunSpec, Spec


class Cell(NamedTuple):
    """One place of an experiment and the run that fills it."""

    family: str
    depth: int
    seed: int
    run: RunSpec

    @property
    def title(self) -> str:
        """What it is called where a line is all there is."""
        return _("{network}, seed {seed}").format(network=with_depth(self.family, self.depth), seed=self.seed)


class CellHistory(NamedTuple):
    """What has been recorded of a cell: what verdicts and figures are made of."""

    family: str
    depth: int
    seed: int
    history: RunHistory


class Experiment(Spec):
    """``run`` at every depth, for every family, with ``seeds`` seeds from ``run.train.seed`` on.

    Without ``depths`` there is one, that of ``run.network``; else its depth counts
    for nothing. Its shortcut is what residual families have that name none. Depths
    are kept sorted, families in their order. Where types of several families are
    compared, one has each of the depths, and those that do not take their nearest.

    With ``equal_cost`` all have about the multiply-adds of the first plain or residual
    type, without one of the first type: see `equal_cost`.
    """

    MAX_CELLS: ClassVar[int] = 1000
    MAX_SEEDS: ClassVar[int] = 10

    run: RunSpec = RunSpec()
    families: tuple[str, ...] = Field(("plain", "residual"), min_length=1)
    depths: tuple[int, ...] = Field((), min_length=1)
    seeds: int = Field(1, ge=1, le=MAX_SEEDS)
    equal_cost: bool = Field(False, exclude_if=lambda asked: not asked)

    @model_validator(mode="before")
    @classmethod
    def _of_one_depth(cls, values: Any) -> Any:
        if not isinstance(values, dict) or "depths" in values:
            return values
        run = values.get("run", {})
        run = run if isinstance(run, RunSpec) else RunSpec.model_validate(run)
        return {**values, "depths": (run.network.depth,)}

    @field_validator("families")
    @classmethod
    def _canonical(cls, families: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(network_type(text).name for text in families))

    @field_validator("depths")
    @classmethod
    def _ascending(cls, depths: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(depths)))

    @field_validator("run")
    @classmethod
    def _from_the_start(cls, run: RunSpec) -> RunSpec:
        if run.fork is not None:
            raise InvalidSetting(
                "experiment_of_forks",
                N_("The runs of a race or sweep begin at step 0; a fork continues another run."),
                field="fork",
            )
        return run

    @model_validator(mode="after")
    def _buildable(self) -> Self:
        count = sum(map(len, self._depths_of_all().values())) * self.seeds
        if count > self.MAX_CELLS:
            raise InvalidSetting(
                "too_many_cells",
                N_("That would be {count} runs; {most} at most are possible. Choose fewer depths or seeds."),
                field="depths",
                count=count,
                most=self.MAX_CELLS,
            )
        networks: dict[str, str] = {}
        for name, depths in self._depths_of_all().items():
            built = [self.network(name, depth) for depth in depths]
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
        depths_of = self._depths_of_all()
        return tuple(
            Cell(name, depth, seed, self.run.but(network=network, train=train))
            for depth in self.built_depths
            for name in self.families
            if depth in depths_of[name]
            for network in (self.network(name, depth),)
            for seed, train in seeded.items()
        )

    def network(self, family: str, depth: int) -> NetworkSpec:
        """That of ``family`` at ``depth``, which is one of its own; raises `InvalidSetting`."""
        reference = self.reference
        if not self.equal_cost or family == reference:
            return network_type(family).network(self.run.network, depth)
        near = min(self.depths_of(reference), key=lambda known: abs(known - depth))
        return network_as_costly(
            family, depth, reference, near, base=self.run.network, shape=shape_of(self.run.data)
        )

    @property
    def reference(self) -> str:
        """The network type whose multiply-adds the others have where all are to cost the same."""
        roles = {role.name for role in RESNET.roles}
        return next((name for name in self.families if network_type(name).role in roles), self.families[0])

    def depths_of(self, family: str) -> tuple[int, ...]:
        """Those at which ``family`` is built, ascending."""
        return self._depths_of_all()[family]

    @property
    def built_depths(self) -> tuple[int, ...]:
        """Those of all networks: `depths`, and what families have instead that do not have them."""
        return tuple(sorted(set().union(*self._depths_of_all().values())))

    def _depths_of_all(self) -> Mapping[str, tuple[int, ...]]:
        return _depths_of_all(self.families, self.depths, self.run.network)

    def in_queue_order(self) -> list[Cell]:
        """By seed, then the deepest first: the longest runs at the end would leave cores idle."""
        return sorted(self.cells(), key=lambda cell: (cell.seed, -cell.depth))

    def runs(self) -> tuple[RunSpec, ...]:
        """Those of all cells, in the order of the queue."""
        return tuple(cell.run for cell in self.in_queue_order())

    def with_next_seeds(self) -> Self:
        """The same with as many seeds that it does not have."""
        train = self.run.train
        seed = (train.seed + self.seeds) % 2**31
        return self.but(run=self.run.but(train=train.but(seed=seed)))

    def twins(self) -> tuple[tuple[str, str], ...]:
        """Pairs (plain family, residual family) that differ in nothing but their shortcuts."""
        known = [network_type(name) for name in self.families]
        depths_of = self._depths_of_all()
        # Where nothing is chosen at each depth, networks are twins at all depths or at none.
        compared = None if self.equal_cost else 1
        return tuple(
            (plain.name, residual.name)
            for plain in known
            if plain.role == plain.family.twin
            for residual in known
            if residual.family is plain.family
            and residual.role != plain.role
            and all(
                are_twins(self.network(plain.name, depth), self.network(residual.name, depth))
                for depth in depths_of[plain.name][:compared]
            )
        )


@lru_cache(maxsize=256)
def _depths_of_all(
    families: tuple[str, ...], depths: tuple[int, ...], base: NetworkSpec
) -> Mapping[str, tuple[int, ...]]:
    """Of each family those at which it is built, ascending; raises `InvalidSetting`."""
    at = [depths_at(depth, families, base) for depth in depths]
    return MappingProxyType({name: tuple(sorted({found[name] for found in at})) for name in families})
