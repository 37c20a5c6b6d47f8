"""The script that every visit runs: language, navigation, then the page itself."""

from pathlib import Path

import streamlit as st

from resnet_viz.locale import gettext as _
from resnet_viz.ui import address_bar, language_switch, streamlits_words
from resnet_viz.ui.pages import PAGES

_HERE = Path(__file__).parent

_ICON = _HERE / "icon.svg"

st.set_page_config(page_icon=_ICON, layout="wide")
address_bar.mend()
language_switch.choose_language()

# Above the page: beside it, a menu would take a third of a projector's width.
page = st.navigation(
    [
        st.Page(one.path, title=_(one.title), icon=one.icon, url_path=one.address, default=not one.address)
        for one in PAGES
    ],
    position="top",
)
st.set_page_config(page_title=f"{page.title} · ResNet Viz")
no_page = address_bar.no_page()
streamlits_words.say_for_streamlit()
st.logo(str(_HERE / "logo.svg"), size="large", icon_image=str(_ICON))
with st.container(key="language"):
    language_switch.show_switch()
address_bar.tell(no_page)
page.run()
