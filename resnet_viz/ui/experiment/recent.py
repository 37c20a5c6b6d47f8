"""Experiments of this browser, to be opened again."""

import streamlit as st

from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.figures.families import family_name
from resnet_viz.jobs.experiments import spec_of
from resnet_viz.locale import gettext as _
from resnet_viz.store import GroupRecord
from resnet_viz.ui import labels, server
from resnet_viz.ui.experiment.parts import Parts
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.permissions import owner
from resnet_viz.ui.settings_form import seeds_and_steps
from resnet_viz.wording import with_commas

_SHOWN = 8


def recent(parts: Parts, current: str | None) -> None:
    """A button for each of the latest ones except the one that is open, and for the recorded one."""
    found = server.store().groups(kind=parts.kind.name, owner=owner(), limit=_SHOWN + 1)
    groups = [group for group in found if group.id != current][:_SHOWN]
    recorded = current is not None and parts.recorded is not None
    if not groups and not recorded:
        return
    with st.expander(_(parts.words.earlier), icon=":material/history:"):
        for group in groups:
            _entry(parts, group)
        if recorded:
            st.button(
                _("The bundled recording"),
                key=f"{parts.kind.page}_open_recorded",
                icon=":material/movie:",
                on_click=_close,
                args=(parts,),
                type="tertiary",
            )


def _entry(parts: Parts, group: GroupRecord) -> None:
    try:
        spec = spec_of(group)
    except InvalidSetting:
        st.caption(_(parts.words.other_version).format(id=group.id))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            group.name or parts.kind.title_of(spec),
            key=f"{parts.kind.page}_open_{group.id}",
            icon=":material/open_in_new:",
            on_click=_open,
            args=(parts, group.id, spec),
            type="tertiary",
        )
        details = [*seeds_and_steps(spec)]
        if parts.kind.has_depths:
            details.insert(0, with_commas(map(family_name, spec.families)))
        else:
            states = {run.state for run in server.store().runs(group=group.id)}
            details.append(with_commas(sorted(labels.label(labels.STATES, state) for state in states)))
        st.caption(" · ".join(details), width="content")


@in_readers_language
def _open(parts: Parts, group_id: str, spec: Experiment) -> None:
    parts.form.open(group_id, parts.kind.preset_of(spec), spec)


@in_readers_language
def _close(parts: Parts) -> None:
    parts.form.show(None)
