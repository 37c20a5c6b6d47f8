"""The words for the test accuracies of twins."""

from collections.abc import Iterator, Sequence

from resnet_viz.findings.family_words import of_twins
from resnet_viz.findings.pairs import Both
from resnet_viz.findings.statistics_words import statistics_sentences
from resnet_viz.findings.twin_numbers import TwinFinding
from resnet_viz.history import RunHistory
from resnet_viz.locale import N_
from resnet_viz.wording import Sentence, percent, points, signed

_ACCURACY = N_("Test accuracy: {plain_family} {plain}, {residual_family} {residual}.")
_ACCURACY_OF_SEED = N_("Seed {seed}: test accuracy {plain_family} {plain}, {residual_family} {residual}.")
_ACCURACY_OF_SEEDS = N_(
    "Test accuracy, mean of {seeds} seeds: {plain_family} {plain}, {residual_family} {residual}."
)
_ACCURACY_GAP = N_(
    "{residual_first} − {plain_family}: {gap} percentage points (95% confidence interval {low} to {high})."
)


def accuracies(found: TwinFinding) -> Iterator[Sentence]:
    """The accuracies of their seeds, how sure their difference is, and how they were measured."""
    shown = [seed for seed in found.compared if None not in seed.accuracies]
    accuracy = found.accuracy
    if not shown or accuracy is None:
        return
    if len(shown) == 2:
        for seed in shown:
            yield _accuracy(_ACCURACY_OF_SEED, found, seed.accuracies, seed=seed.seed)
    else:
        template = _ACCURACY if len(shown) == 1 else _ACCURACY_OF_SEEDS
        yield _accuracy(template, found, Both(accuracy.second, accuracy.first), seeds=len(shown))
    interval = accuracy.interval
    if interval.p is not None:
        yield of_twins(
            _ACCURACY_GAP,
            found.names,
            gap=signed(points(interval.mean)),
            low=points(interval.low),
            high=points(interval.high),
        )


def _accuracy(template: str, found: TwinFinding, values: Both[float | None], **more: int) -> Sentence:
    plain, residual = map(percent, values)
    return of_twins(template, found.names, plain=plain, residual=residual, **more)


def tested_how(found: TwinFinding) -> list[Sentence]:
    """How the statistics of batch normalisation came about, where that makes a difference."""
    tested = {seed.seed for seed in found.compared if None not in seed.accuracies}
    runs = [pair.runs for pair in found.pairs if pair.seed in tested]
    if not runs or found.runs.plain.network.norm != "batch":
        return []
    by_network: Both[Sequence[RunHistory]] = Both(*([both[which] for both in runs] for which in range(2)))
    return statistics_sentences(by_network, found.names)
