"""What to look for among the runs: words, states, networks, data sets. Kept in the link.

Streamlit's own binding writes what an option is called on the page; these links
name the values themselves, so that they say the same in every language.
"""

from typing import Any, Final

import streamlit as st

from resnet_viz.data.catalogue import DATASETS
from resnet_viz.events import RunState
from resnet_viz.figures.theme import ROLES
from resnet_viz.locale import gettext as _
from resnet_viz.store import RunQuery
from resnet_viz.ui import labels
from resnet_viz.ui.permissions import owner
from resnet_viz.ui.runs.state import GROUPS, back_to_first
from resnet_viz.ui.translated import choose

GROUP: Final = "runs_group"
RUNS_VIEW: Final = "runs"
GROUPS_VIEW: Final = "groups"
_VIEW: Final = "runs_view"
_VIEW_PARAMETER: Final = "view"
_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "network": ROLES,
    "state": tuple(state.value for state in RunState),
    "data": tuple(DATASETS),
    "only": ("pinned", "mine"),
}
_TEXT: Final = "q"
PARAMETERS: Final = (_VIEW_PARAMETER, _TEXT, *_CHOICES)
"""What the page's link may say."""


def runs_view() -> str:
    """Show the choice between `RUNS_VIEW` and `GROUPS_VIEW`; what is chosen."""
    if _VIEW not in st.session_state:
        linked = st.query_params.get(_VIEW_PARAMETER)
        st.session_state[_VIEW] = GROUPS_VIEW if linked == GROUPS_VIEW else RUNS_VIEW
    names = {RUNS_VIEW: _("Single runs"), GROUPS_VIEW: _("Races, sweeps and other groups")}
    choose(
        st.segmented_control,
        _("Show"),
        list(names),
        lambda view: names[view],
        key=_VIEW,
        required=True,
        label_visibility="collapsed",
    )
    chosen: str = st.session_state[_VIEW]
    if chosen == GROUPS_VIEW:
        st.query_params[_VIEW_PARAMETER] = chosen
    elif _VIEW_PARAMETER in st.query_params:
        del st.query_params[_VIEW_PARAMETER]
    return chosen


def runs_filter() -> RunQuery:
    """Show the fields; what they ask for."""
    _take_over_link()
    with st.container(horizontal=True, vertical_alignment="bottom", key="runs_filter"):
        text = st.text_input(
            _("Search"),
            key=_key(_TEXT),
            type="search",
            placeholder=_("name, notes, tag, plain-32, data set, ID …"),
            icon=":material/search:",
            on_change=back_to_first,
            width=190,
        )
        roles = _pills("network", _("Network"), {role: labels.label(labels.ROLES, role) for role in ROLES})
        only = _pills("only", _("Only"), {"pinned": _("Pinned"), "mine": _("Mine")})
        states = _multiselect("state", _("State"), {s: labels.label(labels.STATES, s) for s in RunState})
        datasets = _multiselect("data", _("Data set"), {n: _(info.title) for n, info in DATASETS.items()})
    group = st.session_state.get(GROUP)
    if group:
        st.button(
            _("Only the group {group}: show all again").format(group=group),
            icon=":material/filter_alt_off:",
            on_click=show_group,
            args=(None,),
            key="runs_all_groups",
        )
    _write_link()
    return RunQuery(
        text=text or "",
        states=[RunState(state) for state in states] or None,
        roles=[role for role in ROLES if role in roles] or None,
        datasets=datasets or None,
        pinned=True if "pinned" in only else None,
        owner=owner() if "mine" in only else None,
        group=group,
    )


def show_group(group_id: str | None) -> None:
    """Restrict the tables to one group, or to none; a callback."""
    st.session_state[GROUP] = group_id
    back_to_first()


def show_runs_of(group_id: str) -> None:
    """List the runs of one group; a callback."""
    st.session_state[_VIEW] = RUNS_VIEW
    show_group(group_id)


def show_groups(group_id: str) -> None:
    """Choose one group in the table of groups; a callback."""
    st.session_state[_VIEW] = GROUPS_VIEW
    GROUPS.choose([group_id])
    show_group(None)


def _pills(name: str, title: str, names: dict[str, str]) -> list[str]:
    chosen: list[str] = choose(
        st.pills,
        title,
        _CHOICES[name],
        lambda value: names[value],
        key=_key(name),
        on_change=back_to_first,
        selection_mode="multi",
    )
    return chosen


def _multiselect(name: str, title: str, names: dict[Any, str]) -> list[str]:
    chosen: list[str] = choose(
        st.multiselect,
        title,
        _CHOICES[name],
        lambda value: names[value],
        key=_key(name),
        on_change=back_to_first,
        placeholder=_("all"),
        width=130,
    )
    return chosen


def _key(name: str) -> str:
    return f"runs_filter_{name}"


def _take_over_link() -> None:
    """Give the fields what the link says, before they are first made; unknown values are left out."""
    if _key(_TEXT) not in st.session_state:
        st.session_state[_key(_TEXT)] = st.query_params.get(_TEXT, "")
    for name, choices in _CHOICES.items():
        if _key(name) not in st.session_state:
            linked = st.query_params.get(name, "").split(",")
            st.session_state[_key(name)] = [value for value in choices if value in linked]


def _write_link() -> None:
    wanted = {name: ",".join(st.session_state[_key(name)]) for name in _CHOICES}
    wanted[_TEXT] = st.session_state[_key(_TEXT)] or ""
    for name, value in wanted.items():
        if value and st.query_params.get(name) != value:
            st.query_params[name] = value
        elif not value and name in st.query_params:
            del st.query_params[name]
