"""Buttons that make a file when pressed, and the files of everything recorded of some runs."""

import io
import json
from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from resnet_viz.locale import gettext as _
from resnet_viz.store import export_csv, export_json
from resnet_viz.ui import server

_MIMES = {"csv": "text/csv", "json": "application/json"}


class Download(NamedTuple):
    """A file to offer: what the button says, the file's name, and what makes its text when pressed."""

    title: str
    file_name: str
    make: Callable[[], str]


def download_buttons(page: str, files: Sequence[Download]) -> None:
    """One button for each of ``files``, in a row."""
    with st.container(horizontal=True):
        for position, file in enumerate(files):
            st.download_button(
                file.title,
                data=file.make,
                file_name=file.file_name,
                mime=_MIMES[file.file_name.rpartition(".")[2]],
                icon=":material/download:",
                on_click="ignore",
                key=f"{page}_export_{position}",
            )


def everything_recorded(kind: str, group_id: str, run_ids: Sequence[str], stem: str) -> list[Download]:
    """The runs of the ``kind`` (race or sweep) ``group_id`` with all their numbers, as CSV and as JSON."""
    return [
        Download(_("Everything recorded as CSV"), f"{stem}.csv", lambda: _csv(run_ids)),
        Download(_("Everything recorded as JSON"), f"{stem}.json", lambda: _json(kind, group_id, run_ids)),
    ]


def _csv(run_ids: Sequence[str]) -> str:
    text = io.StringIO()
    export_csv(server.store(), run_ids, text)
    return text.getvalue()


def _json(kind: str, group_id: str, run_ids: Sequence[str]) -> str:
    exported = [export_json(server.store(), run_id) for run_id in run_ids]
    return json.dumps({kind: group_id, "runs": exported}, ensure_ascii=False)
