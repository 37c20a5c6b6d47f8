"""When does the network know? (Alain & Bengio 2016)"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from resnet_viz.figures.families import family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.lab.guessing import errs_as_guessing, would_tell_more
from resnet_viz.lab.panel import Numbers, Panel, Series
from resnet_viz.lab.question import Drawing, Finding, Outcome, Published, Question, Setting, Settings
from resnet_viz.lab.weights import WEIGHTS
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import Sentence, count, percent, sentence

TEST_IMAGES: Final = 1000
_RISES: Final = 0.05
"""Less than five points more after the last block than before the first are no rise."""
_FALLS: Final = 0.03
"""1,000 test images: differences of less than three points between two blocks can be chance."""


def fall(result: Frame, family: str) -> float:
    """By how much a classifier is worse than one further up, at most."""
    accuracy = result.arrays[f"accuracy_{family}"]
    return float((np.maximum.accumulate(accuracy) - accuracy).max())


def known_from(result: Frame, family: str) -> int | None:
    """After how many blocks the network's class is said, and stays, for half of the test images."""
    enough = np.flatnonzero(result.arrays[f"known_{family}"] >= 0.5)
    return int(enough[0]) if len(enough) else None


def gap(result: Frame) -> float | None:
    """The least rise of a network from its first block to its last; None where one only guesses."""
    rises = [_rise(result, family) for family in result.values["families"]]
    return None if _guesses(result) and not _is_level(rises) else min(rises)


def panels(result: Frame) -> list[Panel | Figure]:
    """Accuracy after each block, with the control; and for how many images it is settled."""
    accuracy, known = [], []
    for family in result.values["families"]:
        if f"accuracy_{family}" not in result.arrays:
            continue
        name = family_name(family)
        found = result.arrays[f"accuracy_{family}"]
        at = np.arange(len(found), dtype=np.float64)
        accuracy.append(Series(name, at, found, family))
        control = result.arrays[f"control_{family}"].mean(0)
        accuracy.append(
            Series(_("{network}, labels shuffled").format(network=name), at, control, family, variant=1)
        )
        whole = np.full(2, result.values["whole"][family])
        ends = np.array([0.0, len(found) - 1.0])
        accuracy.append(Series(_("{network}, whole").format(network=name), ends, whole, family, "reference"))
        known.append(Series(name, at, result.arrays[f"known_{family}"], family))
    block = _("After block (0: before the first)")
    return [
        Panel(
            "accuracy",
            _("What a linear classifier gets right after each block"),
            _("Each point: test accuracy of a linear classifier fitted to what the block puts out."),
            block,
            _("Test accuracy"),
            tuple(accuracy),
            y_share=True,
            y_range=(0.0, 1.0),
            more=_(
                "The network is not trained again. Thin line: its own accuracy. The classifiers for shuffled "
                "labels are a control: mean of {count} shuffles, which has to be that of guessing."
            ).format(count=_shuffles(result)),
        ),
        Panel(
            "known",
            _("From which block on the network knows"),
            _("Share of the test images that from this block on always get the network's own class."),
            block,
            _("Share of the test images"),
            tuple(known),
            y_share=True,
            y_range=(0.0, 1.0),
            more=_("The network's class is what it predicts in the end, right or wrong."),
        ),
    ]


def find(result: Frame) -> Finding | None:
    """Ask of every network whether its classifiers get better from block to block."""
    families = result.values["families"]
    done = result.values["train_images"]
    if len(set(done.values())) > 1 or f"accuracy_{families[-1]}" not in result.arrays:
        return None
    rises = [_rise(result, family) for family in families]
    falls = [fall(result, family) for family in families]
    level = _is_level(rises)
    idle = not level and _guesses(result)
    if level:
        outcome = Outcome.NO_EFFECT
    elif idle:
        outcome = Outcome.UNDECIDED
    elif all(rise > _RISES for rise in rises) and max(falls) <= _FALLS:
        outcome = Outcome.SUPPORTS
    elif any(rise < -_RISES for rise in rises):
        outcome = Outcome.CONTRADICTS
    else:
        outcome = Outcome.UNDECIDED
    last = families[-1]
    accuracy = result.arrays[f"accuracy_{last}"]
    return Finding(
        outcome,
        sentence(
            N_(
                "A linear classifier gets {first} of the test images right before the first block of the "
                "residual network and {last} after its last. Half of the images are settled there after "
                "{residual} blocks, in the plain network after {plain}."
            ),
            first=percent(float(accuracy[0])),
            last=percent(float(accuracy[-1])),
            residual=_settled(result, last),
            plain=_settled(result, families[0]),
        ),
        sentence(
            N_(
                "From the $C$ means of a block's feature maps, $\\bar x$, come the scores $W \\bar x + b$, "
                "with $W$ and $b$ that minimise $\\frac1N \\sum_i \\|W \\bar x_i + b - y_i\\|^2 + r "
                "\\|W\\|^2$ over {images} training images. After the last block, $C = {numbers}$, they get "
                "{last} right, the network itself {whole}: its own last layer is linear in the same means."
            ),
            images=count(done[last]),
            numbers=result.values["numbers"][last],
            last=percent(float(accuracy[-1])),
            whole=percent(result.values["whole"][last]),
        ),
        would_tell_more() if idle else _would_tell(outcome),
    )


