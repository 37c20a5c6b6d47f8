"""What to look for among the runs: words, states, networks, data sets. Kept in the link."""

from typing import Final

import streamlit as st

from resnet_viz.data.catalogue import DATASETS
from resnet_viz.events import RunState
from resnet_viz.figures.theme import ROLES
from resnet_viz.locale import gettext as _
from resnet_viz.store import RunQuery
from resnet_viz.ui import labels
from resnet_viz.ui.owner import owner
from resnet_viz.ui.runs_state import back_to_first

GROUP: Final = "runs_group"


def runs_filter() -> RunQuery:
    """Show the fields; what they ask for."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="runs_filter"):
        text = st.text_input(
            _("Search"),
            key="runs_text",
            type="search",
            bind="query-params",
            placeholder=_("name, notes, tag, plain-32, data set, identifier …"),
            icon=":material/search:",
            on_change=back_to_first,
            width=300,
        )
        roles = st.pills(
            _("Network"),
            list(ROLES),
            selection_mode="multi",
            format_func=lambda role: labels.label(labels.ROLES, role),
            key="runs_role",
            bind="query-params",
            on_change=back_to_first,
        )
        states = st.multiselect(
            _("State"),
            [state.value for state in RunState],
            format_func=lambda state: labels.label(labels.STATES, state),
            key="runs_state",
            bind="query-params",
            on_change=back_to_first,
            placeholder=_("all"),
            width=170,
        )
        datasets = st.multiselect(
            _("Data set"),
            list(DATASETS),
            format_func=lambda name: _(DATASETS[name].title),
            key="runs_data",
            bind="query-params",
            on_change=back_to_first,
            placeholder=_("all"),
            width=170,
        )
        pinned = st.toggle(_("Pinned"), key="runs_pinned", bind="query-params", on_change=back_to_first)
        mine = st.toggle(_("Mine"), key="runs_mine", bind="query-params", on_change=back_to_first)
    group = st.session_state.get(GROUP)
    if group:
        st.button(
            _("Only the group {group}: show all again").format(group=group),
            icon=":material/filter_alt_off:",
            on_click=show_group,
            args=(None,),
            key="runs_all_groups",
        )
    return RunQuery(
        text=text or "",
        states=[RunState(state) for state in states] or None,
        roles=list(roles) or None,
        datasets=datasets or None,
        pinned=True if pinned else None,
        owner=owner() if mine else None,
        group=group,
    )


def show_group(group_id: str | None) -> None:
    """List the runs of one group only, or of all."""
    st.session_state[GROUP] = group_id
    back_to_first()
