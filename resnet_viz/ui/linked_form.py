"""The settings of a page in its link and in its widgets, kept in step.

Where the link says something new, the widgets follow it. Otherwise they speak,
and what they say is written to the link.
"""

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import PRESET_PARAMETER, RACE, SWEEP, Kind
from resnet_viz.experiments.presets import CUSTOM
from resnet_viz.networks.families import nearest_possible_depths
from resnet_viz.specs import NetworkSpec
from resnet_viz.ui.link import Link, say_again

_YES: Final = "yes"


class LinkedForm:
    """The form of a page.

    Args:
        page: begins the session keys.
        group_parameter: names the race or sweep that is shown in the link.
        switch: a parameter of the link that is ``yes`` or absent; its session key is ``page_switch``.
    """

    def __init__(self, page: str, kind: Kind, group_parameter: str, switch: str | None = None) -> None:
        self.page = page
        self.kind = kind
        self.preset_key = f"{page}_preset"
        self.switch_key = f"{page}_{switch}"
        self._group_parameter = group_parameter
        self._switch = switch
        self._form = f"{page}_form"
        switches = () if switch is None else (switch,)
        self._link = Link(page, (PRESET_PARAMETER, group_parameter, *kind.settings, *switches))

    def key(self, name: str) -> str:
        """The session key of the widget for the setting ``name``."""
        return f"{self.page}_set_{name}"

    def take_over(self, settings_of: Callable[[str], Experiment | None]) -> None:
        """Bring the widgets' values in line with the link, before any widget is made.

        A link that says nothing of settings means those of the race or sweep that it names (``settings_of``).
        """
        if self._link.arrived():
            said = self._link.all_said()
            named = self.group_id()
            meant = settings_of(named) if named is not None and not self._says_settings(said) else None
            if meant is not None:
                self.put(self.kind.preset_of(meant), meant)
            else:
                preset, spec, notices = self.kind.from_link(said)
                for notice in notices:
                    self._link.report(notice)
                self.put(preset, spec)
        elif any(self.key(name) not in st.session_state for name in self.kind.settings):
            # Coming back from another page, where Streamlit has forgotten what the widgets said.
            self.put(*self.kept())
        else:
            for key in (self.preset_key, *map(self.key, self.kind.settings)):
                say_again(key)
            return
        if self._switch is not None:
            st.session_state[self.switch_key] = self._link.said(self._switch) == _YES

    def _says_settings(self, said: Mapping[str, str]) -> bool:
        return any(name in said for name in (PRESET_PARAMETER, *self.kind.settings))

    def put(self, preset: str, spec: Experiment) -> None:
        """Make the widgets show ``spec``; only before they are made in this run, or in a callback."""
        st.session_state[self._form] = (preset, spec)
        st.session_state[self.preset_key] = preset
        for name, setting in self.kind.settings.items():
            value = setting.of(spec)
            st.session_state[self.key(name)] = list(value) if isinstance(value, tuple) else value

    def preset(self) -> str:
        """The preset that is chosen."""
        chosen: str | None = st.session_state[self.preset_key]
        return chosen or self.kind.default

    def preset_changed(self) -> None:
        """For the callback of the presets' widget: start from the one chosen."""
        if self.preset() != CUSTOM:
            self.back_to_preset()

    def back_to_preset(self) -> None:
        """Make the widgets show what the preset asks for; for callbacks."""
        self.put(self.preset(), self.kind.start(self.preset()))

    def blocks_changed(self) -> None:
        """For callbacks, after a change of block or families: take the nearest depths that they have."""
        base = NetworkSpec.model_construct(block=st.session_state[self.key("block")])
        key = self.key("depths" if self.kind.has_depths else "depth")
        asked = st.session_state[key] if self.kind.has_depths else [st.session_state[key]]
        try:
            depths = nearest_possible_depths(asked, st.session_state[self.key("families")], base)
        except InvalidSetting:
            return  # an unknown family; the form says so
        st.session_state[key] = list(depths) if self.kind.has_depths else depths[0]

    def asked_for(self) -> Experiment:
        """What the widgets describe; raises `InvalidSetting`."""
        values = {name: st.session_state[self.key(name)] for name in self.kind.settings}
        return self.kind.with_all(self.preset(), values)

    def keep(self, spec: Experiment) -> None:
        """Remember ``spec`` and write it to the link."""
        st.session_state[self._form] = (self.preset(), spec)
        self.show(self.group_id())

    def kept(self) -> tuple[str, Experiment]:
        """Preset and spec that the form had when it was last in order."""
        form: tuple[str, Experiment] = st.session_state[self._form]
        return form

    def group_id(self) -> str | None:
        """The race or sweep that the link names."""
        return self._link.said(self._group_parameter) or None

    def show(self, group_id: str | None) -> None:
        """Make the link name ``group_id``, its settings being those kept, and the switch as it is."""
        link = self.kind.to_link(*self.kept())
        if group_id is not None:
            link[self._group_parameter] = group_id
        if self._switch is not None and st.session_state.get(self.switch_key):
            link[self._switch] = _YES
        self._link.say(link)

    def open(self, group_id: str | None, preset: str, spec: Experiment) -> None:
        """Show ``group_id`` with its settings, or none; for callbacks."""
        self.put(preset, spec)
        self.show(group_id)

    def notices(self) -> list[str]:
        """What in the link could not be had, one sentence each."""
        return self._link.notices()


RACE_FORM: Final = LinkedForm("race", RACE, "race")
DEPTH_FORM: Final = LinkedForm("depth", SWEEP, "sweep", switch="published")
