"""Answers: asked for, known, and recorded ones that come with this app."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from resnet_viz.inspection.bundled import BUNDLED
from resnet_viz.jobs import measurements
from resnet_viz.lab.panel import Panel
from resnet_viz.lab.question import Outcome, Question, Value
from resnet_viz.lab.subjects import Subjects, subjects
from resnet_viz.processes.channel import Frame
from resnet_viz.store import MeasurementRecord, MeasurementSpec, Store

RECORDED: Final = Path(__file__).parents[2] / "assets" / "lab"
"""One file for each question: the frame of its result, with where and when it was measured."""

TASK: Final = "lab"
_VERSION: Final = 2
"""Of what measurements yield: raised where that changes, so that older answers are asked for anew."""
_TASK_OF_TRAININGS: Final = "lab-trainings"
"""The same for questions that train several networks: it takes all slots that are free."""


class Asking(NamedTuple):
    """A question with all that its answer depends on."""

    question: Question
    about: str
    step: int | None
    settings: dict[str, Value]

    @property
    def task(self) -> str:
        """Its name in `tasks.MEASUREMENTS`."""
        return _TASK_OF_TRAININGS if self.question.needs == "training" else TASK

    def values(self, store: Store) -> dict[str, Any]:
        """What the measurement is told; raises as `subjects.subjects`."""
        found = self.subjects(store)
        pairs = [list(pair[-1:] if self.question.residual_only else pair) for pair in found.pairs]
        told: dict[str, Any] = {
            "question": self.question.name,
            "networks": pairs[0] if pairs else [],
            "settings": self.settings,
            "version": _VERSION,
        }
        if len(pairs) == 1 or self.takes_one_pair or not pairs:
            return told
        return told | {"further": pairs[1:], "seeds": list(found.seeds)}

    def subjects(self, store: Store) -> Subjects:
        """The trained networks; none where it needs none. Raises as `subjects.subjects`."""
        if self.question.needs != "pair":
            return Subjects(())
        return subjects(store, self.about, self.step, with_path=self.question.with_path)

    @property
    def takes_one_pair(self) -> bool:
        """Whether it is about the first pair of a race alone."""
        return self.question.gap is None


def asking(
    question: Question,
    about: str = BUNDLED,
    step: int | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Asking:
    """Ask ``question`` about ``about`` (see `subjects.subjects`); raises `InvalidSetting`."""
    return Asking(question, about, step, question.with_settings(settings or {}))


def known(store: Store, asked: Asking) -> MeasurementRecord | None:
    """The answer that is under way or known; raises as `subjects.subjects`."""
    return measurements.known(store, asked.task, asked.values(store))


def ask(store: Store, asked: Asking, owner: str) -> MeasurementRecord:
    """Have it answered for ``owner``, unless that is under way or known; raises as `subjects.subjects`."""
    return measurements.ask(store, asked.task, asked.values(store), owner)


class Recorded(NamedTuple):
    """An answer that was measured before: ``machine`` and ``made`` (a date) say where and when."""

    result: Frame
    machine: str
    made: str


@cache
def recorded(name: str) -> Recorded | None:
    """The answer that comes with the app for the question ``name`` at its defaults; None where none does."""
    file = RECORDED / f"{name}.frame"
    try:
        frame = Frame.from_bytes(file.read_bytes())
    except (OSError, ValueError):
        return None
    return Recorded(frame, frame.values["machine"], frame.values["made"])


def prediction_key(values: Mapping[str, Any]) -> str:
    """Under what a prediction of the measurement of ``values`` is kept in `Store.predictions`."""
    return MeasurementSpec(TASK, values).digest()


def answer_values(asked: Asking, result: Frame) -> dict[str, Any]:
    """The answer for programs; texts in the language in force."""
    question = asked.question
    finding = question.find(result)
    series: dict[str, Any] = {}
    for panel in question.panels(result):
        series |= {panel.name: panel.to_values()} if isinstance(panel, Panel) else panel.series
    return {
        "question": question.name,
        "about": asked.about if question.needs == "pair" else None,
        "seeds": result.values.get("seeds"),
        "settings": asked.settings,
        "result": {"series": series},
        "outcome": Outcome.UNDECIDED.value if finding is None else finding.outcome.value,
        "sentence": None if finding is None else str(finding.sentence),
        "published": [
            {"figures": str(one.figures), "source": one.source, "why_different": str(one.why)}
            for one in question.published
        ],
        "wall_s": result.values["wall_s"],
        "cpu_s": result.values["cpu_s"],
        "peak_bytes": result.values["peak_bytes"],
    }


def command(asked: Asking) -> str:
    """What gives the same answer on the command line."""
    parts = ["python -m resnet_viz lab", asked.question.name]
    if asked.question.needs == "pair" and asked.about != BUNDLED:
        parts.append(f"--run {asked.about}")
        parts += [f"--checkpoint {asked.step}"] if asked.step is not None else []
    changed = {name: v for name, v in asked.settings.items() if v != asked.question.defaults[name]}
    return " ".join([*parts, *(f"--set {name}={value}" for name, value in changed.items())])
