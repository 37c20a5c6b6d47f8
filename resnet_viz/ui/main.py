"""The script that every visit runs: language, navigation, then the page itself."""

from pathlib import Path

import streamlit as st

from resnet_viz.locale import gettext as _
from resnet_viz.ui import language

st.set_page_config(page_title="ResNet Viz", page_icon=Path(__file__).with_name("icon.svg"), layout="wide")
language.choose()

page = st.navigation(
    [
        st.Page("../../pages/home.py", title=_("Home"), icon=":material/home:", default=True),
        st.Page("../../pages/race.py", title=_("Race"), icon=":material/sprint:", url_path="race"),
    ]
)
with st.sidebar:
    language.switch()
page.run()
