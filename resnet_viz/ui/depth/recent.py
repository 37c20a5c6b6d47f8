"""Sweeps of this browser, to be opened again."""

import streamlit as st

from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.figures.families import family_name
from resnet_viz.jobs.experiments import spec_of
from resnet_viz.locale import gettext as _
from resnet_viz.store import GroupRecord
from resnet_viz.ui import server
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.linked_form import DEPTH_FORM
from resnet_viz.ui.permissions import owner
from resnet_viz.wording import with_commas

_SHOWN = 8


def recent_sweeps(current: str | None) -> None:
    """A button for each of the latest sweeps except the one that is open, and for the recorded one."""
    found = server.store().groups(kind=SWEEP.name, owner=owner(), limit=_SHOWN + 1)
    groups = [group for group in found if group.id != current][:_SHOWN]
    if not groups and current is None:
        return
    with st.expander(_("Earlier sweeps"), icon=":material/history:"):
        for group in groups:
            _entry(group)
        if current is not None:
            st.button(
                _("The bundled recording"),
                key="depth_open_recorded",
                icon=":material/movie:",
                on_click=_open_recorded,
                type="tertiary",
            )


def _entry(group: GroupRecord) -> None:
    try:
        spec = spec_of(group)
    except InvalidSetting:
        st.caption(_("Sweep {id} was recorded by another version of this app.").format(id=group.id))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            group.name or SWEEP.title_of(spec),
            key=f"depth_open_{group.id}",
            icon=":material/open_in_new:",
            on_click=_open,
            args=(group.id, spec),
            type="tertiary",
        )
        details = [
            with_commas(map(family_name, spec.families)),
            _("{steps} steps").format(steps=f"{spec.run.train.steps:,}"),
            _("seeds: {count}").format(count=spec.seeds),
        ]
        st.caption(" · ".join(details), width="content")


@in_readers_language
def _open(group_id: str, spec: Experiment) -> None:
    DEPTH_FORM.open(group_id, SWEEP.preset_of(spec), spec)


@in_readers_language
def _open_recorded() -> None:
    DEPTH_FORM.show(None)
