"""Which two networks the play shows: those that are drawn, where it can show them, or the bundled pair."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from resnet_viz.architecture.graph import Architecture
from resnet_viz.exports.weights import kept_weights
from resnet_viz.figures.families import family_look, family_name
from resnet_viz.inspection.bundled import BUNDLED, PAIRS
from resnet_viz.locale import gettext as _
from resnet_viz.specs import NetworkSpec
from resnet_viz.store import RunRecord
from resnet_viz.ui import server
from resnet_viz.ui.architectures.client import Drawn
from resnet_viz.ui.architectures.fitted import fitted
from resnet_viz.ui.architectures.subjects import Subject
from resnet_viz.ui.inspection import client
from resnet_viz.ui.inspection.networks import Network, bundled, bundled_record
from resnet_viz.wording import count

SEED: Final = 0
"""Of networks that nobody has trained."""
_MOST_MULTIPLY_ADDS: Final = 10**9
"""Half a second on one core, and maps of a few megabytes."""
_FREE: Final = ("depth", "width", "shortcut", "norm", "init")
"""In what a network may differ from the default one and still have blocks as they are drawn."""

Pictures = dict[int, tuple[client.Pixels, int]]
"""By number: the image uint8 [1, C, H, W] and its class."""


class Role(NamedTuple):
    """One network: its title and colour, and how the inspector is told which it is."""

    title: str
    colour: str
    question: Mapping[str, Any]


class Played(NamedTuple):
    """Both networks, plain first, and what is sent through them.

    Attributes:
        blocks: names of all blocks, which both have.
        classes: in the reader's language.
        pictures: the first one to open with.
        about: a sentence on the weights.
    """

    roles: tuple[Role, Role]
    blocks: tuple[str, ...]
    classes: tuple[str, ...]
    pictures: Pictures
    about: str


def bundled_pair() -> Played:
    """The trained networks that come with the app."""
    network = bundled("residual")
    about = client.about(network)
    roles = [
        Role(
            f"{family_name(role)}-{client.about(bundled(role)).depth}",
            family_look(role).css,
            {"model": bundled(role).reference},
        )
        for role in PAIRS[BUNDLED]
    ]
    return Played(
        (roles[0], roles[1]),
        tuple(layer.name for layer in about.layers if layer.kind == "block"),
        about.class_names,
        _opening() | _samples(network),
        _("Measured in the two trained networks that come with the app."),
    )


def drawn_pair(drawn: Drawn) -> Played:
    """The networks that are drawn, where `why_not` has nothing against them; raises `ResnetVizError`."""
    (plain, architecture), (residual, _other) = _plain_first(drawn)
    run = residual.run
    if run is not None and _is_trained(residual):
        network = _newest(run)
        classes, pictures = client.about(network).class_names, _samples(network)
        about = _("Measured in the two runs that are drawn, with their newest weights.")
    else:
        channels, px, _width = architecture.operations[0].output_shape
        network = bundled("residual")
        classes = client.about(network).class_names
        pictures = {
            number: (fitted(image, channels, px), label)
            for number, (image, label) in (_opening() | _samples(network)).items()
        }
        about = _("Measured in the two networks that are drawn, untrained: random weights, seed {seed}.")
    return Played(
        (_role(plain), _role(residual)),
        tuple(block.name for block in architecture.blocks if block.name),
        classes,
        pictures,
        about.format(seed=SEED),
    )


def why_not(drawn: Drawn) -> str:
    """Why the play cannot show the networks that are drawn; empty where it can."""
    (first, one), (second, other) = _plain_first(drawn)
    if not _is_basic(first, plain=True) or not _is_basic(second, plain=False):
        return _(
            "The play needs a plain and a residual network with basic blocks and identity skip connections."
        )
    if _is_trained(first) != _is_trained(second):
        return _("The play needs two trained networks or two untrained ones.")
    if not _alike(first, one, second, other):
        return _("The play needs two networks of one depth that take the same images.")
    blocks = [block for block in one.blocks if block.name]
    if len(blocks) == len({block.stage for block in blocks}):
        return _("The play needs two blocks in a stage, so a depth of 14 or more.")
    if max(one.multiply_adds, other.multiply_adds) > _MOST_MULTIPLY_ADDS:
        return _("The play is for networks of up to {limit} multiply-adds.").format(
            limit=count(_MOST_MULTIPLY_ADDS)
        )
    return ""


def are_trained(drawn: Drawn) -> bool:
    """Whether all of them are runs with weights."""
    return all(_is_trained(subject) for subject, _architecture in drawn)


def _plain_first(drawn: Drawn) -> Drawn:
    return sorted(drawn, key=lambda one: one[0].spec is None or one[0].spec.shortcut != "none")


def _is_basic(subject: Subject, *, plain: bool) -> bool:
    spec = subject.spec
    if spec is None or (spec.shortcut == "none") != plain or spec.shortcut == "all-projection":
        return False
    free = {name: getattr(spec, name) for name in _FREE}
    return spec == NetworkSpec().but(**free)


def _alike(first: Subject, one: Architecture, second: Subject, other: Architecture) -> bool:
    return (
        [block.name for block in one.blocks] == [block.name for block in other.blocks]
        and one.operations[0].output_shape == other.operations[0].output_shape
        and _data(first) == _data(second)
    )


def _data(subject: Subject) -> Mapping[str, Any]:
    """What a trained one has seen."""
    if subject.run is None or not _is_trained(subject):
        return {}
    return subject.run.spec.data.model_dump(include={"dataset", "resolution_px"})


def _is_trained(subject: Subject) -> bool:
    return subject.run is not None and "model" in subject.weights


def _role(subject: Subject) -> Role:
    weights = subject.weights if _is_trained(subject) else {**subject.weights, "seed": SEED}
    return Role(subject.title, subject.colour, weights)


def _newest(run: RunRecord) -> Network:
    path = kept_weights(server.store(), run)
    return Network(run.role, f"file:{path}", path.stat().st_mtime_ns)


def _opening() -> Pictures:
    """The test image that the bundled networks disagree on."""
    number = int(bundled_record()["opening_image"])
    shown, labels = client.test_images(bundled("residual"), (number,))
    return {number: (shown, int(labels[0]))}


def _samples(network: Network) -> Pictures:
    """An image of each class."""
    numbers, labels, pictures = client.samples(network)
    return {
        number: (pictures[place : place + 1], label)
        for place, (number, label) in enumerate(zip(numbers, labels, strict=True))
    }
