"""What the Lab has answered about one run: kept answers about its race, by the step of the weights."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from resnet_viz.errors import InvalidSetting
from resnet_viz.events import RunState
from resnet_viz.exports.weights import kept_weights
from resnet_viz.jobs import measurements
from resnet_viz.lab.answers import TASK, asking
from resnet_viz.lab.pairs import unpacked
from resnet_viz.lab.question import Question
from resnet_viz.lab.subjects import steps_of
from resnet_viz.locale import N_
from resnet_viz.processes.channel import Frame
from resnet_viz.store import RunRecord, Store


class KeptAnswer(NamedTuple):
    """One of them, about the pair of the run: over how many test ``images``, since when (unix seconds)."""

    result: Frame
    images: int
    measured_at: float


def kept_answers(store: Store, question: Question, run: RunRecord) -> dict[int, KeptAnswer]:
    """The finished answers to ``question``, one with the setting ``images``; of a step the one over most.

    They are about the run's seed or about all seeds of its race. Other settings are at their defaults. In
    the results ``run`` goes by its role.

    Raises:
        NotFound: the race is gone.
        InvalidSetting: its networks are no pair, or ``run`` is neither of the two.
    """
    sizes = next(one.options for one in question.settings if one.name == "images")
    found = {}
    for step in steps_of(store, run.id):
        own = {"family": run.role, "model": f"file:{kept_weights(store, run, step).absolute()}"}
        asked = [asking(question, about, step).values(store) for about in (run.id, run.group_id)]
        if own not in asked[0]["networks"]:
            raise InvalidSetting(
                "not_of_the_pair",
                N_(
                    "The Lab compares the first plain network of a race with the first other one; {run} is "
                    "neither."
                ),
                field="run",
                run=run.id,
            )
        known = (
            _known(store, question, values, own, images)
            for images in sorted(map(int, sizes), reverse=True)
            for values in asked
        )
        answer = next(filter(None, known), None)
        if answer is not None:
            found[step] = answer
    return found


def _known(
    store: Store, question: Question, values: dict[str, Any], own: Mapping[str, str], images: int
) -> KeptAnswer | None:
    """The answer with ``values`` over so many ``images``, of the pair that has the network ``own``."""
    pairs = [values["networks"], *values.get("further", ())]
    place = next((place for place, pair in enumerate(pairs) if own in pair), None)
    settings = question.with_settings({"images": images})
    record = measurements.known(store, TASK, values | {"settings": settings})
    if place is None or record is None or record.state is not RunState.FINISHED or record.result is None:
        return None
    at = record.created_at if record.ended_at is None else record.ended_at
    return KeptAnswer(unpacked(record.result)[place], images, at)
