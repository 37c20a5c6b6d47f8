"""The words for the test accuracies of a race."""

from collections.abc import Iterator

from resnet_viz.findings.pairs import Both
from resnet_viz.findings.race_numbers import RaceFinding
from resnet_viz.findings.statistics_words import statistics_sentences
from resnet_viz.locale import N_
from resnet_viz.wording import Sentence, percent, points, sentence, signed

_ACCURACY = N_("Test accuracy: plain {plain}, residual {residual}.")
_ACCURACY_OF_SEED = N_("Seed {seed}: test accuracy plain {plain}, residual {residual}.")
_ACCURACY_OF_SEEDS = N_("Test accuracy, mean of {seeds} seeds: plain {plain}, residual {residual}.")
_ACCURACY_GAP = N_("Residual − plain: {gap} percentage points (95% confidence interval {low} to {high}).")


def accuracies(found: RaceFinding) -> Iterator[Sentence]:
    """The accuracies of a race's seeds, how sure their difference is, and how they were measured."""
    shown = [seed for seed in found.compared if None not in seed.accuracies]
    accuracy = found.accuracy
    if not shown or accuracy is None:
        return
    if len(shown) == 2:
        for seed in shown:
            yield _accuracy(_ACCURACY_OF_SEED, seed.accuracies, seed=seed.seed)
    else:
        template = _ACCURACY if len(shown) == 1 else _ACCURACY_OF_SEEDS
        yield _accuracy(template, Both(accuracy.second, accuracy.first), seeds=len(shown))
    interval = accuracy.interval
    if interval.p is not None:
        yield sentence(
            _ACCURACY_GAP,
            gap=signed(points(interval.mean)),
            low=points(interval.low),
            high=points(interval.high),
        )


def _accuracy(template: str, values: Both[float | None], **more: int) -> Sentence:
    return sentence(template, plain=percent(values.plain), residual=percent(values.residual), **more)


def tested_how(found: RaceFinding) -> list[Sentence]:
    """How the statistics of batch normalisation came about, where that makes a difference."""
    tested = {seed.seed for seed in found.compared if None not in seed.accuracies}
    runs = [pair.runs for pair in found.pairs if pair.seed in tested]
    if not runs or found.spec.run.network.norm != "batch":
        return []
    return statistics_sentences(Both(*([both[role] for both in runs] for role in range(2))))
