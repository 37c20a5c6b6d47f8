"""How large may a branch be? (Marion et al. 2025, Hayou et al. 2021)"""

from typing import Final, Literal

import numpy as np

from resnet_viz.figures.figure import Figure
from resnet_viz.findings.intervals import FEWEST, t_interval
from resnet_viz.lab.over_seeds import over_seeds, seed_series
from resnet_viz.lab.panel import Numbers, Panel, Series
from resnet_viz.lab.question import Choices, Finding, Outcome, Published, Question
from resnet_viz.lab.settings import DEPTH, SEEDS
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import Sentence, count, number, sentence

BETAS: Final = (0.0, 0.5, 1.0)
_NAMES: Final = ("β = 0", "β = ½", "β = 1")
_SHALLOW: Final = 20
"""From this depth to the deepest it is judged whether the blocks' effect grows, stays or shrinks."""
_LEVEL: Final = 0.25
"""Exponents of the number of blocks up to this one count as level; theory has 0 and −½."""
_EXPLODES: Final = 20.0

Fate = Literal["explodes", "level", "identity", "open"]


def panels(result: Frame) -> list[Panel | Figure]:
    """Signal and gradient by block, and how far the whole network moves its input, by depth."""
    lines: dict[str, list[Series]] = {"growth": [], "gradient": [], "moved": []}
    theory: dict[str, list[Series]] = {"growth": [], "gradient": [], "moved": []}
    depths = np.array(result.values["depths"], np.float64)
    for variant, (beta, name) in enumerate(zip(BETAS, _NAMES, strict=True)):
        for quantity, series in lines.items():
            values = result.arrays[f"{quantity}_{beta}"]
            x = depths if quantity == "moved" else np.arange(values.shape[1], dtype=np.float64)
            series.append(seed_series(name, x, values, "residual", log=True, variant=variant))
        blocks = np.arange(result.arrays[f"growth_{beta}"].shape[1], dtype=np.float64)
        said = _("{name}, wide limit").format(name=name)
        power = (1 + blocks[-1] ** (-2 * beta)) ** (blocks / 2)
        theory["growth"].append(Series(said, blocks, power, kind="theory"))
        theory["moved"].append(Series(said, depths, _expected_moved(depths, beta), kind="theory"))
    at = _("Block, from input to output; 0: its input")
    how = _("No normalisation, He's initial weights; every branch times L^−β, L being the number of blocks.")
    return [
        Panel(
            "growth",
            _("Size of the signal"),
            _("‖x‖ after each block, relative to the first block's input."),
            at,
            "‖x‖ / ‖x₀‖",
            (*lines["growth"], *theory["growth"]),
            y_log=True,
            more=how,
        ),
        Panel(
            "gradient",
            _("Size of the gradient on its way back"),
            _("‖∂L/∂x‖ after each block, relative to that after the last. It comes from the right."),
            at,
            _("Gradient, relative to the last block's"),
            tuple(lines["gradient"]),
            y_log=True,
            more=how,
        ),
        Panel(
            "moved",
            _("How far all blocks together move their input"),
            _("0 would be the identity. Level: as far at every depth. Rising without end: explosion."),
            _("Depth"),
            _("Distance moved ÷ size of what the skip connections alone carry"),
            (*lines["moved"], *theory["moved"]),
            y_log=True,
            more=how,
        ),
    ]


def find(result: Frame) -> Finding | None:
    """Judge for each exponent what becomes of the blocks' effect with depth."""
    moved = {beta: _finished(result, beta) for beta in BETAS}
    seeds = min(map(len, moved.values()))
    if not seeds:
        return None
    fates = [_fate(values, result.values["depths"]) for values in moved.values()]
    outcome = _outcome(fates) if seeds >= FEWEST else Outcome.UNDECIDED
    deepest = [number(float(over_seeds(values, log=True).mean[-1]), 2) for values in moved.values()]
    deep = max(result.values["depths"])
    blocks = (deep - 2) // 2
    return Finding(
        outcome,
        sentence(
            N_(
                "At depth {depth} all blocks together move their input by {none} times its size for β = 0, "
                "{half} times for β = ½ and {whole} times for β = 1 (seeds: {seeds})."
            ),
            depth=count(deep),
            none=deepest[0],
            half=deepest[1],
            whole=deepest[2],
            seeds=count(seeds),
        ),
        sentence(
            N_(
                "A block adds a branch times $L^{{-\\beta}}$, so that $\\|x\\|^2$ grows by $1 + "
                "L^{{-2\\beta}}$ and over $L$ blocks by $(1 + L^{{-2\\beta}})^L$. With $L = {blocks}$: $2^L$ "
                "for $\\beta = 0$; $(1 + 1/L)^L \\to e$ for $\\beta = \\frac{{1}}{{2}}$, a distance of "
                "$\\sqrt{{e-1}} \\approx 1.31$ (measured: {half}); $(1 + 1/L^2)^L \\to 1$ for $\\beta = 1$, "
                "a distance of $1/\\sqrt{{L}} \\approx {theory}$ (measured: {whole})."
            ),
            blocks=count(blocks),
            half=deepest[1],
            theory=number(blocks**-0.5, 2),
            whole=deepest[2],
        ),
        _would_tell(outcome, seeds),
    )


