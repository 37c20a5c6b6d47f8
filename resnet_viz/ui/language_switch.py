"""Which language a page is in: what the link says or was chosen before, else the browser's."""

from typing import Final

import streamlit as st

from resnet_viz.locale import LANGUAGES, current_language
from resnet_viz.locale import gettext as _
from resnet_viz.ui import language
from resnet_viz.ui.address_bar import LANGUAGE
from resnet_viz.ui.link import Link

_LINK: Final = Link("language", (LANGUAGE,), everywhere=True)
_SWITCH: Final = "language_switch"


def choose_language() -> None:
    """Settle the language of this script run; an explicit choice stays in the link of every page."""
    _LINK.arrived()
    linked = _LINK.said(LANGUAGE)
    language.settle(linked if linked in LANGUAGES else of_browser())


def show_switch() -> None:
    """The control that changes the language."""
    st.session_state[_SWITCH] = current_language()
    st.segmented_control(
        _("Language"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key=_SWITCH,
        required=True,
        on_change=_switched,
        label_visibility="collapsed",
        width="content",
    )


def _switched() -> None:
    _LINK.say({LANGUAGE: st.session_state[_SWITCH]})


def of_browser() -> str:
    """What the browser prefers, of the languages there are."""
    locale = st.context.locale or "en"
    return "zh" if locale.lower().startswith("zh") else "en"
