"""How the statistics of batch normalisation came about in a test, where that makes a difference.

New runs measure them again on training images before each test (the fact
``test_statistics``) and keep the test with the training's own running averages
beside it (``test/accuracy_running``). Runs of earlier versions have that alone.
"""

from collections.abc import Sequence

from resnet_viz.events import NormStatistics
from resnet_viz.findings.family_words import of_twins
from resnet_viz.findings.pairs import Both
from resnet_viz.history import RunHistory
from resnet_viz.locale import N_
from resnet_viz.wording import Sentence, percent, sentence

_MATTERS = 0.05
"""The other figure is named from this difference on."""

_RUNNING_ACCURACY = N_(
    "With the running averages of batch normalisation the test accuracy would be {plain} ({plain_family}) "
    "and {residual} ({residual_family}): they lag behind weights that move fast."
)
_RUNNING_ERROR = N_(
    "With the running averages of batch normalisation the test error would be {plain} ({plain_family}) and "
    "{residual} ({residual_family}): they lag behind weights that move fast."
)
_OLD = N_(
    "The test was measured with the running averages of batch normalisation, as this app did before. They "
    "lag behind weights that move fast, so deep plain networks look worse than they are."
)


def statistics_sentences(
    runs: Both[Sequence[RunHistory]], names: Both[str], *, errors: bool = False
) -> list[Sentence]:
    """For finished twins ``names`` with batch normalisation; ``errors``: said as test errors."""
    histories = [*runs.plain, *runs.residual]
    if any(history.facts.get("test_statistics") != NormStatistics.REESTIMATED for history in histories):
        return [sentence(_OLD)]
    now = [_mean(kind, "test/accuracy") for kind in runs]
    running = [_mean(kind, "test/accuracy_running") for kind in runs]
    apart = [abs(one - other) for one, other in zip(now, running, strict=True) if one and other]
    if not apart or max(apart) <= _MATTERS:
        return []
    plain, residual = (None if mean is None else percent(1 - mean if errors else mean) for mean in running)
    template = _RUNNING_ERROR if errors else _RUNNING_ACCURACY
    return [of_twins(template, names, plain=plain or "–", residual=residual or "–")]


def _mean(runs: Sequence[RunHistory], name: str) -> float | None:
    last = [float(run.series[name].value[-1]) for run in runs if name in run.series and len(run.series[name])]
    return sum(last) / len(last) if last and len(last) == len(runs) else None