def _finished(result: Frame, beta: float) -> Numbers:
    """``moved`` of the seeds that were measured at every depth."""
    values: Numbers = result.arrays[f"moved_{beta}"]
    return values[np.isfinite(values).all(1)]


def _fate(moved: Numbers, depths: list[int]) -> Fate:
    """What becomes of the effect between depth 20 and the deepest, as an interval over seeds tells."""
    if len(moved) < FEWEST:
        return "open"
    shallow = depths.index(_SHALLOW)
    blocks = [(depth - 2) / 2 for depth in (_SHALLOW, depths[-1])]
    slopes = np.log(moved[:, -1] / moved[:, shallow]) / np.log(blocks[1] / blocks[0])
    slope = t_interval(slopes.tolist())
    size = t_interval(np.log(moved[:, -1]).tolist())
    assert slope.low is not None
    assert slope.high is not None
    assert size.low is not None
    if slope.low > _LEVEL and size.low > np.log(_EXPLODES):
        return "explodes"
    if slope.high < -_LEVEL:
        return "identity"
    return "level" if slope.within(_LEVEL) else "open"


def _outcome(fates: list[Fate]) -> Outcome:
    if fates == ["explodes", "level", "identity"]:
        return Outcome.SUPPORTS
    if set(fates) == {"level"}:
        return Outcome.NO_EFFECT
    return Outcome.UNDECIDED if "open" in fates else Outcome.CONTRADICTS


def _would_tell(outcome: Outcome, seeds: int) -> Sentence | None:
    if seeds < FEWEST:
        return sentence(N_("A judgement needs three seeds."))
    if outcome in (Outcome.NO_EFFECT, Outcome.UNDECIDED):
        return sentence(N_("Deeper networks or more seeds would tell."))
    return None


def _expected_moved(depths: Numbers, beta: float) -> Numbers:
    blocks = (depths - 2) / 2
    return np.sqrt((1 + blocks ** (-2 * beta)) ** blocks - 1)


def _right(result: Frame) -> str | None:
    fates = [_fate(_finished(result, beta), result.values["depths"]) for beta in BETAS]
    if "open" in fates:
        return None
    level = [name for name, fate in zip(("zero", "half", "one"), fates, strict=True) if fate == "level"]
    return level[0] if len(level) == 1 else "none" if not level else None


QUESTION = Question(
    name="branch_scale",
    title=N_("How large may a branch be?"),
    short=N_("Signal and gradient at the start, without normalisation, with branches scaled by the depth"),
    expected=N_(
        "Without normalisation branches of full size explode with depth, branches times 1/L leave the "
        "network near the identity, and only L^−½ does neither."
    ),
    row="before",
    needs="start",
    settings=(DEPTH, SEEDS),
    predict=Choices(
        N_("Branches are multiplied by L^−β, L being the number of blocks. Neither explosion nor identity:"),
        {"zero": N_("β = 0: as they are"), "half": "β = ½", "one": "β = 1", "none": N_("none of them")},
        _right,
    ),
    panels=panels,
    find=find,
    limits=(
        N_("The random start only. What starts near the identity may still be trained (Fixup, SkipInit)."),
        N_("The theory is for wide networks of one shape; ours are 8 channels wide and change it twice."),
        N_("Fashion-MNIST at 14 × 14 pixels, the first batch of 64 images."),
    ),
    regime=N_("No normalisation, He's initial weights: the regime in which residual networks explode."),
    published=(
        Published(
            sentence(N_("Only β = ½ is neither explosion nor identity.")),
            "Marion et al. 2025, abstract; Hayou et al. 2021",
            sentence(N_("It is a limit of infinite depth; ours has up to 54 blocks.")),
        ),
    ),
)
