"""The page of a kind of experiment: settings on top, what they led to below."""

import streamlit as st

from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.images.names import inert
from resnet_viz.jobs.experiments import experiment_group, spec_of
from resnet_viz.locale import gettext as _
from resnet_viz.store import GroupRecord
from resnet_viz.ui import server
from resnet_viz.ui.experiment.form import experiment_form, folded
from resnet_viz.ui.experiment.panel import panel
from resnet_viz.ui.experiment.parts import Parts
from resnet_viz.ui.experiment.recent import recent
from resnet_viz.ui.experiment.starting import start_button


def experiment_page(parts: Parts) -> None:
    """Everything on the page; the form is one line of it where there is a result to see."""
    parts.form.take_over(lambda group_id: _settings(parts, group_id))
    asked_id = parts.form.group_id()
    current = _open(parts, asked_id)
    title = _(parts.page.title)
    if current is None and parts.recorded is None:
        st.title(title, anchor=False)
        st.markdown(_(parts.words.intro))
        with st.container(border=True, key=f"{parts.kind.page}_form_card"):
            asked, place = experiment_form(parts, parts.preview)
            start_button(place or st.container(), parts, None, asked)
    else:
        with st.container(horizontal=True, key="experiment_top", gap="small"):
            st.title(title, anchor=False, width="content")
            with folded(parts, asked_id):
                st.markdown(_(parts.words.intro))
                asked, _place = experiment_form(parts)
            start_button(st.container(width="content"), parts, current, asked)
    if asked_id is not None and current is None:
        st.warning(_(parts.words.unknown).format(id=inert(asked_id[:40])), icon=":material/search_off:")
    if current is not None:
        panel(parts, current, None if asked is None else asked.spec)
    elif parts.recorded is not None:
        parts.recorded()
    recent(parts, asked_id)


def _open(parts: Parts, named: str | None) -> GroupRecord | None:
    if named is None:
        return None
    try:
        group = experiment_group(server.store(), named, parts.kind)
    except NotFound:
        return None
    # A beginning is enough on the command line; a link must name the experiment.
    return group if group.id == named else None


def _settings(parts: Parts, named: str) -> Experiment | None:
    """Of the experiment that a link names; None where there is none, or one of another version."""
    group = _open(parts, named)
    try:
        return None if group is None else spec_of(group)
    except InvalidSetting:
        return None
