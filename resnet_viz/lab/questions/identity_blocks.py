"""Could the deep plain network do it at all? (He et al. 2015, §1)"""

from typing import Final

import numpy as np

from resnet_viz.figures.families import family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.findings.intervals import FEWEST, t_interval
from resnet_viz.lab.guessing import would_tell_more
from resnet_viz.lab.over_seeds import seed_series
from resnet_viz.lab.panel import Numbers, Panel, Series
from resnet_viz.lab.question import Choices, Finding, Outcome, Published, Question, Setting, Settings
from resnet_viz.lab.settings import SEEDS
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import Sentence, count, number, percent, points, running_text, sentence

DEVIATIONS: Final = (0.0, 0.03, 0.1, 0.2, 0.3, 0.5, 1.0)
"""Of the noise, in deviations of He's initial weights; at 1 it is as large as where training starts."""
NOISE: Final = 0.5
"""With which training goes on, and which is judged."""
BATCH: Final = 32
"""Images of each step of that training."""
_HALF: Final = DEVIATIONS.index(NOISE)
_PREDICTED: Final = DEVIATIONS.index(0.3)
_SAME: Final = 1e-5
"""Logits that differ by less than this share of the largest one differ by rounding only."""
_MATTERS: Final = 0.05
_NEAR_CHANCE: Final = 0.9
_AFTER: Final = N_(
    "Noise of that size, then {steps} training steps: error {plain} in the plain network, {residual} in the "
    "residual network, where the noise is in branches that start from 0."
)


def panels(result: Frame) -> list[Panel | Figure]:
    """Error over noise, beside that of the shallow network; then with noise and after training on."""
    x = np.array(DEVIATIONS)
    name = _("{network} of depth {depth}").format(network=family_name("plain"), depth=result.values["depth"])
    shallow = _("{network} of depth {depth}").format(
        network=family_name("plain"), depth=result.values["shallow"]
    )
    whole = np.full(2, result.values["whole"])
    return [
        Panel(
            "noise",
            _("Test error with noise on the weights of the added blocks"),
            _(
                "At 0 the added blocks are the identity. At 1 the noise is as large as random initial "
                "weights."
            ),
            _("Noise σ, in deviations of He's initial weights"),
            _("Test error"),
            (
                seed_series(name, x, result.arrays["errors"], "plain", share=True),
                Series(shallow, np.array([0.0, 1.0]), whole, "plain", "reference"),
            ),
            y_share=True,
            y_range=(0.0, 1.0),
            more=_("Thin line: the trained network without the added blocks. Nothing is trained again."),
        ),
        *([_kept_panel(result)] if _kept(result) else []),
    ]


def _kept_panel(result: Frame) -> Panel:
    """Of both longer networks, where both were measured."""
    found = _kept(result)
    alone = _("The other network has blocks that cannot be made the identity this way.")
    return Panel(
        "kept",
        _("Test error with noise, and after training on"),
        _("Noise of σ = {noise} on the added blocks, then a little training: who keeps what it had?").format(
            noise=number(NOISE, 2)
        ),
        _("Moment"),
        _("Test error"),
        tuple(
            seed_series(family_name(name), np.arange(3.0), errors, name, share=True)
            for name, errors in found.items()
        ),
        y_share=True,
        y_range=(0.0, 1.0),
        x_texts=(
            _("without noise"),
            _("with noise"),
            _("after {steps} steps").format(steps=result.values["steps"]),
        ),
        more=running_text(
            (
                _(
                    "All weights are trained, with SGD (learning rate 0.02, momentum 0.9) on batches of 32. "
                    "In the residual network σ is the size of the added branches, 1 that of a random start."
                ),
                *([] if len(found) > 1 else [alone]),
            )
        ),
    )


def _kept(result: Frame) -> dict[str, Numbers]:
    """By network the errors of the seeds that were measured to the end; none in older answers."""
    arrays = {name: values for name, values in result.arrays.items() if name.startswith("kept_")}
    whole = {
        name.removeprefix("kept_"): values[np.isfinite(values).all(1)] for name, values in arrays.items()
    }
    return {name: values for name, values in whole.items() if len(values)}


