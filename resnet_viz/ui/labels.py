"""What the values of the specs and the states of a run are called on the pages.

Every text is a gettext key; `label` gives it in the reader's language.
"""

from typing import Final

from resnet_viz.events import RunState
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _

ROLES: Final = {"plain": N_("Plain"), "residual": N_("Residual")}

SETTINGS: Final = {
    "depth": N_("Depth of both networks"),
    "seeds": N_("Repeat with this many seeds"),
    "data": N_("Data set"),
    "images": N_("Training images"),
    "resolution": N_("Resolution"),
    "augmentation": N_("Augmentation"),
    "width": N_("Width of the first stage"),
    "block": N_("Block"),
    "shortcut": N_("Shortcut of the residual network"),
    "norm": N_("Normalisation"),
    "init": N_("Initial weights"),
    "steps": N_("Steps"),
    "batch": N_("Batch size"),
    "optimizer": N_("Optimiser"),
    "lr": N_("Learning rate"),
    "momentum": N_("Momentum"),
    "decay": N_("Weight decay"),
    "schedule": N_("Learning-rate schedule"),
    "warmup": N_("Warm-up steps"),
    "precision": N_("Precision"),
    "device": N_("Device"),
    "evaluate": N_("Test every … steps"),
    "probe": N_("Measure layers every … steps"),
    "seed": N_("First seed"),
}
"""By the names that settings have in a link."""

BLOCKS: Final = {
    "basic": N_("Basic: two 3×3 convolutions"),
    "bottleneck": N_("Bottleneck: 1×1, 3×3, 1×1"),
    "preactivation": N_("Pre-activation, basic"),
    "preactivation-bottleneck": N_("Pre-activation, bottleneck"),
}
SHORTCUTS: Final = {
    "none": N_("None"),
    "identity": N_("A: identity, zero-padded channels"),
    "projection": N_("B: projection where the shape changes"),
    "all-projection": N_("C: projection everywhere"),
}
NORMS: Final = {"batch": N_("Batch"), "group": N_("Group"), "none": N_("None")}
INITS: Final = {
    "he": N_("He"),
    "pytorch": N_("PyTorch default"),
    "zero-last-norm": N_("He, last norm of each block zero"),
}
AUGMENTATIONS: Final = {
    "none": N_("None"),
    "crop": N_("Shifted crops"),
    "crop-flip": N_("Shifted crops and mirroring"),
}
OPTIMIZERS: Final = {"sgd": N_("SGD with momentum"), "adam": N_("Adam")}
SCHEDULES: Final = {
    "constant": N_("Constant"),
    "step": N_("Steps: ÷10 at ½ and ¾"),
    "cosine": N_("Cosine"),
    "one-cycle": N_("One cycle"),
}
PRECISIONS: Final = {"float32": N_("float32"), "bfloat16": N_("bfloat16, mixed")}
DEVICES: Final = {
    "auto": N_("Fastest there is"),
    "cpu": N_("Processor (CPU)"),
    "cuda": N_("NVIDIA GPU"),
    "mps": N_("Apple GPU"),
}
STATES: Final[dict[str, str]] = {
    RunState.QUEUED: N_("Waiting"),
    RunState.RUNNING: N_("Training"),
    RunState.PAUSED: N_("Paused"),
    RunState.FINISHED: N_("Finished"),
    RunState.STOPPED: N_("Stopped"),
    RunState.FAILED: N_("Failed"),
    RunState.DIVERGED: N_("Diverged"),
    RunState.LOST: N_("Lost"),
}


def label(texts: dict[str, str], value: str) -> str:
    """What ``value`` is called in the reader's language; a value without a name stands for itself."""
    return _(texts[value]) if value in texts else value
