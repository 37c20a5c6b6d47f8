"""One question asked at several depths: which number of each answer is compared, and for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import Final, NamedTuple

import numpy as np

from resnet_viz.errors import InvalidSetting
from resnet_viz.lab.answers import Asking, asking
from resnet_viz.lab.over_seeds import OverSeeds, over_seeds
from resnet_viz.lab.panel import Panel, Series
from resnet_viz.lab.question import Question, Value
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.specs import NetworkSpec

DEEPEST: Final = 110
_NONE: Final = np.array([np.nan])


class _Key(NamedTuple):
    """The number: ``title`` (a gettext key), and where it is on the measured lines of the panel ``panel``.

    ``at``: at which of their points; None where it is the mean of all, which are the seeds.
    """

    title: str
    panel: str
    at: int | None


_TEST_ERROR: Final = _Key(N_("Test error, mean over the seeds that did not diverge"), "test_error", None)
_KEYS: Final[Mapping[str, _Key]] = {
    "branch_variance": _Key(N_("Var(F) / Var(x) of the last block"), "ratio", -1),
    "shattered": _Key(N_("Autocorrelation at lag 1"), "correlation", 1),
    "norm_or_skip": _TEST_ERROR,
    "identity_shortcut": _TEST_ERROR,
    "no_norm": _TEST_ERROR,
    "stochastic_depth": _TEST_ERROR,
    "delta_orthogonal": _TEST_ERROR,
}
"""Of the questions that can be asked at any depth, and have one in an answer."""
_CHARTS: Final[Mapping[str, str]] = {
    "first_gradient": N_("First convolution ÷ last, by depth"),
    "branch_scale": N_("How far all blocks together move their input"),
}
"""Of the questions that measure all depths for every answer: the title of the chart that has them."""


def asked_at(question: Question, depths: Sequence[int], settings: Mapping[str, Value]) -> list[Asking]:
    """``question`` at each of ``depths``, ascending; one that trains takes more of them than its page offers.

    Raises:
        InvalidSetting: it is about networks whose depth is given, or has no such depth or setting, or has
            all depths in every answer.
    """
    if chart_of_depths(question) is not None:
        raise InvalidSetting(
            "all_depths_in_one",
            N_("Every result of the question {question} has all depths already; leave out --depths."),
            field="depths",
            question=question.name,
        )
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
    """Whether it has no networks whose depth is given, and each answer has one depth."""
    return question.name in _KEYS


def chart_of_depths(question: Question) -> str | None:
    """Title (a gettext key) of the chart that has all depths in every answer; None where there is none."""
    return _CHARTS.get(question.name)


def offered_at(asked: Asking) -> list[Asking]:
    """The same question at every depth that its page offers."""
    (depth,) = (one for one in asked.question.settings if one.name == "depth")
    return [asked._replace(settings={**asked.settings, "depth": value}) for value in depth.options]


def title_of_key(question: Question) -> str:
    """What the number is, in the reader's language."""
    return _(_KEYS[question.name].title)


def key_values(asked: Asking, result: Frame) -> dict[str, float | None]:
    """The number of each network, by its name in the reader's language; None where there is none."""
    found = {point.name: float(point.y[0]) for point, _seeds in _points(asked, result)}
    return {name: value if isfinite(value) else None for name, value in found.items()}


def key_intervals(asked: Asking, result: Frame) -> dict[str, tuple[float, float]]:
    """The ends of the number's 95% confidence interval, for those networks that have three seeds of it."""
    found = {
        point.name: (float(point.low[0]), float(point.high[0]))
        for point, _seeds in _points(asked, result)
        if point.low is not None and point.high is not None
    }
    return {name: ends for name, ends in found.items() if all(map(isfinite, ends))}


def depths_panel(answers: Sequence[tuple[Asking, Frame]]) -> Panel:
    """The number over depths, one line a network; ``answers`` are to one question, at least one.

    Where they are of several seeds, these are points beside the line, and from three on it has a band.
    """
    question = answers[0][0].question
    lines: dict[str, list[Series]] = {}
    seeds: dict[str, list[Series]] = {}
    for asked, result in answers:
        for point, of_seeds in _points(asked, result):
            lines.setdefault(point.name, []).append(point)
            seeds.setdefault(of_seeds.name, []).append(of_seeds)
    every = [_joined(points) for points in lines.values()]
    several = any(len(one.x) > 1 for points in seeds.values() for one in points)
    measured = _panel(*answers[0])
    return Panel(
        "over_depths",
        title_of_key(question),
        _("Small points: what this question gives for each seed. Line: their mean.")
        if several
        else _("Each point: what this question gives at one depth."),
        _("Depth"),
        measured.y_title,
        (*every, *(_joined(points) for points in seeds.values() if several)),
        y_log=measured.y_log,
        y_share=measured.y_share,
        band=_("Band: the 95% confidence interval of the mean.")
        if any(one.low is not None for one in every)
        else "",
    )


def _points(asked: Asking, result: Frame) -> list[tuple[Series, Series]]:
    """The number of each network as a line of one point, which is at the depth, and those of its seeds."""
    return [
        _at_depth(one, int(asked.settings["depth"]), _KEYS[asked.question.name].at)
        for one in _panel(asked, result).series
        if one.kind == "measured"
    ]


def _at_depth(line: Series, depth: int, at: int | None) -> tuple[Series, Series]:
    if at is None:
        seeds = line.y
        found = over_seeds(seeds[:, None], share=True) if len(seeds) else OverSeeds(_NONE, None, None)
    else:
        assert line.each is not None
        seeds = line.each[:, at]
        low, high = (None if end is None else end[[at]] for end in (line.low, line.high))
        found = OverSeeds(line.y[[at]], low, high)
    point = replace(
        line, x=np.array([float(depth)]), y=found.mean, low=found.low, high=found.high, marks=False
    )
    name = _("{network}, each seed").format(network=line.name)
    each = replace(
        point, name=name, kind="reference", x=np.full(len(seeds), float(depth)), y=seeds, marks=True
    )
    return point, replace(each, low=None, high=None, each=None)


def _joined(points: Sequence[Series]) -> Series:
    """All in one; a point without a band has none there."""
    x, y = (np.concatenate([getattr(one, name) for one in points]) for name in ("x", "y"))
    if all(one.low is None for one in points):
        return replace(points[0], x=x, y=y)
    bands = [(one.y * np.nan,) * 2 if one.low is None else (one.low, one.high) for one in points]
    low, high = (np.concatenate(end) for end in zip(*bands, strict=True))
    return replace(points[0], x=x, y=y, low=low, high=high)


def _panel(asked: Asking, result: Frame) -> Panel:
    """Where the number is read."""
    wanted = _KEYS[asked.question.name].panel
    panels = (one for one in asked.question.panels(result) if isinstance(one, Panel))
    return next(one for one in panels if one.name == wanted)