def find(result: Frame) -> Finding | None:
    """Whether the longer network is the same, and whether noise half as large as a random start ruins it."""
    errors = _finished(result)
    if not len(errors):
        return None
    values = result.values
    seeds = len(errors)
    idle = values["whole"] > _NEAR_CHANCE * (1 - 1 / values["classes"])
    is_same = values["difference"] <= _SAME * max(values["largest"], 1)
    outcome = Outcome.UNDECIDED if idle else _outcome(is_same, errors[:, _HALF] - values["whole"])
    mean = errors.mean(0)
    found = sentence(
        N_(
            "With {added} identity blocks added, the plain network of depth {depth} has the logits of "
            "the one of depth {shallow} (they differ by {difference} at most) and the error {whole}; "
            "noise half as large as random weights makes it {half} (seeds: {seeds})."
        ),
        added=count(values["added"]),
        depth=count(values["depth"]),
        shallow=count(values["shallow"]),
        difference=number(values["difference"], 2),
        whole=percent(float(mean[0])),
        half=percent(float(mean[_HALF])),
        seeds=count(seeds),
    )
    kept = {name: percent(float(errors[:, -1].mean())) for name, errors in _kept(result).items()}
    if len(kept) > 1:
        steps, plain, residual = count(values["steps"]), *list(kept.values())[:2]
        after = sentence(_AFTER, steps=steps, plain=plain, residual=residual)
        found = sentence(N_("{found} {after}"), found=found, after=after)
    return Finding(
        outcome,
        found,
        sentence(
            N_(
                "A kernel with a single 1 hands on its input, a norm with $\\gamma = \\sqrt{{v + "
                "\\epsilon}}$ and $\\beta = \\mu$ undoes its own normalisation, and $\\mathrm{{ReLU}}(x) = "
                "x$ for $x \\ge 0$: {added} such blocks compute $x$. So a good solution of depth {depth} "
                "exists. A residual block is there with $F = 0$; a plain one has to get each kernel right, "
                "and at $\\sigma = {at}$ the error has already risen by {rise} points."
            ),
            added=count(values["added"]),
            depth=count(values["depth"]),
            at=number(DEVIATIONS[_first_to_matter(mean)], 2),
            rise=points(float(mean[_first_to_matter(mean)] - mean[0])),
        ),
        would_tell_more() if idle else _would_tell(outcome, seeds),
    )


def _finished(result: Frame) -> Numbers:
    """Errors of the seeds that were measured with all amounts of noise."""
    errors: Numbers = result.arrays["errors"]
    return errors[np.isfinite(errors).all(1)]


def _first_to_matter(mean: Numbers) -> int:
    """The least noise at which the error is higher by five points; the most where none is."""
    rises = np.flatnonzero(mean - mean[0] > _MATTERS)
    return int(rises[0]) if len(rises) else len(mean) - 1


def _outcome(is_same: bool, rises: Numbers) -> Outcome:
    """From the rise of the error with noise half as large as random weights, a value a seed."""
    if len(rises) < FEWEST:
        return Outcome.UNDECIDED
    if not is_same:
        return Outcome.CONTRADICTS
    rise = t_interval(rises.tolist())
    if rise.within(_MATTERS):
        return Outcome.NO_EFFECT
    return Outcome.SUPPORTS if rise.excludes_zero() and rise.mean > _MATTERS else Outcome.UNDECIDED


def _would_tell(outcome: Outcome, seeds: int) -> Sentence | None:
    if seeds < FEWEST:
        return sentence(N_("A judgement needs three seeds."))
    if outcome in (Outcome.NO_EFFECT, Outcome.UNDECIDED):
        return sentence(N_("More added blocks or more seeds of the noise would tell."))
    return None


def _right(result: Frame) -> str | None:
    errors = _finished(result)
    if not len(errors):
        return None
    error = float(errors[:, _PREDICTED].mean())
    if error - result.values["whole"] <= _MATTERS:
        return "stays"
    return "guesses" if error > _NEAR_CHANCE * (1 - 1 / result.values["classes"]) else "rises"


def _looks(settings: Settings, blocks: int) -> float:
    """All amounts of noise in the plain network, and in both a training of three passes an image."""
    images, steps = float(settings["images"]), float(settings["steps"])
    each = images * len(DEVIATIONS) / 2 + 2 * images + 3 * BATCH * steps
    return float(settings["seeds"]) * each * (int(settings["depth"]) - 2) / (2 * blocks)


QUESTION = Question(
    name="identity_blocks",
    title=N_("Could the deep plain network do it at all?"),
    short=N_("A trained plain network made deeper by identity blocks, then with noise on their weights"),
    expected=N_(
        "A deep plain network can be exactly as good as a shallow one, but its weights have to be right: "
        "noise half as large as random initial weights ruins it."
    ),
    row="without",
    needs="pair",
    settings=(
        Setting("depth", N_("Depth to reach"), (56, 110), 56, N_("The blocks that are missing are added.")),
        SEEDS,
        Setting("images", N_("Test images"), (250, 500, 1000), 500),
        Setting("steps", N_("Training steps after the noise"), (10, 20, 50), 10),
    ),
    predict=Choices(
        N_("With noise of σ = 0.3 on the added weights the test error:"),
        {
            "stays": N_("hardly changes"),
            "rises": N_("rises by more than 5 points"),
            "guesses": N_("becomes that of guessing"),
        },
        _right,
    ),
    panels=panels,
    find=find,
    looks=_looks,
    limits=(
        N_("That a solution exists does not say that training finds it; here it continues for a few steps."),
        N_(
            "σ says how near the added blocks are to a random start, which is another change in each network."
        ),
        N_("Seeds are those of the noise; the trained network is one."),
        N_("The added norms measure their statistics with the noise, as training would."),
    ),
    published=(
        Published(
            sentence(
                N_(
                    "A solution by construction exists: the added layers are identity mappings. So a deeper "
                    "network should not have a higher training error, and yet it has."
                )
            ),
            "He et al. 2015, §1",
            sentence(N_("It is an argument there; here it is built and measured.")),
        ),
    ),
)
