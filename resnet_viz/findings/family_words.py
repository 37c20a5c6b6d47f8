"""What network types are called in sentences."""

from typing import Final

from resnet_viz.findings.pairs import Both
from resnet_viz.locale import N_
from resnet_viz.networks.families import ROLES
from resnet_viz.wording import Sentence, listed, sentence

_VARIANT = N_("{family} ({variant})")
_WITH_VALUE = N_("{setting}={value}")
_VARIED: Final = {
    N_("basic"),
    N_("bottleneck"),
    N_("preactivation"),
    N_("preactivation-bottleneck"),
    N_("identity"),
    N_("projection"),
    N_("all-projection"),
    N_("batch"),
    N_("group"),
    N_("no-norm"),
    N_("learned-scale"),
    N_("half-shortcut"),
    N_("exclusive-gate"),
    N_("shortcut-gate"),
    N_("dropout-shortcut"),
    N_("stochastic-depth"),
    N_("tanh"),
    N_("delta-orthogonal"),
    N_("width"),
    N_("block"),
    N_("shortcut"),
    N_("norm"),
    N_("init"),
    N_("branch_scale"),
    N_("learned_scale"),
    N_("skip_span"),
    N_("shortcut_scale"),
    N_("gate"),
    N_("gate_bias"),
    N_("shortcut_dropout"),
    N_("survival"),
    N_("activation"),
    N_("cardinality"),
    N_("base_width"),
    N_("growth"),
    N_("compression"),
    N_("zero-last-norm"),
    N_("none"),
    N_("true"),
    N_("false"),
}
"""The words, settings and values in names of network types; in English they are called as they are typed."""


def family_words(name: str, *, inside: bool = False) -> Sentence:
    """``Plain`` or ``Residual (projection)`` in the reader's language; in small ``inside`` a sentence."""
    first, *variant = name.split("+")
    called = sentence(ROLES[first].inside if inside else ROLES[first].title)
    if not variant:
        return called
    return sentence(_VARIANT, family=called, variant=listed([_variant(word) for word in variant]))


def _variant(word: str) -> str | Sentence:
    setting, has_value, value = word.partition("=")
    return (
        sentence(_WITH_VALUE, setting=_called(setting), value=_called(value)) if has_value else _called(word)
    )


def _called(word: str) -> str | Sentence:
    """Numbers, and names such as PyTorch's, are the same in all languages."""
    return sentence(word) if word in _VARIED else word


def of_twins(template: str, names: Both[str], **values: str | int | Sentence) -> Sentence:
    """``template`` with what twins are called in it, besides its ``values``.

    ``{plain_family}`` and ``{residual_family}`` within the sentence, ``{plain_first}`` and
    ``{residual_first}`` at its beginning.
    """
    for field, name in zip(Both._fields, names, strict=True):
        values |= {f"{field}_family": family_words(name, inside=True), f"{field}_first": family_words(name)}
    return sentence(template, **values)
