"""A file from the browser, taken in as soon as it is chosen."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from resnet_viz.errors import ResnetVizError
from resnet_viz.locale import gettext as _

T = TypeVar("T")


def import_on_choice(
    label: str,
    take: Callable[[bytes, str], T],
    *,
    key: str,
    most_mb: int,
    types: Sequence[str] | None = None,
) -> T | None:
    """Show where a file can be dropped; what ``take`` makes of its content and name, once for each file.

    What ``take`` refuses (`ResnetVizError`) is said below, as long as that file stands there.
    """
    count_key, refused_key = f"{key}_count", f"{key}_refused"
    count = int(st.session_state.get(count_key, 0))  # a taken file leaves an empty place for the next
    with st.container(key=key):
        file = st.file_uploader(
            label, list(types or ()) or None, key=f"{key}_{count}", max_upload_size=most_mb
        )
    if file is None:
        st.session_state.pop(refused_key, None)
        return None
    refused_file, refusal = st.session_state.get(refused_key, ("", None))
    if file.file_id != refused_file:
        try:
            with st.spinner(_("Checking the file …")):
                taken = take(file.getvalue(), file.name)
        except ResnetVizError as error:
            st.session_state[refused_key], refusal = (file.file_id, error), error
        else:
            st.session_state[count_key] = count + 1
            return taken
    st.error(str(refusal), icon=":material/block:")
    return None
