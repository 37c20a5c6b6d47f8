"""Which widths were chosen so that the networks of an experiment cost the same, in words."""

from collections.abc import Iterator
from typing import Final

from resnet_viz.data.catalogue import shape_of
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.findings.family_words import family_words
from resnet_viz.locale import N_
from resnet_viz.networks.equal_cost import TOLERANCE, scale_of
from resnet_viz.networks.families import multiply_adds
from resnet_viz.wording import Sentence, clauses, listed, number, sentence

SCALES: Final = {"width": N_("width"), "growth": N_("growth rate")}
"""What the fields are called that make networks wider (`networks.family.Family.scaled_by`)."""

_EQUAL = N_(
    "The widths were chosen so that all networks have as many multiply-adds per image as {reference}, within "
    "{percent}%: {networks}."
)
_NETWORK = N_("{family} {depth}: {scale} {value}, {work}")
_OF_DEPTHS = N_("{family}: {values}")
_SAME = N_("{scale} {value} at every depth")
_AT_DEPTH = N_("{scale} {value} at depth {depth}")


def cost_sentences(spec: Experiment) -> Iterator[Sentence]:
    """One where costs are to be the same: the width of every network, at one depth its cost too."""
    if spec.equal_cost:
        yield sentence(
            _EQUAL,
            reference=family_words(spec.reference, inside=True),
            percent=round(100 * TOLERANCE),
            networks=clauses([_networks(spec, name) for name in spec.families]),
        )


def _networks(spec: Experiment, name: str) -> Sentence:
    networks = [spec.network(name, depth) for depth in spec.depths_of(name)]
    (field, value), *others = map(scale_of, networks)
    first: dict[str, str | int | Sentence] = {"scale": sentence(SCALES[field]), "value": value}
    if not others:
        work = number(float(multiply_adds(networks[0], shape_of(spec.run.data))))
        return sentence(_NETWORK, family=family_words(name), depth=networks[0].depth, work=work, **first)
    if set(others) == {(field, value)}:
        said: list[str | Sentence] = [sentence(_SAME, **first)]
    else:
        said = [
            sentence(_AT_DEPTH, depth=one.depth, **first | {"value": scale_of(one)[1]}) for one in networks
        ]
    return sentence(_OF_DEPTHS, family=family_words(name), values=listed(said))
