"""Is the skip connection needed after training? (Ding et al. 2021, RepVGG)"""

from typing import Final

import numpy as np

from resnet_viz.figures.figure import Figure
from resnet_viz.lab.panel import Numbers, Panel, Series
from resnet_viz.lab.question import Choices, Finding, Outcome, Published, Question, Setting
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import number, percent, sentence

_SINGLE: Final = 1e-5
_DOUBLE: Final = 1e-10
"""How much logits may differ, of the largest: rounding in single and in double precision."""


def costs(result: Frame) -> dict[str, Numbers]:
    """Parameters, multiply-adds and median time of each form, of the trained network's; float64 [3]."""
    arrays = result.arrays
    found = {name: arrays[name].astype(np.float64) for name in ("parameters", "multiply_adds")}
    if len(arrays["seconds"]):
        found["seconds"] = np.median(arrays["seconds"], axis=0)
    return {name: values / values[0] for name, values in found.items()}


def panels(result: Frame) -> list[Panel | Figure]:
    """Logits of both networks against each other, and what each form costs."""
    trained, plain = (logits.ravel().astype(np.float64) for logits in result.arrays["logits"])
    ends = np.array([trained.min(), trained.max()])
    found = costs(result)
    names = {"parameters": _("parameters"), "multiply_adds": _("multiply-adds"), "seconds": _("time")}
    forms = (
        (_("Residual, as trained"), "residual"),
        (_("Residual, norms folded"), ""),
        (_("Plain, folded"), "plain"),
    )
    cost = tuple(
        Series(
            name,
            np.arange(len(found), dtype=np.float64),
            np.array([values[form] for values in found.values()]),
            family,
            marks=True,
        )
        for form, (name, family) in enumerate(forms)
    )
    return [
        Panel(
            "logits",
            _("The same function"),
            _("Each point: the logit of one class for one image. On the dotted line both are the same."),
            _("Logit of the residual network"),
            _("Logit of the plain network"),
            (
                Series(_("Plain, folded"), trained, plain, "plain", marks=True),
                Series(_("Equal"), ends, ends, kind="theory"),
            ),
        ),
        Panel(
            "cost",
            _("What it costs"),
            _("Each point: what one form of the network costs, in multiples of the residual one."),
            _("Cost"),
            _("Multiple"),
            cost,
            x_texts=tuple(names[name] for name in found),
            more=_("Time: median of {passes} forward passes over {images} images on this machine.").format(
                passes=len(result.arrays["seconds"]), images=result.values["images"]
            ),
        ),
    ]


def find(result: Frame) -> Finding | None:
    """Ask whether the logits differ by more than rounding, in single and double precision."""
    values = result.values
    times = costs(result).get("seconds")
    if times is None:
        return None
    largest = values["largest"]
    exact = values["difference_double"] <= _DOUBLE * largest
    if exact and values["difference"] <= _SINGLE * largest:
        outcome = Outcome.SUPPORTS
    elif exact:
        outcome = Outcome.UNDECIDED
    else:
        outcome = Outcome.CONTRADICTS
    return Finding(
        outcome,
        sentence(
            N_(
                "A plain network without norms and additions gives the same class for {same} of {images} "
                "images; logits differ by at most {difference}, the largest is {largest}. It takes "
                "{multiply_adds} times the multiply-adds and {time} times the time."
            ),
            same=percent(values["same_class"]),
            images=values["images"],
            difference=number(values["difference"], 2),
            largest=number(largest),
            multiply_adds=number(float(costs(result)["multiply_adds"][2]), 3),
            time=number(float(times[2]), 2),
        ),
        sentence(
            N_(
                "$x$ comes from a ReLU, so $\\mathrm{{ReLU}}(x) = x$, and "
                "$\\mathrm{{ReLU}}(W_2\\,\\mathrm{{ReLU}}(W_1 x) + x) = \\mathrm{{ReLU}}([W_2\\; "
                "I]\\,\\mathrm{{ReLU}}([W_1;\\, I]\\, x))$: the inner layer hands $x$ on in channels of its "
                "own, with kernels that are 1 at the centre. In double precision the logits differ by "
                "{double}: rounding. So a plain network can compute this function, with {parameters} "
                "parameters instead of {trained}; what the skip connection changes is whether training "
                "finds it."
            ),
            double=number(values["difference_double"], 2),
            parameters=f"{int(result.arrays['parameters'][2]):,}",
            trained=f"{int(result.arrays['parameters'][0]):,}",
        ),
        sentence(N_("The same in double precision only: rounding in single precision is larger than usual."))
        if outcome is Outcome.UNDECIDED
        else None,
    )


def _which(result: Frame) -> str | None:
    if find(result) is None:
        return None
    same = result.values["same_class"]
    return "all" if same == 1 else "most" if same > 0.5 else "few"


QUESTION = Question(
    name="folded",
    title=N_("Is the skip connection needed after training?"),
    short=N_("A plain network with the same function, made of the trained residual one, and its cost"),
    expected=N_("After training the skip connections can be folded into the convolutions."),
    row="without",
    needs="pair",
    settings=(
        Setting("images", N_("Test images"), (1, 64, 256), 64, N_("So many go through the network at once.")),
    ),
    predict=Choices(
        N_("For how many images does the plain network give the same class?"),
        {"all": N_("for all"), "most": N_("for most"), "few": N_("for few")},
        _which,
    ),
    panels=panels,
    find=find,
    limits=(
        N_("Nothing is trained: whether training finds such weights in a plain network is another question."),
        N_("The plain network has wider inner layers, and most of the weights that are new in them are 0."),
        N_("Times are those of this machine and of PyTorch's convolutions; other devices differ."),
    ),
    published=(
        Published(
            sentence(
                N_(
                    "RepVGG-B0 on ImageNet, trained with branches and folded afterwards: about 75.1% "
                    "accuracy with both branches, 74.8% with the identity alone, 72.4% trained without "
                    "branches."
                )
            ),
            "Ding et al. 2021, Table 6",
            sentence(
                N_(
                    "There each convolution has branches of its own and folds into one of the same size; "
                    "ours are skip connections over two, so inner layers get wider."
                )
            ),
        ),
    ),
    residual_only=True,
)
