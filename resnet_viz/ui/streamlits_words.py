"""Words that Streamlit says in English only, in the reader's language.

``style.css`` and ``names.js`` put them in.
"""

import json

import streamlit as st

from resnet_viz.locale import gettext as _


def say_for_streamlit() -> None:
    """Add the words to the page, as values that the rules of style find."""
    words = {
        "refused": _(
            "This file was not accepted: it is too large, of the wrong type, or the connection was lost."
        ),
        "skip": _("Skip to the content"),
        "open": _("Open: {name}"),
        "less": _("Less: {name}"),
        "more": _("More: {name}"),
        "help": _("Help for {name}"),
        "remove": _("Remove {name}"),
        "clear": _("Remove all"),
        "home": _("To the first page"),
    }
    said = " ".join(f"--word-{name}: {json.dumps(text, ensure_ascii=False)};" for name, text in words.items())
    st.html(f"<style>:root {{ {said} }}</style>")
