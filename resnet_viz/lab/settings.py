"""Settings that several questions have."""

from typing import Final

from resnet_viz.lab.question import Setting
from resnet_viz.locale import N_

DEPTHS: Final = (8, 20, 32, 56, 110)
DEPTH: Final = Setting("depth", N_("Depth"), DEPTHS, 56, N_("Layers with weights on the main path."))
SEEDS: Final = Setting(
    "seeds",
    N_("Number of seeds"),
    (1, 3, 5),
    3,
    N_("Random starts. One seed gives facts only; a judgement needs three."),
)
