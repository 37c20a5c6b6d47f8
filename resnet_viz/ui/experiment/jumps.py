"""Links to the parts of a long page, for those who see little of it at a time."""

from html import escape

import streamlit as st

from resnet_viz.locale import gettext as _
from resnet_viz.ui.experiment.parts import Parts


def jumps(parts: Parts) -> None:
    """One link a section; shown where the page is narrow."""
    links = "".join(f'<a href="#{anchor}">{escape(_(title))}</a>' for anchor, title in parts.sections.items())
    st.html(f'<nav class="jumps" aria-label="{escape(_("Parts of this page"))}">{links}</nav>')


def anchor(name: str) -> None:
    """A place on the page that a link can name."""
    st.html(f'<div id="{name}" class="anchor"></div>')
