"""Both networks as nested lists: the same that the drawings show, for reading aloud and for searching."""

from html import escape

import streamlit as st

from resnet_viz.architecture.graph import Architecture
from resnet_viz.architecture.levels import Group, columns
from resnet_viz.architecture.words import operation_title, row_title, shape_text
from resnet_viz.locale import gettext as _
from resnet_viz.ui.architectures.choices import Chosen
from resnet_viz.ui.architectures.client import Drawn


def outline(chosen: Chosen, drawn: Drawn) -> None:
    """Show a list for each network."""
    with st.grid(2, min_column_width=340, gap="medium"):
        for subject, architecture in drawn:
            with st.container(gap="xsmall"):
                st.html(f"<h3>{escape(subject.title)}</h3>{_list(architecture)}")


def _list(architecture: Architecture) -> str:
    groups = [group for column in columns(architecture, "block") for group in column.groups]
    return f'<ul class="architecture-outline">{"".join(map(_group, groups))}</ul>'


def _group(group: Group) -> str:
    row = group.rows[0]
    times = f" ×{len(group.blocks)}" if len(group.blocks) > 1 else ""
    skips = {
        "identity": _("with a skip connection"),
        "projection": _("with a skip connection through a 1×1 convolution"),
        "scaled": _("with a skip connection that is multiplied"),
        "padding": _("with a skip connection, new channels zero"),
        "concat": _("appended to what came before"),
    }
    around = "".join(f", {skips[one.kind]}" for one in group.around)
    operations = "".join(
        f"<li>{escape(operation_title(one))} → {escape(shape_text(one.output_shape))}</li>"
        for one in group.blocks[0].operations
    )
    place = f"{escape(group.stage)} · " if group.stage else ""
    return f"<li>{place}{escape(row_title(row))}{times}{escape(around)}<ul>{operations}</ul></li>"
