"""What to look for among the runs: words, states, networks, data sets. Kept in the link."""

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from resnet_viz.data.catalogue import DATASETS
from resnet_viz.events import RunState
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import ROLES
from resnet_viz.store import RunQuery
from resnet_viz.ui import labels
from resnet_viz.ui.linked_choices import LinkedChoices
from resnet_viz.ui.permissions import owner
from resnet_viz.ui.runs.state import GROUPS, back_to_first
from resnet_viz.ui.translated import choose

GROUP: Final = "runs_group"
RUNS_VIEW: Final = "runs"
GROUPS_VIEW: Final = "groups"
_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "network": tuple(ROLES),
    "state": tuple(state.value for state in RunState),
    "data": tuple(DATASETS),
    "only": ("pinned", "mine"),
}
LINK: Final = LinkedChoices("runs", ("view", "q", *_CHOICES))


def runs_view() -> str:
    """Show the choice between `RUNS_VIEW` and `GROUPS_VIEW`; what is chosen."""
    names = {RUNS_VIEW: _("Single runs"), GROUPS_VIEW: _("Races, sweeps and other groups")}
    return LINK.choose(
        "view",
        list(names),
        RUNS_VIEW,
        lambda key: choose(
            st.segmented_control,
            _("Show"),
            list(names),
            lambda view: names[view],
            key=key,
            required=True,
            label_visibility="collapsed",
        ),
    )


def runs_filter() -> RunQuery:
    """Show the fields; what they ask for."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="runs_filter"):
        text = LINK.write_text(
            "q",
            lambda key: st.text_input(
                _("Search"),
                key=key,
                type="search",
                placeholder=_("name, notes, tag, plain-32, data set, ID …"),
                icon=":material/search:",
                on_change=back_to_first,
                width=190,
            ),
        )
        networks = {role: labels.label(labels.ROLES, role) for role in ROLES}
        roles = _pills("network", _("Network"), networks)
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
    return RunQuery(
        text=text,
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
    LINK.choose_now("view", RUNS_VIEW)
    show_group(group_id)


def show_groups(group_id: str) -> None:
    """Choose one group in the table of groups; a callback."""
    LINK.choose_now("view", GROUPS_VIEW)
    GROUPS.choose([group_id])
    show_group(None)


def _pills(name: str, title: str, names: dict[str, str]) -> list[str]:
    return _some(name, title, names, st.pills, selection_mode="multi")


def _multiselect(name: str, title: str, names: dict[Any, str]) -> list[str]:
    return _some(name, title, names, st.multiselect, placeholder=_("all"), width=130)


def _some(
    name: str, title: str, names: dict[Any, str], widget: Callable[..., object], **more: Any
) -> list[str]:
    options = _CHOICES[name]
    return LINK.choose_several(
        name,
        options,
        lambda key: choose(
            widget, title, options, lambda value: names[value], key=key, on_change=back_to_first, **more
        ),
    )
