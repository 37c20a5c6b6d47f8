"""How one seed's gap compares with two starts of one network, in words."""

from typing import Literal

from resnet_viz.findings.family_words import family_words
from resnet_viz.findings.pairs import Both
from resnet_viz.findings.yardstick import starts_of
from resnet_viz.locale import N_
from resnet_viz.specs import RunSpec
from resnet_viz.wording import Sentence, sentence

_SOME = N_(
    "For comparison: {network} networks that differ only in their initial weights differ by as much in "
    "{many} of {pairs} pairs."
)
_NONE = N_(
    "For comparison: that is more than in any of {pairs} pairs of networks of one kind that differ only in "
    "their initial weights."
)
_NOT_MEASURED = N_(
    "How much two starts of the same network differ was not measured for these settings; run several seeds."
)


def yardstick_sentence(
    runs: Both[RunSpec], gap: float, of: Literal["loss", "error"], names: Both[str]
) -> Sentence:
    """``gap`` between two ``runs`` of one seed, beside the pairs of the kind that varies more."""
    starts = [starts_of(run) for run in runs]
    apart = [getattr(kind, f"{of}_differences") for kind in starts if kind is not None]
    if len(apart) < len(runs):
        return sentence(_NOT_MEASURED)
    reached = [sum(difference >= abs(gap) for difference in kind) for kind in apart]
    if not any(reached):
        return sentence(_NONE, pairs=sum(map(len, apart)))
    most = reached.index(max(reached))
    return sentence(
        _SOME, network=family_words(names[most], inside=True), many=reached[most], pairs=len(apart[most])
    )
