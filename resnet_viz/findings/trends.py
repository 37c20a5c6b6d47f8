"""How a sweep's errors go with depth, and how plain and residual compare at the greatest depth."""

from dataclasses import dataclass

from resnet_viz.findings.errors import Difference, Judged, Seeds


@dataclass(frozen=True, slots=True)
class FamilyTrend:
    """How a family's training error goes with depth; ``onset``: worse from this depth on, None if not.

    ``deepest_gap`` compares the deepest with the best; None where they are one.
    """

    family: str
    best: int
    best_error: float
    deepest: int
    deepest_error: float
    onset: int | None
    deepest_gap: Difference | None
    depths: int

    @property
    def is_flat(self) -> bool:
        """Whether depth surely does no harm."""
        gap = self.deepest_gap
        return self.depths > 1 and self.onset is None and (gap is None or gap.judged is Judged.SAME)


@dataclass(frozen=True, slots=True)
class Gap:
    """A plain and a residual family at the greatest depth that both have finished; plain − residual."""

    plain: str
    residual: str
    depth: int
    plain_seeds: Seeds
    residual_seeds: Seeds
    difference: Difference


def trend_of(name: str, depths: dict[int, Seeds]) -> FamilyTrend:
    """The trend of a family over its finished ``depths``, of which there is at least one, ascending."""
    best = min(depths, key=lambda depth: depths[depth].train_error)
    deepest = max(depths)
    onset = None
    for depth in reversed(depths):
        gap = depths[depth].above(depths[best])
        if depth <= best or gap is None or gap.judged is not Judged.HIGHER:
            break
        onset = depth
    return FamilyTrend(
        name,
        best,
        depths[best].train_error,
        deepest,
        depths[deepest].train_error,
        onset,
        depths[deepest].above(depths[best]) if deepest != best else None,
        len(depths),
    )


def gap_of(twins: tuple[str, str], errors: dict[str, dict[int, Seeds]]) -> Gap | None:
    """The gap between ``twins`` (plain, residual) at the greatest depth with a common seed; None without."""
    plain, residual = (errors[name] for name in twins)
    for depth in sorted(plain.keys() & residual.keys(), reverse=True):
        difference = plain[depth].above(residual[depth])
        if difference:
            return Gap(*twins, depth, plain[depth], residual[depth], difference)
    return None
