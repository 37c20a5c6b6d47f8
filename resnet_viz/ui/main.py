"""The script that every visit runs: language, navigation, then the page itself."""

from pathlib import Path

import streamlit as st

from resnet_viz.locale import gettext as _
from resnet_viz.ui import address_bar, language_switch
from resnet_viz.ui.pages import PAGES

_HERE = Path(__file__).parent

st.set_page_config(page_title="ResNet Viz", page_icon=_HERE / "icon.svg", layout="wide")
address_bar.mend()
language_switch.choose_language()

page = st.navigation(
    [
        st.Page(one.path, title=_(one.title), icon=one.icon, url_path=one.address, default=not one.address)
        for one in PAGES
    ]
)
st.logo(str(_HERE / "logo.svg"), size="large", icon_image=str(_HERE / "icon.svg"))
with st.sidebar:
    language_switch.show_switch()
page.run()
