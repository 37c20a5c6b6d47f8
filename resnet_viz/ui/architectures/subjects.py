"""What stands in a pane: a network type at a depth, a run, or a network of torchvision."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from resnet_viz.data.catalogue import shape_of
from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.exports.weights import kept_weights
from resnet_viz.figures.families import family_look, family_name, looks_in_turn, published_colour
from resnet_viz.networks.families import OFFERED, ROLES, depths_at, network_type, with_depth
from resnet_viz.networks.torchvision_catalogue import DRAWN, ZOO
from resnet_viz.specs import DataShape, NetworkSpec
from resnet_viz.store import RunRecord
from resnet_viz.ui import server
from resnet_viz.ui.permissions import owner

_RUN: Final = "run:"
_PUBLISHED: Final = "torchvision:"
_RUNS_LISTED: Final = 12
_TYPES: Final = tuple(dict.fromkeys((*ROLES, *OFFERED)))


@dataclass(frozen=True, slots=True)
class Subject:
    """One network to draw.

    Attributes:
        reference: in the link.
        title: with its depth, for people.
        file_stem: of downloads.
        question: how the inspector is told which network, and ``weights`` which with the weights it has.
        spec: of networks of ours, with the ``shape`` of what they take.
        run: whose measurements can be painted.
    """

    reference: str
    title: str
    file_stem: str
    colour: str
    question: Mapping[str, Any]
    weights: Mapping[str, Any]
    spec: NetworkSpec | None = None
    shape: DataShape | None = None
    run: RunRecord | None = None


def references(linked: Sequence[str]) -> list[str]:
    """What there is to choose from; ``linked`` too, where it can be had."""
    runs = [f"{_RUN}{run.id}" for run in server.store().runs(owner=owner(), limit=_RUNS_LISTED)]
    found = [*_TYPES, *(f"{_PUBLISHED}{name}" for name in DRAWN), *runs]
    return found + [one for one in linked if one not in found and _exists(one)]


def title_of(reference: str) -> str:
    """What a reference is called in the list."""
    if reference.startswith(_RUN):
        run = _run(reference)
        return f"{family_name(run.role)}-{run.spec.network.depth} · {run.id}"
    if reference.startswith(_PUBLISHED):
        return f"{_published_title(reference)} (torchvision)"
    return family_name(reference)


def is_type(reference: str) -> bool:
    """Whether it is a network type, of any depth."""
    return not reference.startswith((_RUN, _PUBLISHED))


def subjects(chosen: Sequence[str], base: NetworkSpec, depth: int, shape: DataShape) -> list[Subject]:
    """Those of ``chosen``, types built on ``base`` at ``depth`` or their nearest; raises `InvalidSetting`."""
    types = [one for one in chosen if is_type(one)]
    depths = depths_at(depth, types, base) if types else {}
    looks = dict(zip(types, looks_in_turn((one, family_name(one)) for one in types), strict=True))
    found = []
    for reference in chosen:
        if reference in looks:
            spec = network_type(reference).network(base, depths[reference])
            found.append(_of_spec(reference, looks[reference].css, spec, shape))
        elif reference.startswith(_RUN):
            run = _run(reference)
            colour, taken = family_look(run.role).css, shape_of(run.spec.data)
            subject = _of_spec(run.role, colour, run.spec.network, taken)
            with suppress(NotFound):  # nothing was kept: untrained then, which the answers say
                subject = replace(subject, weights={"model": f"file:{kept_weights(server.store(), run)}"})
            found.append(replace(subject, run=run))
        else:
            colour = published_colour(DRAWN[reference.removeprefix(_PUBLISHED)])
            title, question = _published_title(reference), {"model": reference}
            found.append(Subject(reference, title, title.lower(), colour, question, question))
    return found


def _of_spec(family: str, colour: str, spec: NetworkSpec, shape: DataShape) -> Subject:
    question = {"spec": spec.model_dump(mode="json"), "shape": shape.model_dump(mode="json")}
    title = f"{family_name(family)}-{spec.depth}"
    return Subject(family, title, with_depth(family, spec.depth), colour, question, question, spec, shape)


def _published_title(reference: str) -> str:
    name = reference.removeprefix(_PUBLISHED)
    return ZOO[name].title if name in ZOO else name


def _run(reference: str) -> RunRecord:
    return server.store().run(reference.removeprefix(_RUN))


def _exists(reference: str) -> bool:
    try:
        if reference.startswith(_RUN):
            _run(reference)
        else:
            network_type(reference)
    except (NotFound, InvalidSetting):
        return False
    return True
