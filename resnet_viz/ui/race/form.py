"""What to race: preset, depth, one button, and every other setting behind an expander."""

from typing import Final

import streamlit as st

from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE
from resnet_viz.experiments.presets import CUSTOM
from resnet_viz.locale import gettext as _
from resnet_viz.specs import MAX_DEPTH, legal_depths
from resnet_viz.ui.linked_form import RACE_FORM
from resnet_viz.ui.settings_form import all_settings, choose_preset, choose_seeds, in_short, with_changes
from resnet_viz.wording import running_text

_SHOWN_DEPTH: Final = 110
"""The depth slider ends here, as the paper's figures do; a link may go further."""
_COLUMN_PX: Final = 230
"""The button's text fits into this, in both languages."""


def race_form() -> Experiment | None:
    """Show the form; the race to start when the button was pressed with settings that can be had."""
    with st.container(border=True, key="race_form_card"):
        preset = choose_preset(RACE_FORM)
        with st.grid(3, min_column_width=_COLUMN_PX, vertical_alignment="bottom", gap="medium"):
            with st.container():
                _depth()
            with st.container():
                choose_seeds(RACE_FORM)
            button_column = st.container()
        summary = st.empty()
        all_settings(RACE_FORM, expanded=preset == CUSTOM)
        race = _checked_race()
        if race is not None:
            RACE_FORM.keep(race)
            summary.caption(_summary(race, preset))
        with button_column:
            pressed = st.button(
                _("Start the race"),
                type="primary",
                icon=":material/play_arrow:",
                width="stretch",
                disabled=race is None,
                key="race_start",
            )
    return race if pressed else None


def _checked_race() -> Experiment | None:
    try:
        race = RACE_FORM.asked_for()
        race.fitted()
    except InvalidSetting as refusal:
        st.error(str(refusal), icon=":material/block:")
        return None
    return race


def _summary(race: Experiment, preset: str) -> str:
    text = _(
        "{networks} networks · {steps} steps, batch size {batch} · {dataset}, {images} images, "
        "{side}×{side} px"
    ).format(networks=2 * race.seeds, **in_short(race.run))
    return with_changes(text, RACE_FORM, preset, race)


def _depth() -> None:
    setting = RACE.settings["depth"]
    key = RACE_FORM.key("depth")
    st.select_slider(
        _(setting.label),
        legal_depths(
            st.session_state[RACE_FORM.key("block")], up_to=max(_SHOWN_DEPTH, st.session_state[key])
        ),
        key=key,
        help=running_text((_(setting.help), _("A link may ask for up to {most}.").format(most=MAX_DEPTH))),
    )
