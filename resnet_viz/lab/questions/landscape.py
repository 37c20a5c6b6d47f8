"""What does the loss look like from here? (Li et al. 2018)"""

from typing import Final

import numpy as np

from resnet_viz.figures.families import family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.loss_maps import figure as loss_maps
from resnet_viz.figures.loss_scale import LossMap, TrainingPath
from resnet_viz.lab.guessing import guesses, would_tell_more
from resnet_viz.lab.panel import Numbers, Panel, Series
from resnet_viz.lab.question import Choices, Finding, Outcome, Published, Question, Setting, Settings, Value
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import Sentence, number, percent, sentence

_APART: Final = 0.1
"""Shares of bending that differ by more are ones that a reader sees on the maps."""
_ALIKE: Final = 0.05
_LAYERS: Final[dict[Value, str]] = {"all": N_("all"), "first": N_("first third"), "last": N_("last third")}


def panels(result: Frame) -> list[Panel | Figure]:
    """Loss along both directions through the middle, and the maps."""
    places = result.arrays["places"]
    middle = len(places) // 2
    series = []
    for family in result.values["families"]:
        losses = result.arrays[f"losses_{family}"]
        name = family_name(family)
        along = _("{network}, direction 1").format(network=name)
        across = _("{network}, direction 2").format(network=name)
        series.append(Series(along, places, losses[middle], family))
        series.append(Series(across, places, losses[:, middle], family, variant=1))
    moved = _("Moved: {layers} of the layers. {count} training images.").format(
        layers=_(_LAYERS[result.values["layers"]]), count=result.values["images"]
    )
    first, second = (_map_of(result, family) for family in result.values["families"][:2])
    title = _("Training loss around the trained network")
    return [
        Panel(
            "cut",
            _("Training loss along two random directions"),
            _("In the middle stands the trained network. A bowl gets ever steeper on both sides."),
            _("Distance, in lengths of the filters"),
            _("Training loss"),
            tuple(series),
            more=moved,
        ),
        loss_maps((first, second), places, title, moved),
    ]


def _map_of(result: Frame, family: str) -> LossMap:
    # Answers about bundled pairs, and older ones, have none, or know no losses of it.
    told, losses = result.values.get("path", {}).get(family), result.arrays.get(f"path_losses_{family}")
    path = None if told is None else TrainingPath(result.arrays[f"path_{family}"], **told, losses=losses)
    return LossMap(family, result.arrays[f"losses_{family}"], path)


def bends_down(losses: Numbers) -> float:
    """Share of all bending, along rows and columns, that is downwards: 0 in a bowl, about ½ in noise."""
    bends = np.concatenate([np.diff(losses, 2, axis).ravel() for axis in (0, 1)])
    total = np.abs(bends).sum()
    return float(-bends[bends < 0].sum() / total) if total else 0.0


def find(result: Frame) -> Finding | None:
    """Compare which share of the bending of both slices is downwards."""
    families = result.values["families"][:2]
    slices = [result.arrays[f"losses_{family}"] for family in families]
    eigenvalues = result.values["eigenvalue"]
    if len(families) < 2 or not np.isfinite(slices).all() or any(one not in eigenvalues for one in families):
        return None
    plain, residual = (bends_down(one) for one in slices)
    middle = len(slices[0]) // 2
    trained = [float(one[middle, middle]) for one in slices]
    idle = any(guesses(loss, result.values["classes"]) for loss in trained)
    outcome = Outcome.UNDECIDED if idle else _outcome(plain, residual)
    return Finding(
        outcome,
        sentence(
            N_(
                "Of all bending of the slice {plain} is downwards in the plain network and {residual} in the "
                "residual network (none in a bowl); at the trained weights the sharpest bend is λmax = "
                "{plain_bend} and {residual_bend}."
            ),
            plain=percent(plain),
            residual=percent(residual),
            plain_bend=number(eigenvalues[families[0]], 2),
            residual_bend=number(eigenvalues[families[1]], 2),
        ),
        sentence(
            N_(
                "Shown is $L(\\theta + a\\,d_1 + b\\,d_2)$ with $d_{{ij}} \\leftarrow "
                "d_{{ij}}\\,\\|\\theta_{{ij}}\\| / \\|d_{{ij}}\\|$ for every filter: in the middle $L = "
                "{plain}$ (plain) and ${residual}$ (residual). Near it $L \\approx L(\\theta) + "
                "\\frac{{1}}{{2}}\\,\\delta^T H\\,\\delta$; $\\lambda_{{\\max}}$ of $H$ is its sharpest bend "
                "over all directions, which two random ones hardly show."
            ),
            plain=number(trained[0]),
            residual=number(trained[1]),
        ),
        would_tell_more() if idle else _would_tell(outcome),
    )


def _outcome(plain: float, residual: float) -> Outcome:
    gap = plain - residual
    if abs(gap) <= _ALIKE:
        return Outcome.NO_EFFECT
    if abs(gap) <= _APART:
        return Outcome.UNDECIDED
    return Outcome.SUPPORTS if gap > 0 else Outcome.CONTRADICTS


def _would_tell(outcome: Outcome) -> Sentence | None:
    if outcome in (Outcome.NO_EFFECT, Outcome.UNDECIDED):
        return sentence(N_("Other directions, deeper networks or pairs of other seeds would tell."))
    return None


def _right(result: Frame) -> str | None:
    eigenvalues = result.values["eigenvalue"]
    families = result.values["families"][:2]
    if any(one not in eigenvalues for one in families):
        return None
    plain, residual = (eigenvalues[one] for one in families)
    return "plain" if plain > 2 * residual else "residual" if residual > 2 * plain else "alike"


def _looks(settings: Settings, _blocks: int) -> float:
    return float(settings["images"])


QUESTION = Question(
    name="landscape",
    title=N_("What does the loss look like from here?"),
    short=N_("Training loss around both trained networks, along two random directions of the weights"),
    expected=N_("Around a trained residual network the loss is a bowl; around a deep plain one it is not."),
    row="leans",
    needs="pair",
    settings=(
        Setting(
            "layers",
            N_("Layers moved"),
            ("all", "first", "last"),
            "all",
            N_("All convolutions and the classifier, or those of the first or the last third."),
            _LAYERS,
        ),
        Setting(
            "directions",
            N_("Pair of directions"),
            (0, 1, 2),
            0,
            N_("Each is another pair of random directions."),
        ),
        Setting("images", N_("Training images"), (128, 256, 512, 1024), 128),
    ),
    predict=Choices(
        N_("At the trained weights, the sharpest bend of the loss (λmax) is:"),
        {
            "plain": N_("more than twice as sharp in the plain network"),
            "residual": N_("more than twice as sharp in the residual network"),
            "alike": N_("about as sharp in both"),
        },
        _right,
    ),
    panels=panels,
    find=find,
    looks=_looks,
    with_path=True,
    limits=(
        N_("Two random directions of many thousands: what the slice does not cross stays unseen."),
        N_("One pair of networks, a part of the training images, no augmentation."),
        N_("Batch normalisation keeps the statistics of the trained network; training on would adapt them."),
        N_("λmax depends on how weights are scaled and is no measure of quality."),
    ),
    published=(
        Published(
            sentence(
                N_(
                    "As networks get deeper, nearly convex loss surfaces become chaotic; skip connections "
                    "prevent it."
                )
            ),
            "Li et al. 2018, §1",
            sentence(N_("CIFAR-10, 56 and 110 layers, trained to the end; ours are shallower.")),
        ),
    ),
)
