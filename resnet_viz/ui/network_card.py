"""A box that stands for one network: `style.css` draws its edge as charts draw its line."""

from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from resnet_viz.figures.looks import NetworkLook


def network_card(
    look: NetworkLook, *words: str, height: Literal["content", "stretch"] = "content"
) -> DeltaGenerator:
    """The box; ``words`` tell it from all others on the page."""
    key = "_".join(("role_card", look.edge, look.colour.lstrip("#"), *words))
    return st.container(border=True, key=key, height=height)
