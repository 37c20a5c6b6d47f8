"""The experiments that a newcomer starts with; every one is a complete `RaceSpec`."""

from dataclasses import dataclass

from resnet_viz.locale import N_
from resnet_viz.specs import DataSpec, NetworkSpec, RaceSpec, RunSpec


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
            N_("Batch normalisation keeps gradients alive, and yet the deep plain network trains worse."),
            RaceSpec(run=RunSpec(network=_SMALL_NETWORK, data=_SMALL_IMAGES)),
        ),
        Preset(
            "vanishing",
            N_("Vanishing gradients"),
            N_("Without normalisation the gradient fades on its way down, unless shortcuts carry it."),
            RaceSpec(
                run=RunSpec(network=_SMALL_NETWORK.but(norm="none", init="pytorch"), data=_SMALL_IMAGES)
            ),
        ),
        Preset(
            "shallow",
            N_("Shallow: no difference"),
            N_("At depth 8 both networks train about equally well; the difference comes with depth."),
            RaceSpec(run=RunSpec(network=_SMALL_NETWORK.but(depth=8), data=_SMALL_IMAGES)),
        ),
    )
}
