"""What to look for among the runs: words, states, networks, data sets. Kept in the link."""

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from resnet_viz.data.catalogue import DATASETS
from resnet_viz.errors import NotFound
from resnet_viz.events import RunState
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import ROLES
from resnet_viz.store import RunQuery
from resnet_viz.ui import labels, server
from resnet_viz.ui.linked_choices import LinkedChoices
from resnet_viz.ui.permissions import owner
from resnet_viz.ui.runs.group_rows import name_of
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
    """Show the choice between `GROUPS_VIEW` and `RUNS_VIEW`; what is chosen."""
    names = {GROUPS_VIEW: _("Races and sweeps"), RUNS_VIEW: _("Single runs")}
    return LINK.choose(
        "view",
        list(names),
        GROUPS_VIEW,
        lambda key: choose(
            st.segmented_control,
            _("Show"),
            list(names),
            lambda view: names[view],
            key=key,
            required=True,
            label_visibility="collapsed",
            width="content",
        ),
    )


def runs_filter() -> RunQuery:
    """Show the field to search in and, folded, the filters; what they ask for."""
    text = LINK.write_text(
        "q",
        lambda key: st.text_input(
            _("Search"),
            key=key,
            type="search",
            placeholder=_("Search: name, tag, plain-32 …"),
            icon=":material/search:",
            on_change=back_to_first,
            label_visibility="collapsed",
            width=280,
        ),
    )
    asked = sum(bool(LINK.said(name)) for name in _CHOICES)
    title = _("Filter ({count})").format(count=asked) if asked else _("Filter")
    with st.popover(title, icon=":material/filter_list:", key="runs_filter"):
        networks = {role: labels.label(labels.ROLES, role) for role in ROLES}
        roles = _pills("network", _("Network"), networks)
        states = _multiselect("state", _("State"), {s: labels.label(labels.STATES, s) for s in RunState})
        datasets = _multiselect("data", _("Data set"), {n: _(info.title) for n, info in DATASETS.items()})
        only = _pills("only", _("Only"), {"pinned": _("Pinned"), "mine": _("Mine")})
    group = st.session_state.get(GROUP)
    if group:
        st.button(
            _("Only {group}: show all again").format(group=_title(group)),
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


def _title(group_id: str) -> str:
    try:
        group = server.store().group(group_id)
    except NotFound:
        return group_id
    return name_of(group)


def _pills(name: str, title: str, names: dict[str, str]) -> list[str]:
    return _some(name, title, names, st.pills, selection_mode="multi")


def _multiselect(name: str, title: str, names: dict[Any, str]) -> list[str]:
    return _some(name, title, names, st.multiselect, placeholder=_("all"))


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
