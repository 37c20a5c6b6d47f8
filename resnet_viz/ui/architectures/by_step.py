"""Quantities of a run's layers: recorded while it trained, measured by the Lab, or with its weights now."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Final, NamedTuple

import streamlit as st

from resnet_viz.architecture.graph import Architecture
from resnet_viz.exports.weights import kept_weights
from resnet_viz.figures.gradient_profile import METRICS
from resnet_viz.figures.recorded_paint import recorded_values
from resnet_viz.lab.kept_answers import KeptAnswer, kept_answers
from resnet_viz.lab.questions.lesion import rises
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.store import RunReader, RunRecord
from resnet_viz.ui import server
from resnet_viz.ui.architectures.subjects import Subject
from resnet_viz.ui.inspection import client
from resnet_viz.ui.inspection.networks import trained
from resnet_viz.ui.moments import day

_LEARNED: Final = "branch/scale"
_RECORDED: Final[dict[str, str]] = {
    **METRICS,
    "response/std": N_("Response of the layer (std)"),
    _LEARNED: N_("Learned scale |α| of every block"),
}
_RECTIFIED: Final[dict[str, str]] = {
    "zeros": N_("Zeros after each ReLU"),
    "silent": N_("Silent channels (zero on all images measured)"),
}
_BY_LAB: Final[dict[str, str]] = {
    "lesion": N_("Lesion: rise of the test error without the block"),
    "branch": N_("Branch ratio, ‖F‖ over the norm of the skip connection"),
}
OF_RUNS: Final[dict[str, str]] = {**_RECORDED, **_RECTIFIED, **_BY_LAB}
FROM_ZERO: Final = frozenset({*_RECTIFIED, "lesion"})
"""Shares and their differences; all others span powers of ten."""

_QUESTIONS: Final = {"lesion": QUESTIONS["lesion"], "branch": QUESTIONS["block_change"]}
_IMAGES: Final = 200


class ByStep(NamedTuple):
    """One quantity of one network.

    Attributes:
        steps: of which it is known, ascending.
        at: its values at one of them, by tap.
        told: how it was measured at that step; empty where it was recorded.
        missing: what to say where there are no steps.
        lab: the question and the race of the Lab's answers, where they are that.
    """

    steps: tuple[int, ...]
    at: Callable[[int], Mapping[str, float]]
    told: Callable[[int], str] = lambda _step: ""
    missing: str = ""
    lab: tuple[str, str] | None = None


def offered_of(run: RunRecord) -> list[str]:
    """Which of `OF_RUNS` there can be."""
    return [name for name in OF_RUNS if name != _LEARNED or run.spec.network.learned_scale]


def by_step(name: str, subject: Subject, architecture: Architecture) -> ByStep:
    """The quantity ``name`` of a run; raises `ResnetVizError` where nothing of it can be known."""
    assert subject.run is not None
    if name in _QUESTIONS:
        return _answered(name, subject, subject.run, architecture)
    if name in _RECTIFIED:
        return _after_rectifiers(name, subject, subject.run)
    table = RunReader(server.store(), subject.run.id).history().profiles.get(name)
    if table is None:
        missing = _("{network}: this was not recorded").format(network=subject.title)
        return ByStep((), lambda _step: {}, missing=missing)
    return ByStep(tuple(map(int, table.step)), lambda step: recorded_values(table, step))


def _after_rectifiers(name: str, subject: Subject, run: RunRecord) -> ByStep:
    """Of the kept weights of ``run``, measured when they are looked at."""
    kept_weights(server.store(), run)  # or says that there are none

    def at(step: int) -> Mapping[str, float]:
        network = trained(run, step)
        with st.spinner(_("Measuring {network} …").format(network=subject.title)):
            images, _labels = client.test_images(network, tuple(range(_IMAGES)))
            found = client.ask(network, "statistics", images)
        zeros, silent = found.arrays["zero_share"], found.arrays["dead"] / found.arrays["channels"]
        return dict(zip(found.values["sites"], (zeros if name == "zeros" else silent).tolist(), strict=True))

    def told(step: int) -> str:
        return _("{network}: measured with the first {count} test images, weights of step {step}").format(
            network=subject.title, count=_IMAGES, step=f"{step:,}"
        )

    kept = sorted(saved.step for saved in server.store().checkpoints(run.id) if saved.kept)
    return ByStep(tuple(kept), at, told)


def _answered(name: str, subject: Subject, run: RunRecord, architecture: Architecture) -> ByStep:
    question = _QUESTIONS[name]
    answers = kept_answers(server.store(), question, run)
    values = _rises if name == "lesion" else _branch_ratios

    def at(step: int) -> Mapping[str, float]:
        return {
            block: value
            for block, value in values(answers[step], run.role, architecture).items()
            if isfinite(value)  # a plain block adds to nothing
        }

    def told(step: int) -> str:
        text = _("{network}: measured in the Lab on {day} with {count} test images, weights of step {step}")
        found = answers[step]
        return text.format(
            network=subject.title, day=day(found.measured_at), count=found.images, step=f"{step:,}"
        )

    missing = _("{network}: the Lab has not measured this yet").format(network=subject.title)
    return ByStep(tuple(sorted(answers)), at, told, missing, (question.name, run.group_id))


def _rises(answer: KeptAnswer, family: str, _architecture: Architecture) -> dict[str, float]:
    blocks = answer.result.values["blocks"][family]
    return dict(zip(blocks, rises(answer.result, family).tolist(), strict=True))


def _branch_ratios(answer: KeptAnswer, family: str, architecture: Architecture) -> dict[str, float]:
    blocks = [block.name for block in architecture.blocks if block.name]
    return dict(zip(blocks, answer.result.arrays[f"branch_{family}"].tolist(), strict=True))
