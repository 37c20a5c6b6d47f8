"""A setting of several questions: the trained weights, or the random ones that the training began with."""

from typing import Final

from resnet_viz.lab.question import Setting
from resnet_viz.locale import N_

TRAINED: Final = "trained"
START: Final = "start"

WEIGHTS: Final = Setting(
    "weights",
    N_("Weights"),
    (TRAINED, START),
    TRAINED,
    N_("After the training, or the random ones before it."),
    {TRAINED: N_("trained"), START: N_("random start")},
)
