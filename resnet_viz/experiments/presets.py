"""The experiments that a newcomer starts with: for each kind by name, the first being the default."""

from dataclasses import dataclass
from typing import Final

from resnet_viz.experiments.experiment import Experiment
from resnet_viz.locale import N_
from resnet_viz.specs import DataSpec, NetworkSpec, RunSpec, TrainSpec

CUSTOM: Final = "custom"
"""The preset that promises nothing: every setting may differ from where it starts."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A named experiment: texts are gettext keys. What ``needs_gpu`` is not offered where there is none."""

    name: str
    title: str
    promise: str
    spec: Experiment
    needs_gpu: bool = False


_SMALL_IMAGES = DataSpec(resolution_px=14)
_SMALL_NETWORK = NetworkSpec(depth=32, width=8)
_SMALL_RUN = RunSpec(network=_SMALL_NETWORK, data=_SMALL_IMAGES)
_PAPER = RunSpec(
    network=NetworkSpec(depth=20),
    data=DataSpec(dataset="cifar10", augmentation="crop-flip"),
    train=TrainSpec(steps=64_000, batch_size=128, schedule="step", evaluate_every=1000, probe_every=1000),
)
_PAPER_START = _PAPER.but(
    train=TrainSpec(steps=1000, batch_size=128, warmup_steps=100, evaluate_every=250, probe_every=50)
)


RACES: Final = (
    Preset(
        "degradation",
        N_("Degradation"),
        N_(
            "With batch normalisation gradients do not vanish at the start, yet the deep plain "
            "network still trains worse."
        ),
        Experiment(run=_SMALL_RUN),
    ),
    Preset(
        "vanishing",
        N_("Vanishing gradients"),
        N_(
            "Without normalisation the gradient shrinks layer by layer on its way back to the "
            "input. Skip connections carry it past the layers."
        ),
        # At a rate of 0.1 the residual network learned from only 4 of 7 starts, at 0.05 from all 7.
        Experiment(
            run=RunSpec(
                network=_SMALL_NETWORK.but(norm="none", init="pytorch"),
                data=_SMALL_IMAGES,
                train=TrainSpec(learning_rate=0.05),
            )
        ),
    ),
    Preset(
        "shallow",
        N_("Shallow: no difference"),
        N_("At depth 8 both networks train about equally well; the difference comes with depth."),
        Experiment(run=RunSpec(network=_SMALL_NETWORK.but(depth=8), data=_SMALL_IMAGES)),
    ),
    Preset(
        "warm-up",
        N_("With warm-up"),
        N_(
            "Is the first learning rate too high for the plain network? Here it rises to 0.03 over "
            "50 steps. In three measured seeds the gap (plain − residual) was still 0.50 to 0.61."
        ),
        Experiment(
            run=RunSpec(
                network=_SMALL_NETWORK,
                data=_SMALL_IMAGES,
                train=TrainSpec(learning_rate=0.03, warmup_steps=50),
            )
        ),
    ),
    Preset(
        "equal-cost",
        N_("Equal cost"),
        N_(
            "VGG, ResNet, DenseNet and ResNeXt with about as many multiply-adds each. They differ in more "
            "than one thing, so their results are stated and not judged."
        ),
        Experiment(
            run=_SMALL_RUN.but(network=_SMALL_NETWORK.but(depth=20, width=16)),
            families=("vgg", "residual", "densenet", "resnext"),
            equal_cost=True,
        ),
    ),
    Preset(
        "shortcuts",
        N_("Shortcut variants"),
        N_("Skip connections as they are, halved, gated and with dropout (He et al. 2016, Table 1)."),
        Experiment(
            run=_SMALL_RUN,
            families=(
                "residual",
                "residual+half-shortcut",
                "residual+exclusive-gate",
                "residual+shortcut-gate",
                "residual+dropout-shortcut",
            ),
        ),
    ),
    Preset(
        "paper-56",
        N_("Paper, depth 56"),
        N_(
            "The first 1,000 steps of networks of He et al. 2015 on CIFAR-10: depth 56, width 16, batches of "
            "128, with a warm-up of 100 steps. Needs a GPU; on two CPU cores it takes an hour or more."
        ),
        Experiment(run=_PAPER_START.but(network=NetworkSpec(depth=56))),
        needs_gpu=True,
    ),
    Preset(
        "paper-110",
        N_("Paper, depth 110"),
        N_(
            "The same at depth 110, where the plain network of the paper stayed above 60% error (Fig. 6). "
            "Needs a GPU; on two CPU cores it takes hours."
        ),
        Experiment(run=_PAPER_START.but(network=NetworkSpec(depth=110))),
        needs_gpu=True,
    ),
    Preset(
        CUSTOM,
        N_("Custom"),
        N_(
            "Change anything under “All settings”; plain and residual networks still differ only in the skip "
            "connection."
        ),
        Experiment(run=_SMALL_RUN),
    ),
)
"""``warm-up`` was measured with seeds 0 to 2 on an AMD EPYC (AVX-512), torch 2.15: gaps of the train loss
0.61, 0.54 and 0.50 (mean 0.55); without it the first update of plain-56 is several times its weights.
``paper-56`` and ``paper-110`` have not been timed on a GPU yet."""
SWEEPS: Final = (
    Preset(
        "quick",
        N_("Quick"),
        N_(
            "Depths 8 to 44 with one seed: the curve in minutes on two CPU cores. One seed shows what "
            "happened once; it cannot judge."
        ),
        Experiment(run=_SMALL_RUN, depths=(8, 14, 20, 26, 32, 38, 44)),
    ),
    Preset(
        "classroom",
        N_("Classroom"),
        N_("Depths 8 to 56 with three seeds and longer training: means with 95% confidence intervals."),
        Experiment(
            run=_SMALL_RUN.but(train=_SMALL_RUN.train.but(steps=600)), depths=(8, 20, 32, 44, 56), seeds=3
        ),
    ),
    Preset(
        "full",
        N_("Full"),
        N_(
            "The recipe of He et al. 2015 on CIFAR-10, depths 20 to 110, with three differences: no "
            "warm-up at depth 110, images normalised per channel, crops padded with black. Needs a GPU."
        ),
        Experiment(run=_PAPER, depths=(20, 32, 44, 56, 110)),
    ),
)
"""``full`` has no warm-up: depth 110 starts at the full learning rate, which begins to converge later but
ends about as well (He et al. 2015 §4.2, footnote on depth 110)."""
