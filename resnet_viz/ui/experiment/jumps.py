"""Links to the parts of a long page, for those who see little of it at a time."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from resnet_viz.locale import gettext as _


def jumps(sections: Mapping[str, str]) -> None:
    """A link to each of ``sections``, title by anchor; shown where the page is narrow."""
    links = "".join(f'<a href="#{anchor}">{escape(_(title))}</a>' for anchor, title in sections.items())
    st.html(f'<nav class="jumps" aria-label="{escape(_("Parts of this page"))}">{links}</nav>')


def anchor(name: str) -> None:
    """A place on the page that a link can name."""
    st.html(f'<div id="{name}" class="anchor"></div>')
