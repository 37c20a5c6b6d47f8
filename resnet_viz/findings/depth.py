"""What a sweep has shown, in words, from its numbers alone.

**Measured.** The final training error of a run is the share of training images
it got wrong in its last 20 batches. Only finished runs count.

**Worse with depth.** A family's reference is the depth with its lowest mean
error. From depth D on it is worse if at D and at every depth beyond that was
measured the error is clearly above the reference: by at least
`errors.MARGIN`, and beyond chance (95 % t-interval of the seeds'
differences off zero; with one seed, of the differences over the last 20 steps,
whose batches are the same at all depths). It is not worse if the deepest is
surely less than the margin above the reference, or is the reference.

Depth **harms the plain** networks where they get worse with depth and, at the
greatest depth that both have, are clearly worse than the residual ones. Whether
that is degradation or vanishing gradients is said from what the gradients were
measured to be at the start, never assumed (see `regime`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from resnet_viz.events import BROKEN, RunState
from resnet_viz.experiments.sweeps import CellHistory, SweepSpec, family
from resnet_viz.findings import depth_words as words
from resnet_viz.findings.errors import MARGIN, Judged, Seeds, by_depth
from resnet_viz.findings.race import SHALLOW
from resnet_viz.findings.regime import Reach, gradient_reach, regime
from resnet_viz.findings.trends import FamilyTrend, Gap, gap_of, trend_of
from resnet_viz.wording import Sentence, percent, points, sentence

_FITTED = 0.02
"""Below this training error a network has learned its images almost by heart."""


class SweepVerdictKind(StrEnum):
    """What the verdict comes to; ``depth_harms``: to networks that have no counterpart in the sweep."""

    WAITING = "waiting"
    HARMS_PLAIN = "depth_harms_plain"
    HARMS_BOTH = "depth_harms_both"
    HARMS = "depth_harms"
    NO_EFFECT = "no_effect"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class SweepVerdict:
    """Sentences, to be put into words when read, and what they rest on; ``trends`` in the spec's order."""

    kind: SweepVerdictKind
    sentences: tuple[Sentence, ...]
    complete: bool
    trends: tuple[FamilyTrend, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def spares_residual(self) -> bool:
        """Whether depth surely does no harm to the residual networks of the first pair."""
        return bool(self.gaps) and any(
            trend.is_flat for trend in self.trends if trend.family == self.gaps[0].residual
        )

    @property
    def text(self) -> str:
        """The verdict in the reader's language."""
        return " ".join(map(str, self.sentences))

    def to_dict(self) -> dict[str, Any]:
        """What programs get; errors are shares of 1, gaps plain − residual."""
        gap = self.gaps[0] if self.gaps else None
        several = gap is not None and gap.difference.seeds > 1
        return {
            "kind": self.kind.value,
            "text": self.text,
            "complete": self.complete,
            "worse_from": {trend.family: trend.onset for trend in self.trends},
            "gap_depth": gap.depth if gap else None,
            "train_error_gap": gap.difference.mean if gap else None,
            "train_error_gap_low": gap.difference.tested.low if gap and several else None,
            "train_error_gap_high": gap.difference.tested.high if gap and several else None,
            "seeds": gap.difference.seeds if gap else None,
        }


def sweep_verdict(spec: SweepSpec, cells: Sequence[CellHistory]) -> SweepVerdict:
    """The verdict on ``cells``, what has been recorded of the sweep ``spec`` so far."""
    errors = {name: by_depth(cells, name) for name in spec.families}
    trends = tuple(trend_of(name, depths) for name, depths in errors.items() if depths)
    gaps = tuple(gap for twins in spec.twins() if (gap := gap_of(twins, errors)))
    finished = sum(cell.history.state is RunState.FINISHED for cell in cells)
    total = len(spec.cells())
    remarks = _remarks(cells, finished, total, compared=bool(trends))
    if not trends:
        return SweepVerdict(SweepVerdictKind.WAITING, remarks, False)
    kind = _kind(trends, gaps)
    sentences = [
        *remarks,
        *map(_trend_sentence, trends),
        *(said for gap in gaps for said in _gap_sentences(gap)),
        *_conclusion(spec, kind, trends, gaps),
        *_gradients(spec, cells, gaps, kind),
        *_seeds(spec, errors),
    ]
    return SweepVerdict(kind, tuple(sentences), finished == total, trends, gaps)


def _kind(trends: Sequence[FamilyTrend], gaps: Sequence[Gap]) -> SweepVerdictKind:
    if all(trend.depths < 2 for trend in trends):
        return SweepVerdictKind.WAITING
    # Of several pairs the first decides; the others have their sentences.
    plain_name = (
        gaps[0].plain
        if gaps
        else next(
            (trend.family for trend in trends if family(trend.family).role == "plain"), trends[0].family
        )
    )
    plain = next(trend for trend in trends if trend.family == plain_name)
    if plain.onset is None:
        return SweepVerdictKind.NO_EFFECT if plain.is_flat else SweepVerdictKind.UNDECIDED
    if not gaps:
        return SweepVerdictKind.HARMS
    if gaps[0].difference.judged is Judged.HIGHER:
        return SweepVerdictKind.HARMS_PLAIN
    residual = next(trend for trend in trends if trend.family == gaps[0].residual)
    return SweepVerdictKind.HARMS_BOTH if residual.onset is not None else SweepVerdictKind.UNDECIDED


def _remarks(cells: Sequence[CellHistory], finished: int, total: int, compared: bool) -> tuple[Sentence, ...]:
    said = []
    if finished < total:
        said.append(sentence(words.RUNNING if compared else words.WAITING, done=finished, cells=total))
    for states, template in (
        ({RunState.DIVERGED}, words.DIVERGED),
        (BROKEN, words.BROKEN),
        ({RunState.STOPPED}, words.STOPPED),
    ):
        named = [
            f"{cell.family}-{cell.depth} ({cell.seed})" for cell in cells if cell.history.state in states
        ]
        if named:
            said.append(sentence(template, cells=", ".join(named)))
    return tuple(said)


def _trend_sentence(trend: FamilyTrend) -> Sentence:
    gap = trend.deepest_gap
    several = gap is not None and gap.seeds > 1
    if trend.depths < 2:
        template = words.ONE_DEPTH
    elif trend.onset is not None:
        template = words.WORSE_OF_SEEDS if several else words.WORSE
    elif gap is None:
        template = words.DEEPEST_IS_BEST
    else:
        template = words.NOT_WORSE if trend.is_flat else words.UNSURE
    return sentence(
        template,
        family=_family_words(trend.family),
        best=trend.best,
        best_error=percent(trend.best_error),
        deepest=trend.deepest,
        error=percent(trend.deepest_error),
        onset=trend.onset or 0,
        gap=points(gap.mean if gap else None),
        low=points(gap.tested.low if gap else None),
        high=points(gap.tested.high if gap else None),
        seeds=gap.seeds if gap else 1,
    )


def _gap_sentences(gap: Gap) -> list[Sentence]:
    names = {
        "plain_family": _family_words(gap.plain),
        "residual_family": _family_words(gap.residual),
    }
    found = gap.difference
    said = [
        sentence(
            words.GAP_OF_SEEDS if found.seeds > 1 else words.GAP,
            depth=gap.depth,
            plain=percent(gap.plain_seeds.train_error),
            residual=percent(gap.residual_seeds.train_error),
            gap=points(abs(found.mean)),
            low=points(found.tested.low),
            high=points(found.tested.high),
            seeds=found.seeds,
            **names,
        ),
        sentence(
            {
                Judged.HIGHER: words.PLAIN_HIGHER,
                Judged.LOWER: words.PLAIN_LOWER,
                Judged.SAME: words.NO_GAP,
                Judged.UNSURE: words.GAP_UNSURE,
            }[found.judged],
            margin=f"{100 * MARGIN:.0f}",
        ),
    ]
    plain, residual = gap.plain_seeds.test_error, gap.residual_seeds.test_error
    if plain is not None and residual is not None:
        said.append(sentence(words.TEST, plain=percent(plain), residual=percent(residual), **names))
    return said


def _family_words(name: str) -> Sentence:
    """``plain`` or ``residual (projection)`` in the reader's language."""
    role, *variant = name.split("+")
    called = sentence(words.FAMILIES[role])
    return sentence(words.VARIANT, family=called, variant=", ".join(variant)) if variant else called


def _conclusion(
    spec: SweepSpec, kind: SweepVerdictKind, trends: Sequence[FamilyTrend], gaps: Sequence[Gap]
) -> list[Sentence]:
    guess = 1 - 1 / spec.run.network.classes
    if all(trend.best_error >= 0.95 * guess for trend in trends):
        return [sentence(words.UNTRAINED, guess=percent(guess))]
    match kind:
        case SweepVerdictKind.HARMS_PLAIN:
            return [sentence(words.NOT_OVERFITTING)]
        case SweepVerdictKind.HARMS_BOTH:
            return [sentence(words.HARMS_BOTH)]
        case SweepVerdictKind.NO_EFFECT:
            first = min(spec.depths)
            deepest = max(trend.deepest for trend in trends)
            return [sentence(words.NO_EFFECT, first=first, deepest=deepest), _reason(trends, gaps)]
    return []


def _reason(trends: Sequence[FamilyTrend], gaps: Sequence[Gap]) -> Sentence:
    if gaps and gaps[0].difference.judged is Judged.HIGHER:
        return sentence(words.ALL_WORSE)
    deepest = max(trend.deepest for trend in trends)
    if deepest <= SHALLOW:
        return sentence(words.SHALLOW, depth=deepest)
    if all(max(trend.best_error, trend.deepest_error) < _FITTED for trend in trends):
        return sentence(words.TRAINED_OUT)
    return sentence(words.NO_REASON)


def _gradients(
    spec: SweepSpec, cells: Sequence[CellHistory], gaps: Sequence[Gap], kind: SweepVerdictKind
) -> list[Sentence]:
    """The regime at the depth compared."""
    if not gaps:
        return []
    gap = gaps[0]
    normalised = family(gap.plain).network(spec.run.network, gap.depth).norm != "none"
    return regime(
        _reach(cells, gap.plain, gap.depth),
        _reach(cells, gap.residual, gap.depth),
        degraded=kind is SweepVerdictKind.HARMS_PLAIN and normalised,
    )


def _reach(cells: Sequence[CellHistory], name: str, depth: int) -> Reach | None:
    found = (gradient_reach(c.history) for c in cells if (c.family, c.depth) == (name, depth))
    return next(filter(None, found), None)


def _seeds(spec: SweepSpec, errors: dict[str, dict[int, Seeds]]) -> list[Sentence]:
    counts = [len(seeds.last) for depths in errors.values() for seeds in depths.values()]
    if max(counts) == 1:
        return [sentence(words.ONE_SEED, seed=spec.run.train.seed)]
    return [sentence(words.UNEQUAL_SEEDS)] if min(counts) != max(counts) else []
