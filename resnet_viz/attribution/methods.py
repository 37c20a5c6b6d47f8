"""The attribution methods there are: what each means, costs and fits. Nothing here imports torch.

A new method is an entry here and a function of the same name in `calls`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Literal

from pydantic import Field

from resnet_viz.locale import N_
from resnet_viz.specs import Spec

MethodName = Literal[
    "gradcam",
    "guided-gradcam",
    "guided-backprop",
    "saliency",
    "input-x-gradient",
    "integrated-gradients",
    "smoothgrad",
    "occlusion",
    "deeplift",
    "activation",
]


Emptiness = Literal["", "negative", "zero"]

EMPTY_SENTENCES: dict[Emptiness, str] = {
    "negative": N_(
        "Nothing here speaks for this class: every value of the map is zero or negative. The signed view "
        "shows what speaks against it."
    ),
    "zero": N_(
        "Every value of the map is exactly zero: at this layer, no change would change the answer for this "
        "class."
    ),
}
"""What is said instead of showing a map that is blank."""


class AttributionOptions(Spec):
    """What can be set about a method; each setting names the only method that reads it.

    Attributes:
        steps: integrated-gradients: points on the line from the mean colour to the image.
        samples: smoothgrad: noisy copies of each image.
        noise: smoothgrad: standard deviation of the noise, as a share of the image's range of values.
        seed: smoothgrad: of the noise, which is the same for every image.
        window: occlusion: side of the covered square, as a share of the image's side.
        stride: occlusion: step of the square, as a share of its side.
    """

    steps: int = Field(50, ge=2, le=1000)
    samples: int = Field(25, ge=1, le=1000)
    noise: float = Field(0.15, gt=0, le=1)
    seed: int = Field(0, ge=0, le=2**31 - 1)
    window: float = Field(0.25, gt=0, le=1)
    stride: float = Field(0.5, gt=0, le=1)

    def window_px(self, side_px: int) -> int:
        """Side of the covered square on an image of ``side_px``."""
        return max(1, round(self.window * side_px))

    def stride_px(self, side_px: int) -> int:
        """Step of the covered square on an image of ``side_px``; never beyond its side."""
        return max(1, int(self.stride * self.window_px(side_px)))


@dataclass(frozen=True, slots=True)
class Passes:
    """Images sent through the network, forwards and backwards, for the map of one image."""

    forward: int
    backward: int


@dataclass(frozen=True, slots=True)
class Method:
    """One way to ask where a network looks.

    Attributes:
        title, meaning, fits: English, to be translated when shown.
        needs_tap: the map is that of a chosen layer and has its size; else that of the image.
        needs_relu: works only where every rectifier is an `nn.ReLU` module of its own.
        signed: whether negative values have a meaning (what speaks against the class).
        complete: the values sum to the logit minus that of an image of the mean colour.
        passes: cost for one square image of the given side.
    """

    name: MethodName
    title: str
    meaning: str
    fits: str
    passes: Callable[[AttributionOptions, int], Passes]
    needs_tap: bool = False
    needs_relu: bool = False
    signed: bool = True
    complete: bool = False


def occlusion_windows(options: AttributionOptions, side_px: int) -> int:
    """Positions of the covered square along one side of an image."""
    return ceil((side_px - options.window_px(side_px)) / options.stride_px(side_px)) + 1


_ANY = N_("Any network.")
_SPATIAL = N_("Any network, at a layer that has feature maps.")
_RELU = N_("Networks whose only non-linearity is ReLU, one module for each place.")

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method(
            "gradcam",
            N_("Grad-CAM"),
            N_(
                "Which places of this layer speak for the class: its feature maps, each weighted with the "
                "mean gradient of the class's logit."
            ),
            _SPATIAL,
            lambda options, side_px: Passes(1, 1),
            needs_tap=True,
        ),
        Method(
            "guided-gradcam",
            N_("Guided Grad-CAM"),
            N_(
                "Guided Backprop, kept only where Grad-CAM is positive. Sharp, but hardly changes when the "
                "weights are randomised."
            ),
            _RELU,
            lambda options, side_px: Passes(2, 2),
            needs_tap=True,
            needs_relu=True,
        ),
        Method(
            "guided-backprop",
            N_("Guided Backprop"),
            N_(
                "The gradient at the pixels with every negative part cut off on its way back. Shows edges; "
                "hardly changes when the weights are randomised."
            ),
            _RELU,
            lambda options, side_px: Passes(1, 1),
            needs_relu=True,
        ),
        Method(
            "saliency",
            N_("Saliency"),
            N_("How strongly a small change of each pixel changes the class's logit, in either direction."),
            _ANY,
            lambda options, side_px: Passes(1, 1),
            signed=False,
        ),
        Method(
            "input-x-gradient",
            N_("Input × Gradient"),
            N_("The gradient at each pixel times the pixel's difference from the mean colour."),
            _ANY,
            lambda options, side_px: Passes(1, 1),
        ),
        Method(
            "integrated-gradients",
            N_("Integrated Gradients"),
            N_(
                "The gradient averaged on the way from an image of the mean colour to this one, times the "
                "difference. The values sum to the difference of the logits."
            ),
            _ANY,
            lambda options, side_px: Passes(options.steps, options.steps),
            complete=True,
        ),
        Method(
            "smoothgrad",
            N_("SmoothGrad"),
            N_("Saliency of the gradient averaged over noisy copies of the image, which calms it."),
            _ANY,
            lambda options, side_px: Passes(options.samples, options.samples),
            signed=False,
        ),
        Method(
            "occlusion",
            N_("Occlusion"),
            N_(
                "How much the class's logit falls when a square of the mean colour covers the place. Needs "
                "no gradient."
            ),
            _ANY,
            lambda options, side_px: Passes(1 + occlusion_windows(options, side_px) ** 2, 0),
        ),
        Method(
            "deeplift",
            N_("DeepLift"),
            N_(
                "The difference of the logit to an image of the mean colour, handed down layer by layer. "
                "The values sum to that difference."
            ),
            _RELU,
            lambda options, side_px: Passes(2, 2),
            needs_relu=True,
            complete=True,
        ),
        Method(
            "activation",
            N_("Layer activation"),
            N_("The mean of the layer's feature maps: where it answers at all, for whatever class."),
            _SPATIAL,
            lambda options, side_px: Passes(1, 0),
            needs_tap=True,
        ),
    )
}
