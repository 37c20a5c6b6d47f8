"""Which sweep the page is about: settings in the link and in the widgets, kept in step.

As on the Race page: a link that says something else than this page wrote last
is read; otherwise the widgets speak, and what they say is written to the link.
"""

from typing import Final

import streamlit as st

from resnet_viz.specs import legal_depths
from resnet_viz.sweeps import SweepSpec
from resnet_viz.ui.depth_link import (
    PRESET_PARAMETER,
    SETTINGS,
    SWEEP_PARAMETER,
    from_link,
    preset_sweep,
    to_link,
)

_FORM: Final = "depth_form"
_WRITTEN: Final = "depth_link"
_NOTICES: Final = "depth_notices"
_PUBLISHED: Final = "published"
_YES: Final = "yes"
_PARAMETERS: Final = frozenset({PRESET_PARAMETER, SWEEP_PARAMETER, _PUBLISHED, *SETTINGS})
PRESET_KEY: Final = "depth_preset"
PUBLISHED_KEY: Final = "depth_published"
SHOWN_DEPTH: Final = 110
"""Depths to press end here, as the paper's figures do; a link and the range go further."""


def widget_key(name: str) -> str:
    """The session key of the widget for the setting ``name``."""
    return f"depth_set_{name}"


def take_over_link() -> None:
    """Bring the widgets' values in line with the link, before any widget is made."""
    link = {name: value for name, value in st.query_params.items() if name in _PARAMETERS}
    written: dict[str, str] | None = st.session_state.get(_WRITTEN)
    if written is not None and (link == written or not link):
        if PRESET_KEY not in st.session_state:
            put_into_widgets(*st.session_state[_FORM])
            st.session_state[PUBLISHED_KEY] = written.get(_PUBLISHED) == _YES
            st.query_params.update(written)
        return
    preset, sweep, notices = from_link(link)
    st.session_state[_WRITTEN] = link
    st.session_state[_NOTICES] = notices
    st.session_state[PUBLISHED_KEY] = link.get(_PUBLISHED) == _YES
    put_into_widgets(preset, sweep)


def put_into_widgets(preset: str, sweep: SweepSpec) -> None:
    """Make the widgets show ``sweep``; only before they are made in this run, or in a callback."""
    st.session_state[_FORM] = (preset, sweep)
    st.session_state[PRESET_KEY] = preset
    for setting in SETTINGS.values():
        value = setting.of(sweep)
        st.session_state[widget_key(setting.name)] = list(value) if isinstance(value, tuple) else value


def asked_for() -> SweepSpec:
    """The sweep that the widgets describe; raises `InvalidSetting`."""
    values = preset_sweep(st.session_state[PRESET_KEY]).model_dump()
    for setting in SETTINGS.values():
        part = values if setting.part == "sweep" else values["run"][setting.part]
        part[setting.field] = st.session_state[widget_key(setting.name)]
    network = values["run"]["network"]
    # Cells have depths of their own; the recipe's only has to be one that its block has.
    legal = legal_depths(network["block"])
    network["depth"] = network["depth"] if network["depth"] in legal else legal[0]
    return SweepSpec.checked(**values)


def keep(sweep: SweepSpec) -> None:
    """Remember ``sweep`` and write it to the link."""
    preset = st.session_state[PRESET_KEY]
    st.session_state[_FORM] = (preset, sweep)
    _write(to_link(preset, sweep), sweep_id())


def kept() -> tuple[str, SweepSpec]:
    """Preset and sweep that the form had when it was last in order."""
    form: tuple[str, SweepSpec] = st.session_state[_FORM]
    return form


def sweep_id() -> str | None:
    """The sweep that the link names."""
    return st.query_params.get(SWEEP_PARAMETER)


def show_sweep(group_id: str) -> None:
    """Make the link name the sweep ``group_id``, its settings being those in the widgets."""
    _write(to_link(*kept()), group_id)


def open_sweep(group_id: str | None, preset: str, sweep: SweepSpec) -> None:
    """Show the sweep ``group_id`` with its settings, or none; for callbacks."""
    put_into_widgets(preset, sweep)
    _write(to_link(preset, sweep), group_id)


def write_view() -> None:
    """Bring what is chosen of the charts into the link."""
    _write(to_link(*kept()), sweep_id())


def notices() -> list[str]:
    """What in the link could not be had, one sentence each."""
    found: list[str] = st.session_state.get(_NOTICES, [])
    return found


def _write(link: dict[str, str], group_id: str | None) -> None:
    if group_id is not None:
        link = link | {SWEEP_PARAMETER: group_id}
    if st.session_state.get(PUBLISHED_KEY):
        link = link | {_PUBLISHED: _YES}
    for name in _PARAMETERS & set(st.query_params) - set(link):
        del st.query_params[name]
    changed = {name: value for name, value in link.items() if st.query_params.get(name) != value}
    if changed:
        st.query_params.update(changed)
    st.session_state[_WRITTEN] = link
