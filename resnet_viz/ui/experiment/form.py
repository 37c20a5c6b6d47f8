"""What to train: presets, the kind's own settings, one button, and everything else behind an expander."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from resnet_viz.data.catalogue import check_data
from resnet_viz.errors import InvalidSetting
from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import Cell, Experiment
from resnet_viz.experiments.presets import CUSTOM
from resnet_viz.findings.cost_words import cost_sentences
from resnet_viz.jobs.experiments import planned_cells
from resnet_viz.locale import gettext as _
from resnet_viz.ui import server
from resnet_viz.ui.experiment.estimate import show_estimate
from resnet_viz.ui.experiment.parts import Parts
from resnet_viz.ui.settings_form import (
    all_settings,
    choose_preset,
    seeds_and_steps,
    with_changes,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form asks for: the experiment, and the cells that have to be trained."""

    spec: Experiment
    missing: list[Cell]


def experiment_form(
    parts: Parts, drawn: Callable[[Experiment], None] | None = None
) -> tuple[Asked | None, DeltaGenerator | None]:
    """Show the form; what it asks for (None where that cannot be had), and the place for a button in it.

    ``drawn`` shows what is asked for, before the settings that few change.
    """
    form = parts.form
    preset = choose_preset(form)
    button = parts.choose()
    summary, drawing = st.container(), st.container()
    all_settings(form, expanded=preset == CUSTOM)
    try:
        spec = form.asked_for()
        check_data(spec.run)
        known = _known(parts, spec)
    except InvalidSetting as refusal:
        st.error(parts.refusal() or str(refusal), icon=":material/block:")
        return None, button
    form.keep(spec)
    if drawn is not None:
        with drawing:
            drawn(spec)
    missing = [cell for cell in spec.in_queue_order() if cell not in known]
    with summary.container(gap="xsmall"):
        text = parts.in_short(spec)
        if known:
            text += " · " + _("{known} already trained, will be reused").format(known=len(known))
        st.caption(with_changes(text, form, preset, spec))
        for sentence in cost_sentences(spec):
            st.caption(str(sentence))
        if parts.kind.reuses:
            show_estimate(spec, missing)
    return Asked(spec, missing), button


def folded(parts: Parts, shown: str | None) -> DeltaGenerator:
    """A line that says what the form asks for, and opens it; closed again for whatever is ``shown`` next."""
    try:
        spec = parts.form.asked_for()
    except InvalidSetting:  # the form says so
        _preset, spec = parts.form.kept()
    said = " · ".join((parts.kind.title_of(spec), *seeds_and_steps(spec)))
    key = f"{parts.kind.page}_folded_{shown or 'none'}"
    return st.expander(_("Settings: {settings}").format(settings=said), icon=":material/tune:", key=key)


def _known(parts: Parts, spec: Experiment) -> set[Cell]:
    """The cells that need no training."""
    if not parts.kind.reuses:
        return set()
    places = planned_cells(server.store(), spec)
    return {place.cell for place in places if place.state is RunState.FINISHED}
