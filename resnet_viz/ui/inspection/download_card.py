"""Published weights that are not here yet: what they are, their download, and what to do without one."""

from collections.abc import Hashable
from functools import partial
from math import ceil
from pathlib import Path
from typing import Final, NamedTuple

import streamlit as st

from resnet_viz.data.obtain import file_path, progress_of
from resnet_viz.data.sources import MIRROR_VARIABLE
from resnet_viz.errors import ResnetVizError
from resnet_viz.inspection.fetches import FetchProgress
from resnet_viz.inspection.zoo_weights import weights_of
from resnet_viz.locale import gettext as _
from resnet_viz.locale import ngettext
from resnet_viz.networks.torchvision_catalogue import ZooEntry
from resnet_viz.store import home_folder
from resnet_viz.ui import server
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.live.following import Following
from resnet_viz.ui.live.progress import progress_html
from resnet_viz.ui.press import pressed
from resnet_viz.wording import number, percent

_COMING: Final = "inspect_coming"
"""In the session: names of networks whose download was asked for here."""
_FAILED: Final = "inspect_failed"
"""In the session: the refusals of downloads, by name."""
_MB: Final = 10**6


def offer(entries: list[ZooEntry], data_folder: Path) -> None:
    """A card for each, with a button or the progress of its download."""
    for entry, column in zip(entries, st.columns(len(entries), gap="medium"), strict=True):
        with column, st.container(border=True, key=f"inspect_offer_{entry.name}", height="stretch"):
            st.markdown(f"**{entry.title}**")
            text = _("Depth {depth}; {accuracy} of ImageNet's validation images right (as published).")
            published = text.format(depth=entry.depth, accuracy=percent(entry.accuracy))
            st.markdown(f"{_(entry.about)} {published}")
            if entry.name in _coming():
                st.fragment(_progress)(entry)
            else:
                _start(entry, data_folder)
    st.caption(
        _(
            "The weights come from download.pytorch.org. The PyTorch project publishes them with torchvision "
            "(BSD 3-clause licence); they were trained on ImageNet, whose pictures are for non-commercial "
            "research and teaching."
        )
    )
    failed = any(entry.name in _failed() for entry in entries)
    with st.expander(_("Without internet on this machine"), expanded=failed, icon=":material/wifi_off:"):
        _by_hand(entries, data_folder)


def _start(entry: ZooEntry, data_folder: Path) -> None:
    refusal = _failed().get(entry.name)
    if refusal is not None:
        st.error(str(refusal), icon=":material/cloud_off:")
    done = progress_of(weights_of(entry), data_folder).done_bytes
    if done:
        text = _("{done} MB of it are here already; the download continues from there.")
        st.caption(text.format(done=done // _MB))
    label = _("Try again") if refusal is not None else _("Download {size} MB")
    left = max(entry.size_bytes - done, _MB)
    if pressed(
        st.button,
        label.format(size=left // _MB),
        icon=":material/refresh:" if refusal is not None else ":material/download:",
        type="primary",
        key=f"inspect_fetch_{entry.name}",
    ):
        _failed().pop(entry.name, None)
        _coming().add(entry.name)
        st.rerun()


@in_readers_language
def _progress(entry: ZooEntry) -> None:
    if entry.name not in _coming():
        st.rerun()
    try:
        with st.spinner(_("Starting the download …")):
            coming = server.fetches().ask(entry.reference)
    except ResnetVizError as refusal:
        _coming().discard(entry.name)
        _failed()[entry.name] = refusal
        st.rerun()
    if coming is None:
        _coming().discard(entry.name)
        st.rerun()
    following = Following(_Coming(entry.reference), coming, _ended, key=f"fetch_{entry.name}", moving=True)
    following.text("progress", partial(_how_far_html, entry.title))
    following.begin()
    if pressed(st.button, _("Cancel"), icon=":material/close:", key=f"inspect_cancel_{entry.name}"):
        server.fetches().cancel(entry.reference)
        _coming().discard(entry.name)
        st.rerun()


class _Coming(NamedTuple):
    """A download, to be followed."""

    reference: str

    @property
    def key(self) -> Hashable:
        return home_folder(), "download", self.reference

    def read(self) -> FetchProgress | None:
        """How far it is; None once it has ended."""
        return server.fetches().progress(self.reference)


def _ended(coming: FetchProgress | None) -> str:
    return str(coming is None)


def _how_far_html(title: str, coming: FetchProgress | None) -> str:
    if coming is None:
        return ""
    text = _how_far(coming.done_bytes, coming.total_bytes, coming.bytes_per_s)
    return progress_html(coming.done_bytes / coming.total_bytes, text, name=title)


def _how_far(done: int, total: int, rate: float) -> str:
    """``120 of 553 MB · 3.20 MB/s · about 3 minutes left``."""
    parts = [_("{done} of {total} MB").format(done=done // _MB, total=total // _MB)]
    if rate > 0:
        parts.append(_("{rate} MB/s").format(rate=number(rate / _MB)))
        minutes = ceil((total - done) / rate / 60)
        left = ngettext("less than {n} minute left", "less than {n} minutes left", minutes)
        parts.append(left.format(n=minutes))
    return " · ".join(parts)


def _by_hand(entries: list[ZooEntry], data_folder: Path) -> None:
    folder = file_path(weights_of(entries[0]), data_folder).parent
    steps = [_("On a machine with internet, save under its own name:")]
    steps += [f"    - `{weights_of(entry).mirrors[0]}{entry.file}`" for entry in entries]
    put = _("On the machine that runs this app, put it into the folder `{folder}`.")
    steps.append(put.format(folder=folder))
    steps.append(_("Press the button below."))
    numbered = [step if step.startswith(" ") else f"1. {step}" for step in steps]
    st.markdown("\n".join(numbered))
    if pressed(st.button, _("Look again"), icon=":material/folder_open:", key="inspect_look_again"):
        for entry in entries:
            _failed().pop(entry.name, None)
        st.rerun()
    text = _(
        "A file that is not exactly what was published is not used. For a whole class, the variable "
        "`{variable}` may name another server or folder, with the files in its folder `torchvision`."
    )
    st.caption(text.format(variable=MIRROR_VARIABLE))


def _coming() -> set[str]:
    found: set[str] = st.session_state.setdefault(_COMING, set())
    return found


def _failed() -> dict[str, ResnetVizError]:
    found: dict[str, ResnetVizError] = st.session_state.setdefault(_FAILED, {})
    return found
