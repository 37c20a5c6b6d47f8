"""The attribution methods there are: what each means, costs and fits. Nothing here imports torch.

A new method is an entry here and a function of the same name in `captum_calls`.
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


class AttributionOptions(Spec):
    """What can be set about a map; each setting but the first names the only method that reads it.

    Attributes:
        against: the class whose logit is taken from that of the class explained; see `contrast`.
        steps: integrated-gradients: points on the line from the mean colour to the image, to begin with.
        most_steps: integrated-gradients: up to how many the points are doubled until the sum fits.
        samples: smoothgrad: noisy copies of each image.
        noise: smoothgrad: standard deviation of the noise, as a share of the image's range of values.
        seed: smoothgrad: of the noise, which is the same for every image.
        window: occlusion: side of the covered square, as a share of the image's side.
        stride: occlusion: step of the square, as a share of its side.
    """

    against: int | None = Field(None, ge=0, exclude_if=lambda value: value is None)
    steps: int = Field(50, ge=2, le=1000)
    most_steps: int = Field(800, ge=2, le=1000)
    samples: int = Field(25, ge=1, le=1000)
    noise: float = Field(0.15, gt=0, le=1)
    seed: int = Field(0, ge=0, le=2**31 - 1)
    window: float = Field(0.25, gt=0, le=1)
    stride: float = Field(0.5, gt=0, le=1)

    @property
    def unrefined(self) -> "AttributionOptions":
        """The same with a fixed number of steps: for likenesses of many maps, which need no exact sum."""
        return self.but(most_steps=self.steps)

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
        title, meaning, fits, zero: English, to be translated when shown.
        needs_tap: the map is that of a chosen layer and has its size; else that of the image.
        needs_relu: works only where every rectifier is an `nn.ReLU` module of its own.
        zero: why a map of this method can be exactly zero everywhere.
        signed: whether negative values have a meaning (evidence against the class).
        complete: the values sum to the logit minus that of an image of the mean colour.
        integrates: it is a sum over steps, and more of them make it truer.
        knows_class: whether the map depends on the class at all.
        passes: cost for one square image of the given side; of what is refined, to begin with.
    """

    name: MethodName
    title: str
    meaning: str
    fits: str
    zero: str
    passes: Callable[[AttributionOptions, int], Passes]
    needs_tap: bool = False
    needs_relu: bool = False
    signed: bool = True
    complete: bool = False
    integrates: bool = False
    knows_class: bool = True


def occlusion_windows(options: AttributionOptions, side_px: int) -> int:
    """Positions of the covered square along one side of an image."""
    return ceil((side_px - options.window_px(side_px)) / options.stride_px(side_px)) + 1


_ANY = N_("Any network.")
_SPATIAL = N_("Any network, at a layer that has feature maps.")
_RELU = N_("Networks whose only non-linearity is ReLU, one module for each place.")
_NO_SMALL_CHANGE = N_(
    "The map is exactly zero: small changes of the pixels do not affect this class's score."
)

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method(
            "gradcam",
            N_("Grad-CAM"),
            N_(
                "Where this layer's feature maps support the class, each weighted by the mean gradient of "
                "the class's logit (its score before softmax)."
            ),
            _SPATIAL,
            N_(
                "The map is exactly zero: each channel of this layer is silent for this image, or small "
                "changes of it do not affect this class's score. A silent channel may still have influence: "
                "the score can change as soon as it responds."
            ),
            lambda options, side_px: Passes(1, 1),
            needs_tap=True,
        ),
        Method(
            "guided-gradcam",
            N_("Guided Grad-CAM"),
            N_("Guided Backprop times Grad-CAM, kept only where Grad-CAM is positive."),
            _RELU,
            N_(
                "The map is exactly zero: Grad-CAM is nowhere positive at this layer, or Guided Backprop is "
                "zero wherever it is."
            ),
            lambda options, side_px: Passes(2, 2),
            needs_tap=True,
            needs_relu=True,
        ),
        Method(
            "guided-backprop",
            N_("Guided Backprop"),
            N_("The gradient at the pixels, with every negative part cut off on its way back."),
            _RELU,
            N_("The map is exactly zero: nothing is left of the gradient without its negative parts."),
            lambda options, side_px: Passes(1, 1),
            needs_relu=True,
        ),
        Method(
            "saliency",
            N_("Saliency"),
            N_("How strongly a small change of each pixel changes the class's logit, in either direction."),
            _ANY,
            _NO_SMALL_CHANGE,
            lambda options, side_px: Passes(1, 1),
            signed=False,
        ),
        Method(
            "input-x-gradient",
            N_("Input × Gradient"),
            N_("The gradient at each pixel times the pixel's difference from the mean colour."),
            _ANY,
            _NO_SMALL_CHANGE,
            lambda options, side_px: Passes(1, 1),
        ),
        Method(
            "integrated-gradients",
            N_("Integrated Gradients"),
            N_(
                "The gradient averaged on the way from an image of the mean colour to this one, times the "
                "difference. In theory the values sum to the difference of the two logits."
            ),
            _ANY,
            N_(
                "The map is exactly zero: at no point on the way from the mean colour to this image do small "
                "changes affect this class's score."
            ),
            lambda options, side_px: Passes(options.steps + 2, options.steps),
            complete=True,
            integrates=True,
        ),
        Method(
            "smoothgrad",
            N_("SmoothGrad"),
            N_("Saliency of the gradient averaged over noisy copies of the image, which makes it smoother."),
            _ANY,
            _NO_SMALL_CHANGE,
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
            N_(
                "The map is exactly zero: covering places with the mean colour never changes this class's "
                "score."
            ),
            lambda options, side_px: Passes(1 + occlusion_windows(options, side_px) ** 2, 0),
        ),
        Method(
            "deeplift",
            N_("DeepLift"),
            N_(
                "The difference of the logit from that of an image of the mean colour, handed back layer by "
                "layer. In theory the values sum to that difference."
            ),
            _RELU,
            N_("The map is exactly zero: no pixel accounts for any difference of this class's score."),
            lambda options, side_px: Passes(4, 2),
            needs_relu=True,
            complete=True,
        ),
        Method(
            "activation",
            N_("Layer activation"),
            N_(
                "The mean of the layer's feature maps: where the layer responds. It is the same whatever "
                "class is asked about."
            ),
            _SPATIAL,
            N_("The map is exactly zero: this layer is silent for this image."),
            lambda options, side_px: Passes(1, 0),
            needs_tap=True,
            knows_class=False,
        ),
    )
}
