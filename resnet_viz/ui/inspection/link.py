"""What the Inspect page shows: every choice in the link, kept while one visits other pages.

A choice is made by a widget from a list of options. The link says only what
differs from the default, by the text of the option; what a link asks for and
cannot be had falls back to the default and is reported.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import streamlit as st

from resnet_viz.locale import current_language
from resnet_viz.locale import gettext as _
from resnet_viz.ui.address_bar import unknown
from resnet_viz.ui.translated import key_in_language

T = TypeVar("T")

PARAMETERS: Final = (
    "networks",
    "left",
    "right",
    "cell",
    "step",
    "source",
    "image",
    "photo",
    "class",
    "group",
    "order",
    "fit",
    "look",
    "when",
    "layer",
    "layer2",
    "method",
    "target",
    "view",
    "scale",
    "opacity",
    "sort",
    "shade",
    "map",
    "map2",
    "measure",
)
"""Names in the link; no other page uses them."""

_KEPT: Final = "inspect_kept"
_NOTICES: Final = "inspect_notices"
_LANGUAGE: Final = "inspect_language"
_LONGEST_SHOWN: Final = 40


def widget_key(name: str) -> str:
    """The session key of the widget for the choice ``name``; in another language it begins from the link."""
    return key_in_language(f"inspect_{name}")


def take_over_link() -> None:
    """Follow the link where it says something else than this page wrote last; before any widget."""
    link = {name: value for name, value in st.query_params.items() if name in PARAMETERS}
    kept = st.session_state.get(_KEPT)
    says_more = kept is None or bool(link and link != kept)
    if says_more or st.session_state.get(_LANGUAGE) != current_language():
        st.session_state[_LANGUAGE] = current_language()
        for name in PARAMETERS:
            st.session_state.pop(widget_key(name), None)
    if says_more:
        st.session_state[_KEPT] = link
        st.session_state[_NOTICES] = {}
    elif kept and not link:
        st.query_params.update(kept)


def choose(
    name: str,
    options: Sequence[T],
    default: T,
    widget: Callable[[str], object],
    *,
    unsaid: T | None = None,
) -> T:
    """What the person, else the link, else ``default`` says.

    Args:
        widget: makes the widget for the given session key, whose value is already set.
        unsaid: the value that the link need not name; by default ``default``.
    """
    key = widget_key(name)
    _settle(name, key, options, default)
    widget(key)
    value: T | None = st.session_state[key]
    if value is None:  # a control that was cleared
        value = default
    remember(name, value, default if unsaid is None else unsaid)
    return value


def choose_now(name: str, value: object) -> None:
    """Make the widget for ``name`` show ``value``; for callbacks."""
    st.session_state[widget_key(name)] = value


def recall(name: str, options: Sequence[T], default: T) -> T:
    """The choice ``name``, which no widget of Streamlit's makes."""
    key = widget_key(name)
    _settle(name, key, options, default)
    value: T = st.session_state[key]
    remember(name, value, default)
    return value


def remember(name: str, value: object, default: object) -> None:
    """Write ``value`` to the link, or take the choice out of it where it is the default."""
    kept: dict[str, str] = st.session_state[_KEPT]
    text = None if value == default else str(value)
    if text is None:
        kept.pop(name, None)
        if name in st.query_params:
            del st.query_params[name]
    elif kept.get(name) != text or st.query_params.get(name) != text:
        kept[name] = text
        st.query_params[name] = text


def notices() -> list[str]:
    """What in the link could not be had, one sentence each."""
    return [*st.session_state.get(_NOTICES, {}).values(), *unknown(PARAMETERS)]


def _settle(name: str, key: str, options: Sequence[T], default: T) -> None:
    if key in st.session_state:
        if st.session_state[key] not in options:
            st.session_state[key] = default
        return
    wanted = st.session_state[_KEPT].get(name)
    value = default
    if wanted is not None:
        found = [option for option in options if str(option) == wanted]
        value = found[0] if found else default
        if not found:
            st.session_state[_NOTICES][name] = _(
                "The link asks for {name}={value}, which there is not here; {fallback} is used."
            ).format(name=name, value=wanted[:_LONGEST_SHOWN], fallback=default)
    st.session_state[key] = value
