"""What is painted on the drawings: static costs, measured milliseconds, or what a run has recorded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from resnet_viz.architecture.paint import COST_TITLES, Paint, cost_paint, measured_paint
from resnet_viz.figures.gradient_profile import METRICS, WHEN_MEASURED
from resnet_viz.figures.recorded_paint import recorded_values
from resnet_viz.history import ProfileTable
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.store import RunReader
from resnet_viz.ui import labels, server
from resnet_viz.ui.architectures.client import Drawn, ask
from resnet_viz.ui.architectures.link import LINK
from resnet_viz.ui.architectures.subjects import Subject
from resnet_viz.wording import after_steps, count, data_size, number

NOTHING: Final = "none"
MILLISECONDS: Final = "milliseconds"
_RECORDED: Final[dict[str, str]] = {**METRICS, "response/std": N_("Response of the layer (std)")}
PAINTS: Final[dict[str, str]] = {
    NOTHING: N_("No paint"),
    **COST_TITLES,
    MILLISECONDS: N_("Milliseconds, forward, measured here"),
    **_RECORDED,
}
_TIMED_IMAGES: Final = 32
_UNITS: Final[dict[str, Callable[[float], str]]] = {
    "memory": data_size,
    MILLISECONDS: lambda value: _("{ms} ms").format(ms=number(value)),
}


@dataclass(frozen=True, slots=True)
class Painting:
    """One quantity for all drawings, on one scale; a drawing that has none of it has no paint."""

    name: str
    paints: tuple[Paint | None, ...]

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
    """Names of `PAINTS` to choose from: what is recorded only where a run is shown."""
    return [name for name in PAINTS if name not in _RECORDED or any(one.run for one in subjects)]


def painting(name: str, drawn: Drawn, batch: int) -> Painting:
    """The paint called ``name`` for all ``drawn``; raises `ResnetVizError`."""
    if name in COST_TITLES:
        factor = batch if name == "memory" else 1
        costs = [cost_paint(architecture, name, factor) for _subject, architecture in drawn]
        return Painting(name, _on_one_scale(costs))
    if name == MILLISECONDS:
        times = [_milliseconds(subject) for subject, _architecture in drawn]
        return Painting(name, _on_one_scale([measured_paint(found, adds=True) for found in times]))
    if name in _RECORDED:
        return Painting(name, _on_one_scale(_recorded(name, drawn)))
    return Painting(name, tuple(None for _one in drawn))


def _milliseconds(subject: Subject) -> Mapping[str, float]:
    with st.spinner(_("Timing {network} …").format(network=subject.title)):
        return ask("milliseconds", subject.question, batch=_TIMED_IMAGES).values


def _recorded(name: str, drawn: Drawn) -> list[Paint | None]:
    tables = [_table(subject, name) for subject, _architecture in drawn]
    steps = sorted({int(step) for table in tables if table is not None for step in table.step})
    if not steps:
        return [None for _one in drawn]
    step = steps[-1]
    if len(steps) > 1:
        step = LINK.choose(
            "step",
            steps,
            steps[-1],
            lambda key: st.select_slider(
                _("Training step"), steps, format_func=after_steps, key=key, help=_(WHEN_MEASURED), width=420
            ),
        )
    return [
        None if table is None else measured_paint(recorded_values(table, architecture, step))
        for table, (_subject, architecture) in zip(tables, drawn, strict=True)
    ]


def _table(subject: Subject, name: str) -> ProfileTable | None:
    if subject.run is None:
        return None
    return RunReader(server.store(), subject.run.id).history().profiles.get(name)


def _on_one_scale(paints: Sequence[Paint | None]) -> tuple[Paint | None, ...]:
    shown = [paint for paint in paints if paint is not None]
    if not shown:
        return tuple(paints)
    ends = min(paint.ends[0] for paint in shown), max(paint.ends[1] for paint in shown)
    return tuple(None if paint is None else paint.between(ends) for paint in paints)