def _rise(result: Frame, family: str) -> float:
    accuracy = result.arrays[f"accuracy_{family}"]
    return float(accuracy[-1] - accuracy[0])


def _is_level(rises: Sequence[float]) -> bool:
    return all(abs(rise) <= _RISES for rise in rises)


def _guesses(result: Frame) -> bool:
    """Whether one of the networks knows nothing in the end."""
    whole, classes = result.values["whole"], result.values["classes"]
    return any(errs_as_guessing(1 - whole[family], classes) for family in result.values["families"])


def _would_tell(outcome: Outcome) -> Sentence | None:
    if outcome in (Outcome.NO_EFFECT, Outcome.UNDECIDED):
        return sentence(N_("Networks that are trained longer, more test images, or more seeds, would tell."))
    return None


def _settled(result: Frame, family: str) -> Sentence:
    known, blocks = known_from(result, family), len(result.arrays[f"known_{family}"]) - 1
    if known is None:
        return sentence(N_("not even {most} of {most}"), most=blocks)
    return sentence(N_("{count} of {most}"), count=known, most=blocks)


def _shuffles(result: Frame) -> int:
    return max(
        (len(found) for name, found in result.arrays.items() if name.startswith("control_")), default=0
    )


def _residual(result: Frame) -> Series | None:
    family = result.values["families"][-1]
    if find(result) is None:
        return None
    accuracy: Numbers = result.arrays[f"accuracy_{family}"]
    return Series(family_name(family), np.arange(len(accuracy), dtype=np.float64), accuracy, family)


def _looks(settings: Settings, _blocks: int) -> float:
    return float(settings["images"]) + TEST_IMAGES


QUESTION = Question(
    name="linear_probe",
    title=N_("When does the network know?"),
    short=N_("Test accuracy of a linear classifier after each block"),
    expected=N_("From block to block a linear classifier can tell the classes better."),
    row="carries",
    needs="pair",
    settings=(
        WEIGHTS,
        Setting(
            "grid",
            N_("Parts of a feature map"),
            (1, 2),
            1,
            N_("1: each map is averaged as a whole. 2: each of its quarters, so that places count too."),
            {1: N_("whole"), 2: N_("quarters")},
        ),
        Setting(
            "images", N_("Training images"), (1000, 3000, 6000), 3000, N_("More images: a better classifier.")
        ),
    ),
    predict=Drawing(
        N_("Draw the test accuracy of a linear classifier after each block of the residual network."),
        "accuracy",
        N_("After block (0: before the first)"),
        N_("Test accuracy"),
        0.0,
        1.0,
        0.01,
        _residual,
        is_share=True,
    ),
    panels=panels,
    find=find,
    looks=_looks,
    limits=(
        N_(
            "Later stages have more channels, so the classifier gets more numbers there: a part of the rise "
            "from stage to stage is due to that."
        ),
        N_("What a linear classifier cannot read may be there all the same, and later blocks may use it."),
    ),
    limit_of_pair=N_("One pair of networks: what is measured belongs to these two runs."),
    gap=gap,
    published=(
        Published(
            sentence(N_("Linear classifiers get better from layer to layer, without being trained to.")),
            "Alain & Bengio 2016",
            sentence(
                N_(
                    "Other networks and data, classifiers trained by gradient descent; ours are ridge "
                    "regressions in closed form."
                )
            ),
        ),
    ),
)
