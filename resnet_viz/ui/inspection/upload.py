"""An image of the reader's own: dropped, pasted, picked or photographed; it stays in the session."""

import json
from pathlib import Path
from typing import Final, NamedTuple

import streamlit as st

from resnet_viz.images.fitting import Wanted
from resnet_viz.images.refusals import MAX_BYTES, MAX_PIXELS
from resnet_viz.images.safely import Taken, decode_safely
from resnet_viz.locale import gettext as _
from resnet_viz.ui.component import component

_HERE: Final = Path(__file__).parent
_UPLOAD_KEY: Final = "inspect_upload"
_CAMERA_KEY: Final = "inspect_camera"


class Upload(NamedTuple):
    """A file as it came: its name is for showing only."""

    data: bytes
    name: str


def uploaded() -> Upload | None:
    """Show where a file can be dropped; what was, or None."""
    file = st.file_uploader(
        _("Your image"),
        key=_UPLOAD_KEY,
        label_visibility="collapsed",
        on_change=_forget,
        args=(_UPLOAD_KEY,),
    )
    _refine(_UPLOAD_KEY)
    found = _remembered(_UPLOAD_KEY, None if file is None else Upload(file.getvalue(), file.name))
    text = _(
        "Drop a photo here, paste one with Ctrl+V, or browse. JPEG, PNG or WebP, up to {size} MB and "
        "{pixels} megapixels. It is decoded on this machine, kept in memory until you remove it or close "
        "this tab, and never stored."
    )
    if found is None:
        st.caption(text.format(size=MAX_BYTES // 2**20, pixels=MAX_PIXELS // 1_000_000))
    return found


def photographed() -> Upload | None:
    """Show the camera; the picture taken, or None."""
    file = st.camera_input(
        _("Take a picture"),
        key=_CAMERA_KEY,
        label_visibility="collapsed",
        on_change=_forget,
        args=(_CAMERA_KEY,),
    )
    _refine(_CAMERA_KEY)
    found = _remembered(_CAMERA_KEY, None if file is None else Upload(file.getvalue(), ""))
    if found is None:
        st.caption(
            _("The picture is kept in memory until you remove it or close this tab, and never stored.")
        )
    return found


def _remembered(key: str, given: Upload | None) -> Upload | None:
    """``given``, else what was given before one looked at something else: widgets out of sight forget."""
    kept = f"{key}_kept"
    if given is not None:
        st.session_state[kept] = given
    elif kept in st.session_state:
        st.button(
            _("Remove the picture"),
            icon=":material/close:",
            on_click=_forget,
            args=(key,),
            key=f"{key}_remove",
        )
    found: Upload | None = st.session_state.get(kept)
    return found


def _forget(key: str) -> None:
    st.session_state.pop(f"{key}_kept", None)


@st.cache_data(show_spinner=False, max_entries=4, scope="session")
def take_in(data: bytes, name: str, wanted: Wanted) -> Taken:
    """The image in ``data`` for networks that want it like that; raises `ImageRefused`, whatever was sent."""
    return decode_safely(data, name, wanted)


def _refine(key: str) -> None:
    """Let pictures be pasted, and put Streamlit's own buttons into the reader's language."""
    words = {"upload": _("Upload"), "take": _("Take a picture"), "clear": _("Remove the picture")}
    show = component("upload", _HERE / "upload.css", _HERE / "upload.js")
    show(key=f"{key}_refined", data=json.dumps({"key": key, "words": words}).encode())
