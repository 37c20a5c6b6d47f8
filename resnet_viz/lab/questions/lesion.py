"""What happens if one block is removed? (Veit et al. 2016, Fig. 3)"""

import numpy as np

from resnet_viz.figures.families import family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.lab.guessing import errs_as_guessing, would_tell_more
from resnet_viz.lab.panel import Numbers, Panel, Series
from resnet_viz.lab.question import Drawing, Finding, Outcome, Published, Question, Setting, Settings
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import Sentence, percent, points, sentence

_MATTERS = 0.05
"""A rise of the error by more than five points is one that a reader sees."""


def rises(result: Frame, family: str) -> Numbers:
    """By how much the error of ``family`` rises without each block, float64 [blocks]."""
    errors: Numbers = result.arrays[f"errors_{family}"]
    return errors - float(result.values["whole"][family])


def gap(result: Frame) -> float | None:
    """By how much more the median block matters in the plain network; None where one only guesses."""
    plain, residual = (float(np.median(rises(result, family))) for family in result.values["families"][:2])
    return None if _guesses(result) else plain - residual


def panels(result: Frame) -> list[Panel | Figure]:
    """Error without each block, and of the whole network."""
    series = []
    for family in result.values["families"]:
        if f"errors_{family}" not in result.arrays:
            continue
        errors = result.arrays[f"errors_{family}"]
        at = np.arange(1, len(errors) + 1, dtype=np.float64)
        name = family_name(family)
        series.append(Series(name, at, errors, family))
        whole = np.full(2, result.values["whole"][family])
        ends = np.array([1.0, len(result.values["blocks"][family])])
        series.append(Series(_("{network}, whole").format(network=name), ends, whole, family, "reference"))
    return [
        Panel(
            "lesion",
            _("Test error without one block"),
            _("Each point: the trained network with one block left out. Thin line: the whole network."),
            _("Block left out, from input to output"),
            _("Test error"),
            tuple(series),
            y_share=True,
            y_range=(0.0, 1.0),
            more=_("Nothing is trained again. The first block of each stage changes the shape and stays."),
        )
    ]


def find(result: Frame) -> Finding | None:
    """Compare how much the median block matters in both networks."""
    families = result.values["families"]
    done = all(
        len(result.arrays.get(f"errors_{family}", ())) == len(result.values["blocks"][family])
        for family in families
    )
    if not done or len(families) < 2:
        return None
    plain, residual = (float(np.median(rises(result, family))) for family in families[:2])
    idle = _guesses(result)
    if idle:
        outcome = Outcome.UNDECIDED
    elif plain > _MATTERS and residual < plain / 2:
        outcome = Outcome.SUPPORTS
    elif residual > _MATTERS and plain < residual / 2:
        outcome = Outcome.CONTRADICTS
    elif max(plain, residual) <= _MATTERS:
        outcome = Outcome.NO_EFFECT
    else:
        outcome = Outcome.UNDECIDED
    return Finding(
        outcome,
        sentence(
            N_(
                "Without one block the error of the plain network rises by {plain} points (median of its "
                "blocks), that of the residual network by {residual}."
            ),
            plain=points(plain),
            residual=points(residual),
        ),
        sentence(
            N_(
                "A residual block computes $y = x + F(x)$. Without it the next block still gets $x$: the "
                "error goes from {whole_residual} to {median_residual} in the median. A plain block computes "
                "$y = F(x)$. Without it the next block gets what it never saw: from {whole_plain} to "
                "{median_plain}."
            ),
            whole_residual=percent(result.values["whole"][families[1]]),
            median_residual=percent(result.values["whole"][families[1]] + residual),
            whole_plain=percent(result.values["whole"][families[0]]),
            median_plain=percent(result.values["whole"][families[0]] + plain),
        ),
        would_tell_more() if idle else _would_tell(outcome),
    )


def _guesses(result: Frame) -> bool:
    """Whether one of the networks has nothing to lose; older answers do not say of how many classes."""
    whole, classes = result.values["whole"], result.values.get("classes")
    return classes is not None and any(errs_as_guessing(error, classes) for error in whole.values())


def _would_tell(outcome: Outcome) -> Sentence | None:
    if outcome in (Outcome.NO_EFFECT, Outcome.UNDECIDED):
        return sentence(N_("Networks that are deeper and trained longer, or more seeds, would tell."))
    return None


def _residual(result: Frame) -> Series | None:
    family = result.values["families"][-1]
    if find(result) is None:
        return None
    errors: Numbers = result.arrays[f"errors_{family}"]
    return Series(family_name(family), np.arange(1, len(errors) + 1, dtype=np.float64), errors, family)


def _looks(settings: Settings, blocks: int) -> float:
    """Once whole, and once without each block but the first of each of three stages."""
    return float(settings["images"]) * max(1, blocks - 2)


QUESTION = Question(
    name="lesion",
    title=N_("What happens if one block is removed?"),
    short=N_("Test error of both networks with each block left out in turn"),
    expected=N_("A residual network hardly notices one missing block; a plain one breaks."),
    row="leans",
    needs="pair",
    settings=(
        Setting(
            "images", N_("Test images"), (500, 1000, 2000), 500, N_("More images: less noise, more time.")
        ),
    ),
    predict=Drawing(
        N_("Draw the test error of the residual network without each of its blocks."),
        "lesion",
        N_("Block left out, from input to output"),
        N_("Test error"),
        0.0,
        1.0,
        0.01,
        _residual,
        is_share=True,
    ),
    panels=panels,
    find=find,
    looks=_looks,
    limits=(N_("A block that can be left out is not useless: together with others it may matter."),),
    limit_of_pair=N_("One pair of networks: what is measured belongs to these two runs."),
    gap=gap,
    published=(
        Published(
            sentence(N_("ResNet-110: hardly any block matters. VGG: the error rises to that of guessing.")),
            "Veit et al. 2016, Fig. 3",
            sentence(
                N_("CIFAR-10, 110 layers, trained to the end; ours are shallower and trained for minutes.")
            ),
        ),
    ),
)
