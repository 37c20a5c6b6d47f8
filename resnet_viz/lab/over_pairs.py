"""A question about trained networks, asked of several pairs: means, bands, and one outcome.

A pair is a seed. Lines and numbers are means over the pairs. The outcome is the one that the question's own
rule finds in the means, and a judgement needs three pairs whose gaps have a confidence interval without zero.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from resnet_viz.figures.figure import Figure
from resnet_viz.findings.intervals import FEWEST, t_interval
from resnet_viz.lab.over_seeds import seed_series
from resnet_viz.lab.pairs import mean_of, unpacked
from resnet_viz.lab.panel import Panel, Series
from resnet_viz.lab.question import Choices, Drawing, Finding, Guess, Outcome, Question
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import running_text, sentence


def for_pairs(question: Question) -> Question:
    """``question`` with answers about one pair or several; itself where it takes one pair alone."""
    if question.gap is None:
        return question
    return replace(
        question,
        panels=lambda result: _panels(question, unpacked(result), result.values.get("seeds", ())),
        find=lambda result: _find(question, unpacked(result)),
        predict=_predicted(question.predict),
    )


def _predicted(asked: Choices | Guess | Drawing) -> Choices | Guess | Drawing:
    """What is compared with a prediction is the mean."""

    def of_mean(read: Callable[[Frame], Any]) -> Callable[[Frame], Any]:
        return lambda result: read(mean_of(unpacked(result)))

    if isinstance(asked, Choices):
        return asked._replace(right=of_mean(asked.right))
    if isinstance(asked, Guess):
        return asked._replace(measured=of_mean(asked.measured))
    return asked._replace(line=of_mean(asked.line))


def _panels(question: Question, answers: Sequence[Frame], seeds: Sequence[int]) -> list[Panel | Figure]:
    first, *more = (question.panels(answer) for answer in answers)
    if not more:
        return [_of_first(one, seeds[0]) if seeds and isinstance(one, Panel) else one for one in first]
    joined: list[Panel | Figure] = []
    for each in zip(first, *more, strict=True):
        panels = [one for one in each if isinstance(one, Panel)]
        joined.append(_joined(panels) if panels else each[0])
    return joined


def _of_first(panel: Panel, seed: int) -> Panel:
    """``panel`` while there is nothing of the other seeds."""
    only = _("So far of seed {seed} alone.").format(seed=seed)
    return replace(panel, band=running_text((panel.band, only)))


def _joined(panels: Sequence[Panel]) -> Panel:
    first = panels[0]
    lines = zip(*(panel.series for panel in panels), strict=True)
    ranges = [panel.y_range for panel in panels if panel.y_range is not None]
    said = (
        _("Mean over {seeds} seeds. Band: its 95% confidence interval.")
        if len(panels) >= FEWEST
        else _("Mean over {seeds} seeds.")
    )
    return replace(
        first,
        series=tuple(_over_seeds(first, line) for line in lines),
        y_range=(min(low for low, _high in ranges), max(high for _low, high in ranges)) if ranges else None,
        band=said.format(seeds=len(panels)),
    )


def _over_seeds(panel: Panel, lines: Sequence[Series]) -> Series:
    first = lines[0]
    if first.kind == "theory":  # the same for every seed
        return first
    values = np.array([line.y for line in lines])
    found = seed_series(
        first.name,
        first.x,
        values,
        first.family,
        log=panel.y_log,
        share=panel.y_share and 0 <= np.nanmin(values) <= np.nanmax(values) <= 1,
        variant=first.variant,
    )
    return found if first.kind == "measured" else replace(first, y=found.y)


def _find(question: Question, answers: Sequence[Frame]) -> Finding | None:
    found = question.find(mean_of(answers))
    if found is None or len(answers) == 1:
        return found
    said = sentence(
        N_("{finding} These are means over {seeds} seeds."), finding=found.sentence, seeds=len(answers)
    )
    return _judged(question, answers, found._replace(sentence=said, pairs=len(answers)))


def _judged(question: Question, answers: Sequence[Frame], found: Finding) -> Finding:
    """``found``, which follows from means, as far as the single pairs bear it out."""
    assert question.gap is not None
    undecided = found._replace(outcome=Outcome.UNDECIDED)
    if len(answers) < FEWEST:
        return undecided._replace(would_tell=sentence(N_("A judgement needs three seeds.")))
    gaps = []
    for one in answers:
        gap = question.gap(one)
        if gap is None:
            of_it = question.find(one)
            return undecided._replace(would_tell=of_it.would_tell if of_it else None)
        gaps.append(gap if found.outcome is Outcome.SUPPORTS else -gap)
    if found.outcome not in (Outcome.SUPPORTS, Outcome.CONTRADICTS):
        return found
    low = t_interval(gaps).low
    if low is None or low <= 0:
        return undecided._replace(would_tell=sentence(N_("More seeds would tell.")))
    return found
