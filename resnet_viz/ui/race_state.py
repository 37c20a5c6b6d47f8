"""Which race the page is about: settings in the link and in the widgets, kept in step.

The link is read when it says something else than this page wrote last: on the
first visit, after the back button, from a pasted address. Otherwise the
widgets speak, and what they say is written to the link.
"""

from typing import Any, Final

import streamlit as st

from resnet_viz.specs import RaceSpec, legal_depths, nearest_depths
from resnet_viz.ui.race_link import (
    PRESET_PARAMETER,
    RACE_PARAMETER,
    SETTINGS,
    from_link,
    preset_race,
    to_link,
)

_FORM: Final = "race_form"
_WRITTEN: Final = "race_link"
_NOTICES: Final = "race_notices"
_PARAMETERS: Final = frozenset({PRESET_PARAMETER, RACE_PARAMETER, *SETTINGS})
PRESET_KEY: Final = "race_preset"
SHOWN_DEPTH: Final = 110
"""The depth slider ends here, as the paper's figures do; a link may go further."""


def widget_key(name: str) -> str:
    """The session key of the widget for the setting ``name``."""
    return f"race_set_{name}"


def take_over_link() -> None:
    """Bring the widgets' values in line with the link, before any widget is made."""
    link = {name: value for name, value in st.query_params.items() if name in _PARAMETERS}
    written: dict[str, str] | None = st.session_state.get(_WRITTEN)
    if written is not None and (link == written or not link):
        if PRESET_KEY not in st.session_state:
            put_into_widgets(*st.session_state[_FORM])
            st.query_params.update(written)
    else:
        preset, race, notices = from_link(link)
        st.session_state[_WRITTEN] = link
        st.session_state[_NOTICES] = notices
        put_into_widgets(preset, race)
    _keep_depth_legal()


def put_into_widgets(preset: str, race: RaceSpec) -> None:
    """Make the widgets show ``race``; only before they are made in this run, or in a callback."""
    st.session_state[_FORM] = (preset, race)
    st.session_state[PRESET_KEY] = preset
    for setting in SETTINGS.values():
        st.session_state[widget_key(setting.name)] = setting.of(race)


def asked_for() -> RaceSpec:
    """The race that the widgets describe; raises `InvalidSetting`."""
    values = preset_race(st.session_state[PRESET_KEY]).model_dump()
    for setting in SETTINGS.values():
        part = values if setting.part == "race" else values["run"][setting.part]
        part[setting.field] = st.session_state[widget_key(setting.name)]
    return RaceSpec.checked(**values)


def keep(race: RaceSpec) -> None:
    """Remember ``race`` and write it to the link."""
    preset = st.session_state[PRESET_KEY]
    st.session_state[_FORM] = (preset, race)
    _write(to_link(preset, race), race_id())


def race_id() -> str | None:
    """The race that the link names."""
    return st.query_params.get(RACE_PARAMETER)


def show_race(group_id: str) -> None:
    """Make the link name the race ``group_id``, its settings being those in the widgets."""
    preset, race = st.session_state[_FORM]
    _write(to_link(preset, race), group_id)


def open_race(group_id: str | None, preset: str, race: RaceSpec) -> None:
    """Show the race ``group_id`` with its settings, or none; for callbacks."""
    put_into_widgets(preset, race)
    _write(to_link(preset, race), group_id)


def notices() -> list[str]:
    """What in the link could not be had, one sentence each."""
    found: list[str] = st.session_state.get(_NOTICES, [])
    return found


def _write(link: dict[str, str], group_id: str | None) -> None:
    if group_id is not None:
        link = link | {RACE_PARAMETER: group_id}
    for name in _PARAMETERS & set(st.query_params) - set(link):
        del st.query_params[name]
    changed = {name: value for name, value in link.items() if st.query_params.get(name) != value}
    if changed:
        st.query_params.update(changed)
    st.session_state[_WRITTEN] = link


def _keep_depth_legal() -> None:
    block: Any = st.session_state[widget_key("block")]
    key = widget_key("depth")
    if st.session_state[key] not in legal_depths(block):
        st.session_state[key] = nearest_depths(block, st.session_state[key])[0]
