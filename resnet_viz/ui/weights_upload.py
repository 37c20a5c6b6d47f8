"""A model file of this project taken in from the browser: the inspector reads it, never this process."""

from typing import Final, NamedTuple

import numpy as np
import streamlit as st

from resnet_viz.images.names import display_name
from resnet_viz.locale import gettext as _
from resnet_viz.ui import server
from resnet_viz.ui.import_on_choice import import_on_choice
from resnet_viz.ui.permissions import owner
from resnet_viz.wording import Sentence

MAX_MB: Final = 32
"""A network of 110 layers has 7 MB of weights, and 14 with the state of its training."""


class TakenIn(NamedTuple):
    """The group of the one run that has the weights, and what had to be changed in the file."""

    group_id: str
    changes: tuple[Sentence, ...]


def import_upload(content: bytes, file_name: str) -> TakenIn:
    """Make a run of this browser's out of an uploaded model file; its name is for showing only.

    Raises:
        ResnetVizError: the file is refused (`WeightsRefused`), and nothing is recorded; or it could not be
            looked at.
    """
    asked = {"owner": owner(), "name": display_name(file_name)}
    answer = server.inspector().ask("import_file", asked, {"content": np.frombuffer(content, np.uint8)})
    changes = tuple(Sentence(one["template"], one["parameters"]) for one in answer.values["changes"])
    return TakenIn(answer.values["group"], changes)


def weights_upload(key: str) -> TakenIn | None:
    """Show where a model file can be dropped; what was taken in by this very script run, else None."""
    taken = import_on_choice(
        _("A model file of this app (safetensors)"), import_upload, key=f"{key}_file", most_mb=MAX_MB
    )
    st.caption(
        _(
            "Weights exported on the Runs page or on the command line, up to {size} MB. The file is read "
            "in a process of its own, checked, and kept as a run."
        ).format(size=MAX_MB)
    )
    return taken
