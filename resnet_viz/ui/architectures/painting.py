"""What is painted on the drawings: static costs, measured milliseconds, what is known of a run's layers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from resnet_viz.architecture.paint import COST_TITLES, Paint, cost_paint, measured_paint
from resnet_viz.errors import ResnetVizError
from resnet_viz.figures.gradient_profile import WHEN_MEASURED
from resnet_viz.figures.recorded_paint import on_operations
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.ui import labels, pages
from resnet_viz.ui.architectures.by_step import FROM_ZERO, OF_RUNS, ByStep, by_step, offered_of
from resnet_viz.ui.architectures.client import Drawn, ask
from resnet_viz.ui.architectures.link import LINK
from resnet_viz.ui.architectures.subjects import Subject
from resnet_viz.wording import after_steps, count, data_size, number, percent, points, signed

NOTHING: Final = "none"
MILLISECONDS: Final = "milliseconds"
PAINTS: Final[dict[str, str]] = {
    NOTHING: N_("No paint"),
    **COST_TITLES,
    MILLISECONDS: N_("Milliseconds, forward, measured here"),
    **OF_RUNS,
}
_TIMED_IMAGES: Final = 32
_UNITS: Final[dict[str, Callable[[float], str]]] = {
    "memory": data_size,
    MILLISECONDS: lambda value: _("{ms} ms").format(ms=number(value)),
    "zeros": percent,
    "silent": percent,
    "lesion": lambda value: _("{points} percentage points").format(points=signed(points(value))),
}


@dataclass(frozen=True, slots=True)
class Painting:
    """One quantity for all drawings, on one scale; a drawing that has none of it has no paint.

    Attributes:
        notes: how it was measured, or why there is none.
        lab: the Lab's question that it answers, with the races.
    """

    name: str
    paints: tuple[Paint | None, ...]
    notes: tuple[str, ...] = ()
    lab: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """What is painted."""
        return labels.label(PAINTS, self.name)

    def text(self, value: float | None) -> str:
        """A number of it, with its unit."""
        if value is None:
            return "–"
        if self.name in ("parameters", "multiply_adds"):
            return count(round(value))
        return _UNITS.get(self.name, number)(value)

    def legend(self) -> str:
        """What white and full stand for; empty without paint."""
        shown = [paint for paint in self.paints if paint is not None]
        if not shown:
            return ""
        low, high = shown[0].ends
        return _("{title}: white {low}, full colour {high}").format(
            title=self.title, low=self.text(low), high=self.text(high)
        )


def offered(subjects: list[Subject]) -> list[str]:
    """Names of `PAINTS` to choose from: what is known of runs only where one is shown."""
    of_runs = {name for one in subjects if one.run for name in offered_of(one.run)}
    return [name for name in PAINTS if name not in OF_RUNS or name in of_runs]


def painting(name: str, drawn: Drawn, batch: int) -> Painting:
    """The paint called ``name`` for all ``drawn``; raises `ResnetVizError`."""
    if name in COST_TITLES:
        factor = batch if name == "memory" else 1
        costs = [cost_paint(architecture, name, factor) for _subject, architecture in drawn]
        return Painting(name, _on_one_scale(costs))
    if name == MILLISECONDS:
        times = [_milliseconds(subject) for subject, _architecture in drawn]
        return Painting(name, _on_one_scale([measured_paint(found, adds=True) for found in times]))
    if name in OF_RUNS:
        return _of_runs(name, drawn)
    return Painting(name, tuple(None for _one in drawn))


def _milliseconds(subject: Subject) -> Mapping[str, float]:
    with st.spinner(_("Timing {network} …").format(network=subject.title)):
        return ask("milliseconds", subject.question, batch=_TIMED_IMAGES).values


def _of_runs(name: str, drawn: Drawn) -> Painting:
    found: list[ByStep | None] = []
    notes = []
    for subject, architecture in drawn:
        try:
            found.append(None if subject.run is None else by_step(name, subject, architecture))
        except ResnetVizError as refusal:
            found.append(None)
            notes.append(str(refusal))
    wanted = _step(sorted({step for one in found if one is not None for step in one.steps}))
    paints: list[Paint | None] = []
    for one, (_subject, architecture) in zip(found, drawn, strict=True):
        paints.append(None)
        if one is None or not one.steps:
            notes += [] if one is None else [one.missing]
            continue
        step = max((at for at in one.steps if at <= wanted), default=one.steps[0])
        try:
            values = on_operations(one.at(step), architecture)
        except ResnetVizError as refusal:
            notes.append(str(refusal))
            continue
        if values:
            paints[-1] = measured_paint(values, from_zero=name in FROM_ZERO)
            notes.append(one.told(step))
    lab = tuple(dict.fromkeys(one.lab for one in found if one is not None and one.lab is not None))
    return Painting(name, _on_one_scale(paints), tuple(filter(None, dict.fromkeys(notes))), lab)


def _step(steps: Sequence[int]) -> int:
    """The one of ``steps`` that the reader has chosen; 0 where there are none."""
    if len(steps) < 2:
        return steps[0] if steps else 0
    return LINK.choose(
        "step",
        steps,
        steps[-1],
        lambda key: st.select_slider(
            _("Training step"), steps, format_func=after_steps, key=key, help=_(WHEN_MEASURED), width=420
        ),
    )


def links_to_lab(painted: Painting) -> None:
    """Where what is painted is measured, and can be measured again."""
    for name, race in painted.lab:
        label = _("In the Lab: {question}").format(question=_(QUESTIONS[name].title))
        link = {"question": name, "about": race}
        st.page_link(pages.LAB.path, label=label, icon=pages.LAB.icon, query_params=link)


def _on_one_scale(paints: Sequence[Paint | None]) -> tuple[Paint | None, ...]:
    shown = [paint for paint in paints if paint is not None and paint.ends[1] > 0]  # else all of it is 0
    if not shown:
        return tuple(paints)
    ends = min(paint.ends[0] for paint in shown), max(paint.ends[1] for paint in shown)
    return tuple(None if paint is None else paint.between(ends) for paint in paints)
