"""Everything that can be set of an experiment: one table for the forms, the links and the command line.

What is legal is said by the specs; the table says where in them a setting
stands, what it is called, and where it has its place on a form. Labels, help,
groups and the texts of choices are gettext keys.
"""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from resnet_viz.data.catalogue import DATASETS
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.locale import N_
from resnet_viz.specs import DataSpec, NetworkSpec, Spec, TrainSpec

IMAGES: Final = N_("Images")
NETWORKS: Final = N_("Networks")
TRAINING: Final = N_("How to train")
MACHINE: Final = N_("Schedule, device and measurements")
GROUPS: Final = (IMAGES, NETWORKS, TRAINING, MACHINE)

_OWN: Final = "experiment"
_SPECS: Final[Mapping[str, type[Spec]]] = MappingProxyType(
    {"network": NetworkSpec, "data": DataSpec, "train": TrainSpec, _OWN: Experiment}
)


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes:
        name: in links.
        part: the spec that has it: a part of the run, or the ``experiment`` itself.
        field: its name there.
        group: the column of the form among `GROUPS`; empty for what stands above them.
        texts: what the values to choose from are called; empty where it is no choice.
        step: what one press of plus or minus changes.
        example: how values that are more than one word or number are written.
        option: on the command line, where that is not ``name``.
        is_free: whether changing it leaves a preset what it is.
        is_one: whether it is the only value of a field that holds several.
    """

    name: str
    part: str
    field: str
    label: str
    group: str = ""
    texts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    step: float = 1
    help: str = ""
    example: str = ""
    option: str = ""
    is_free: bool = False
    is_one: bool = False

    def of(self, spec: Experiment) -> Any:
        """The value in ``spec``."""
        value = getattr(spec if self.is_own else getattr(spec.run, self.part), self.field)
        return value[0] if self.is_one else value

    @property
    def is_own(self) -> bool:
        """Whether it belongs to the experiment itself, not to its runs."""
        return self.part == _OWN

    @property
    def kind(self) -> type[int] | type[float] | type[bool] | type[str]:
        """``int``, ``float`` or ``bool``; ``str`` for all that is none of these."""
        annotation = _SPECS[self.part].model_fields[self.field].annotation
        if annotation is int or self.is_one:
            return int
        if annotation is bool:
            return bool
        return float if annotation is float else str

    @property
    def limits(self) -> tuple[float, float] | None:
        """Least and greatest value; None where the spec does not bound it."""
        bounds = _SPECS[self.part].model_fields[self.field].metadata
        least = [getattr(bound, name) for bound in bounds for name in ("ge", "gt") if hasattr(bound, name)]
        most = [getattr(bound, name) for bound in bounds for name in ("le", "lt") if hasattr(bound, name)]
        return (least[0], most[0]) if least and most else None


_SHORTCUTS: Final = {
    "identity": N_("A: identity, zero-padded channels"),
    "projection": N_("B: projection where the shape changes"),
    "all-projection": N_("C: projection everywhere"),
}
_BLOCKS: Final = {
    "basic": N_("Basic: two 3×3 convolutions"),
    "bottleneck": N_("Bottleneck: 1×1, 3×3, 1×1"),
    "preactivation": N_("Pre-activation, basic"),
    "preactivation-bottleneck": N_("Pre-activation, bottleneck"),
}
_NORMS: Final = {"batch": N_("Batch"), "group": N_("Group"), "none": N_("None")}
_INITS: Final = {
    "he": N_("He"),
    "pytorch": N_("PyTorch default"),
    "zero-last-norm": N_("He, last norm of each block zero"),
    "delta-orthogonal": N_("Delta-orthogonal"),
}
_AUGMENTATIONS: Final = {
    "none": N_("None"),
    "crop": N_("Shifted crops"),
    "crop-flip": N_("Shifted crops and mirroring"),
}
_SCHEDULES: Final = {
    "constant": N_("Constant"),
    "step": N_("Steps: ÷10 at ½ and ¾"),
    "cosine": N_("Cosine"),
    "one-cycle": N_("One cycle"),
}
_DEVICES: Final = {
    "auto": N_("Fastest available"),
    "cpu": N_("CPU"),
    "cuda": N_("NVIDIA GPU"),
    "mps": N_("Apple GPU"),
}

# In an order in which each can be taken over before those that depend on it.
_OF_A_RUN: Final = (
    Setting("width", "network", "width", N_("Width of the first stage"), NETWORKS),
    Setting("block", "network", "block", N_("Block"), NETWORKS, _BLOCKS),
    Setting(
        "shortcut",
        "network",
        "shortcut",
        N_("Shortcut type of the residual network"),
        NETWORKS,
        _SHORTCUTS,
        help=N_("Type A adds no parameters: both networks then have exactly the same number."),
    ),
    Setting(
        "norm",
        "network",
        "norm",
        N_("Normalisation"),
        NETWORKS,
        _NORMS,
        help=N_("Group: 8 groups of channels, fewer where 8 does not divide their number."),
    ),
    Setting("init", "network", "init", N_("Initial weights"), NETWORKS, _INITS),
    Setting(
        "data",
        "data",
        "dataset",
        N_("Data set"),
        IMAGES,
        {name: info.title for name, info in DATASETS.items()},
        help=N_("The first one comes with the app; the others are downloaded when first used."),
        option="dataset",
    ),
    Setting("images", "data", "train_size", N_("Training images"), IMAGES, step=1000, option="train-size"),
    Setting(
        "resolution",
        "data",
        "resolution_px",
        N_("Resolution"),
        IMAGES,
        help=N_("Side of the images in pixels, or as they were published."),
    ),
    Setting("augmentation", "data", "augmentation", N_("Augmentation"), IMAGES, _AUGMENTATIONS),
    Setting("steps", "train", "steps", N_("Steps"), TRAINING, step=50),
    Setting("batch", "train", "batch_size", N_("Batch size"), TRAINING, step=16, option="batch-size"),
    Setting(
        "optimizer",
        "train",
        "optimizer",
        N_("Optimiser"),
        TRAINING,
        {"sgd": N_("SGD with momentum"), "adam": N_("Adam")},
    ),
    Setting("lr", "train", "learning_rate", N_("Learning rate"), TRAINING, step=0.01),
    Setting("momentum", "train", "momentum", N_("Momentum"), TRAINING, step=0.05),
    Setting("decay", "train", "weight_decay", N_("Weight decay"), TRAINING, step=1e-4, option="weight-decay"),
    Setting("schedule", "train", "schedule", N_("Learning-rate schedule"), MACHINE, _SCHEDULES),
    Setting("warmup", "train", "warmup_steps", N_("Warm-up steps"), MACHINE, step=10),
    Setting(
        "precision",
        "train",
        "precision",
        N_("Precision"),
        MACHINE,
        {"float32": N_("float32"), "bfloat16": N_("bfloat16, mixed")},
    ),
    Setting("device", "train", "device", N_("Device"), MACHINE, _DEVICES, is_free=True),
    Setting(
        "evaluate",
        "train",
        "evaluate_every",
        N_("Test every … steps"),
        MACHINE,
        step=10,
        option="evaluate-every",
    ),
    Setting(
        "probe",
        "train",
        "probe_every",
        N_("Measure layers every … steps"),
        MACHINE,
        step=5,
        option="probe-every",
    ),
    Setting("seed", "train", "seed", N_("First seed"), MACHINE, is_free=True),
)
_SEEDS: Final = N_("Number of seeds")
_FAMILIES: Final = Setting(
    "families",
    _OWN,
    "families",
    N_("Network types"),
    help=N_(
        "Plain and residual networks and their variants. Others can be typed, such as "
        "residual+projection+no-norm, resnext, densenet+growth=24, densenet-bc, vgg, alexnet or cnn."
    ),
    example="plain,residual",
)
_EQUAL_COST: Final = Setting(
    "equal_cost",
    _OWN,
    "equal_cost",
    N_("Same multiply-adds ± 10%"),
    NETWORKS,
    help=N_(
        "The width (of a DenseNet the growth rate) of each further network type is chosen so that all "
        "have about the multiply-adds of the plain or residual network; without one, of the first."
    ),
    option="equal-cost",
)
"""The last of all settings: which widths there are depends on the others."""

RACE_SETTINGS: Final = {
    setting.name: setting
    for setting in (
        *_OF_A_RUN,
        dataclasses.replace(_FAMILIES, group=NETWORKS),
        Setting(
            "depth",
            _OWN,
            "depths",
            N_("Depth of the networks"),
            help=N_(
                "Layers with weights on the main path: 6n+2, with bottlenecks 9n+2 (n: blocks per stage). "
                "Network types that do not have it take the nearest depth that they have."
            ),
            is_free=True,
            is_one=True,
        ),
        Setting(
            "seeds",
            _OWN,
            "seeds",
            _SEEDS,
            help=N_(
                "Each seed has its own initial weights and batches. With three or more, charts show "
                "the mean and its 95% confidence interval, and the networks are judged."
            ),
            is_free=True,
        ),
        _EQUAL_COST,
    )
}
SWEEP_SETTINGS: Final = {
    setting.name: setting
    for setting in (
        *(setting for setting in _OF_A_RUN if setting.name != "shortcut"),
        dataclasses.replace(_FAMILIES, is_free=True),
        Setting(
            "depths",
            _OWN,
            "depths",
            N_("Depths"),
            help=N_(
                "Layers with weights on the main path: 6n+2, with bottlenecks 9n+2 (n: blocks per "
                "stage). Network types that do not have one of them take their nearest depth."
            ),
            example=N_("8,20,32 or 8-44"),
            is_free=True,
        ),
        Setting(
            "seeds",
            _OWN,
            "seeds",
            _SEEDS,
            help=N_(
                "Each seed is one point per depth. From three on there is a 95% confidence interval, and "
                "depths are judged."
            ),
            is_free=True,
        ),
        dataclasses.replace(_EQUAL_COST, is_free=True),
    )
}
"""Cells have depths of their own, and families say which shortcut they have."""
