"""What a person reads when a page fails: one sentence; the details go to the server's log."""

import logging

import streamlit as st

from resnet_viz.errors import ResnetVizError
from resnet_viz.locale import gettext as _
from resnet_viz.ui.language import in_readers_language

_log = logging.getLogger(__name__)


@in_readers_language
def tell(error: Exception) -> bool:
    """Show ``error`` in a sentence instead of Streamlit's message; for `st.App`."""
    if isinstance(error, ResnetVizError):
        st.error(str(error), icon=":material/error:")
    else:
        _log.error("a page failed", exc_info=error)
        st.error(
            _("ResNet Viz failed because of a bug. Reload the page; the server's log has the details."),
            icon=":material/error:",
        )
    return True
