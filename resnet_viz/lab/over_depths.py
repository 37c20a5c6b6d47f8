"""One question asked at several depths: which number of each answer is compared, and for whom."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import Final, NamedTuple

import numpy as np

from resnet_viz.errors import InvalidSetting
from resnet_viz.lab.answers import Asking, asking
from resnet_viz.lab.panel import Panel, Series
from resnet_viz.lab.question import Question, Value
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.specs import NetworkSpec

DEEPEST: Final = 110


class _Key(NamedTuple):
    """The number: ``title`` (a gettext key), and where it is on the measured lines of the panel ``panel``."""

    title: str
    panel: str
    on: Callable[[Series, int], float]


def _at_depth(line: Series, depth: int) -> float:
    return float(line.y[line.x == depth][0])


def _mean(line: Series, _depth: int) -> float:
    return float(line.y.mean()) if len(line.y) else float("nan")


_TEST_ERROR: Final = _Key(N_("Test error, mean over the seeds that did not diverge"), "test_error", _mean)
_KEYS: Final[Mapping[str, _Key]] = {
    "first_gradient": _Key(N_("Relative gradient, first convolution ÷ last"), "ratio", _at_depth),
    "branch_variance": _Key(
        N_("Var(F) / Var(x) of the last block"), "ratio", lambda line, _depth: float(line.y[-1])
    ),
    "branch_scale": _Key(N_("Distance moved ÷ size"), "moved", _at_depth),
    "shattered": _Key(N_("Autocorrelation at lag 1"), "correlation", lambda line, _depth: float(line.y[1])),
    "norm_or_skip": _TEST_ERROR,
    "identity_shortcut": _TEST_ERROR,
    "no_norm": _TEST_ERROR,
    "stochastic_depth": _TEST_ERROR,
    "delta_orthogonal": _TEST_ERROR,
}
"""Of the questions that can be asked at any depth."""


def asked_at(question: Question, depths: Sequence[int], settings: Mapping[str, Value]) -> list[Asking]:
    """``question`` at each of ``depths``, ascending; one that trains takes more of them than its page offers.

    Raises:
        InvalidSetting: it is about networks whose depth is given, or has no such depth or setting.
    """
    if question.name not in _KEYS:
        raise InvalidSetting(
            "no_depths",
            N_(
                "The question {question} is about trained networks, which have the depth that they have; "
                "leave out --depths."
            ),
            field="depths",
            question=question.name,
        )
    if "depth" in settings:
        raise InvalidSetting("depth_twice", N_("Give either --depth or --depths."), field="depths")
    return [_asked(question, depth, settings) for depth in sorted(set(depths))]


def _asked(question: Question, depth: int, settings: Mapping[str, Value]) -> Asking:
    if question.needs != "training":
        return asking(question, settings={**settings, "depth": depth})
    NetworkSpec.checked(depth=depth)
    if depth > DEEPEST:
        raise InvalidSetting(
            "lab_too_deep",
            N_("The Lab asks about networks of depth {most} at most, not {depth}."),
            field="depths",
            most=DEEPEST,
            depth=depth,
        )
    found = asking(question, settings=settings)
    return found._replace(settings={**found.settings, "depth": depth})


def can_be_asked_over_depths(question: Question) -> bool:
    """Whether it has no networks whose depth is given."""
    return question.name in _KEYS


def offered_at(asked: Asking) -> list[Asking]:
    """The same question at every depth that its page offers."""
    (depth,) = (one for one in asked.question.settings if one.name == "depth")
    return [asked._replace(settings={**asked.settings, "depth": value}) for value in depth.options]


def title_of_key(question: Question) -> str:
    """What the number is, in the reader's language."""
    return _(_KEYS[question.name].title)


def key_values(asked: Asking, result: Frame) -> dict[str, float | None]:
    """The number of each network, by its name in the reader's language; None where there is none."""
    found = {one.name: float(one.y[0]) for one in _points(asked, result)}
    return {name: value if isfinite(value) else None for name, value in found.items()}


def depths_panel(answers: Sequence[tuple[Asking, Frame]]) -> Panel:
    """The number over depths, one line a network; ``answers`` are to one question, at least one."""
    question = answers[0][0].question
    lines: dict[str, list[Series]] = {}
    for asked, result in answers:
        for point in _points(asked, result):
            lines.setdefault(point.name, []).append(point)
    measured = _panel(*answers[0])
    return Panel(
        "over_depths",
        title_of_key(question),
        _("Each point: what this question gives at one depth."),
        _("Depth"),
        measured.y_title,
        tuple(map(_joined, lines.values())),
        y_log=measured.y_log,
        y_share=measured.y_share,
    )


def _points(asked: Asking, result: Frame) -> list[Series]:
    """The number of each network as a line of one point, which is at the depth."""
    depth, on = int(asked.settings["depth"]), _KEYS[asked.question.name].on
    return [
        replace(
            one, x=np.array([float(depth)]), y=np.array([on(one, depth)]), low=None, high=None, marks=False
        )
        for one in _panel(asked, result).series
        if one.kind == "measured"
    ]


def _joined(points: Sequence[Series]) -> Series:
    x, y = (np.concatenate([getattr(one, name) for one in points]) for name in ("x", "y"))
    return replace(points[0], x=x, y=y)


def _panel(asked: Asking, result: Frame) -> Panel:
    """Where the number is read."""
    wanted = _KEYS[asked.question.name].panel
    panels = (one for one in asked.question.panels(result) if isinstance(one, Panel))
    return next(one for one in panels if one.name == wanted)
