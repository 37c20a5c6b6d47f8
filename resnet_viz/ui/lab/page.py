"""The Lab page: all questions, or the sheet of one."""

import streamlit as st

from resnet_viz.lab.table import QUESTIONS
from resnet_viz.ui import address_bar
from resnet_viz.ui.lab.index import index
from resnet_viz.ui.lab.link import LINK, QUESTION
from resnet_viz.ui.lab.sheet import sheet


def lab_page() -> None:
    """Everything on the page."""
    LINK.take_over()
    remarks = st.container()
    name = LINK.recall(QUESTION, ["", *QUESTIONS], "")
    if name:
        sheet(QUESTIONS[name])
    else:
        index()
    with remarks:
        address_bar.tell(LINK.notices())
