"""What network types are called in sentences."""

from resnet_viz.findings.pairs import Both
from resnet_viz.locale import N_
from resnet_viz.networks.families import ROLES
from resnet_viz.wording import Sentence, listed, sentence

_VARIANT = N_("{family} ({variant})")


def family_words(name: str, *, inside: bool = False) -> Sentence:
    """``Plain`` or ``Residual (projection)`` in the reader's language; in small ``inside`` a sentence."""
    first, *variant = name.split("+")
    called = sentence(ROLES[first].inside if inside else ROLES[first].title)
    return sentence(_VARIANT, family=called, variant=listed(variant)) if variant else called


def of_twins(template: str, names: Both[str], **values: str | int | Sentence) -> Sentence:
    """``template`` with what twins are called in it, besides its ``values``.

    ``{plain_family}`` and ``{residual_family}`` within the sentence, ``{plain_first}`` and
    ``{residual_first}`` at its beginning.
    """
    for field, name in zip(Both._fields, names, strict=True):
        values |= {f"{field}_family": family_words(name, inside=True), f"{field}_first": family_words(name)}
    return sentence(template, **values)
