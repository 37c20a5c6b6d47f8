"""What the Lab has answered about one run: kept answers about its race, by the step of the weights."""

from typing import NamedTuple

from resnet_viz.errors import InvalidSetting
from resnet_viz.events import RunState
from resnet_viz.exports.weights import kept_weights
from resnet_viz.jobs import measurements
from resnet_viz.lab.answers import TASK, asking
from resnet_viz.lab.question import Question
from resnet_viz.lab.subjects import steps_of
from resnet_viz.locale import N_
from resnet_viz.processes.channel import Frame
from resnet_viz.store import RunRecord, Store


class KeptAnswer(NamedTuple):
    """One of them, whole: over how many test ``images``, and when it was there (unix seconds)."""

    result: Frame
    images: int
    measured_at: float


def kept_answers(store: Store, question: Question, run: RunRecord) -> dict[int, KeptAnswer]:
    """The finished answers to ``question``, one with the setting ``images``; of a step the one over most.

    Other settings are at their defaults. In the results ``run`` goes by its role.

    Raises:
        NotFound: the race is gone.
        InvalidSetting: its networks are no pair, or ``run`` is neither of the two.
    """
    sizes = next(one.options for one in question.settings if one.name == "images")
    found = {}
    for step in steps_of(store, run.id):
        own = {"family": run.role, "model": f"file:{kept_weights(store, run, step).absolute()}"}
        values = asking(question, run.id, step).values(store)
        if own not in values["networks"]:
            raise InvalidSetting(
                "not_of_the_pair",
                N_(
                    "The Lab compares the first plain network of a race with the first other one; {run} is "
                    "neither."
                ),
                field="run",
                run=run.id,
            )
        for images in sorted(map(int, sizes), reverse=True):
            settings = question.with_settings({"images": images})
            record = measurements.known(store, TASK, values | {"settings": settings})
            if record is not None and record.state is RunState.FINISHED and record.result is not None:
                at = record.created_at if record.ended_at is None else record.ended_at
                found[step] = KeptAnswer(record.result, images, at)
                break
    return found
