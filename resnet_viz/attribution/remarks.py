"""What has to be said beside a map, on the page and on the command line. Nothing here imports torch."""

from resnet_viz.attribution.completeness import Balance
from resnet_viz.attribution.methods import METHODS, Emptiness, Method
from resnet_viz.locale import N_
from resnet_viz.wording import Sentence, count, number, percent, sentence

BARE_KINDS = ("stem", "conv", "shortcut")
"""Kinds of taps that are a convolution's own output."""

_NOTHING_FOR = N_(
    "No evidence for this class: every value of the map is zero or negative. The signed view shows the "
    "evidence against it."
)
_NOTHING_POSITIVE = N_(
    "Every value of the map is zero or negative. The signed view shows them; this method knows nothing of "
    "classes."
)
_NOTHING_RATHER = N_(
    "No evidence for this class rather than the other: every value of the map is zero or negative. Swap the "
    "two classes to see the evidence for the other."
)
_ZERO_CONTRAST = N_("The map is exactly zero: by this method, nothing here tells the two classes apart.")
_BARE = N_(
    "This layer is a convolution: the map is taken from its own output, before any normalisation and ReLU "
    "that follow it."
)
_BARE_GRAD_CAM = N_(
    "This layer is a convolution: the map is taken from its own output, before any normalisation and ReLU "
    "that follow it. Selvaraju et al. (2017) take it after the ReLU."
)
_FITS = N_("The values sum to {total}; the logits (scores before softmax) differ by {difference}.")
_FITS_IN_STEPS = N_(
    "The values sum to {total}; the logits (scores before softmax) differ by {difference} ({steps} steps)."
)
_FITS_CONTRAST = N_(
    "The values sum to {total}; from the mean colour to this image, the difference of the two logits (scores "
    "before softmax) changes by {difference}."
)
_FITS_CONTRAST_IN_STEPS = N_(
    "The values sum to {total}; from the mean colour to this image, the difference of the two logits (scores "
    "before softmax) changes by {difference} ({steps} steps)."
)
_REMAINDER = N_(
    "The values do not account for {remainder}, {share} of the difference: this is an error of the "
    "computation, and the map is that much off."
)


def emptiness_sentence(method: Method, emptiness: Emptiness, *, contrast: bool = False) -> Sentence | None:
    """Why nothing of the map is positive; None where something is. ``contrast``: it is of two classes."""
    if emptiness == "zero":
        return sentence(_ZERO_CONTRAST if contrast else method.zero)
    if emptiness == "negative" and contrast:
        return sentence(_NOTHING_RATHER)
    if emptiness == "negative":
        return sentence(_NOTHING_FOR if method.knows_class else _NOTHING_POSITIVE)
    return None


def layer_remark(method: str, kind: str) -> Sentence | None:
    """What the layer of the map is, where it is not what the method's paper takes."""
    if not METHODS[method].needs_tap or kind not in BARE_KINDS:
        return None
    return sentence(_BARE_GRAD_CAM if METHODS[method].knows_class else _BARE)


def balance_remarks(balance: Balance, *, contrast: bool = False) -> list[Sentence]:
    """Sum and difference, and the remainder where it matters. ``contrast``: of the scores of two classes."""
    values = {"total": number(balance.total), "difference": number(balance.difference)}
    if balance.steps is None:
        said = [sentence(_FITS_CONTRAST if contrast else _FITS, **values)]
    else:
        template = _FITS_CONTRAST_IN_STEPS if contrast else _FITS_IN_STEPS
        said = [sentence(template, steps=count(balance.steps), **values)]
    if not balance.fits:
        # Against a difference of exactly nothing there is no share.
        share = abs(balance.remainder / balance.difference) if balance.difference else None
        said.append(sentence(_REMAINDER, remainder=number(abs(balance.remainder)), share=percent(share)))
    return said
