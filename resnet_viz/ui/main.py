"""The script that every visit runs: language, navigation, then the page itself."""

from pathlib import Path

import streamlit as st

from resnet_viz.locale import gettext as _
from resnet_viz.ui import address_bar, language

_HERE = Path(__file__).parent

st.set_page_config(page_title="ResNet Viz", page_icon=_HERE / "icon.svg", layout="wide")
address_bar.mend()
language.choose()

page = st.navigation(
    [
        st.Page("../../pages/home.py", title=_("Home"), icon=":material/home:", default=True),
        st.Page("../../pages/race.py", title=_("Race"), icon=":material/flag:", url_path="race"),
        st.Page("../../pages/depth.py", title=_("Depth"), icon=":material/show_chart:", url_path="depth"),
        st.Page("../../pages/inspect.py", title=_("Inspect"), icon=":material/search:", url_path="inspect"),
        st.Page("../../pages/runs.py", title=_("Runs"), icon=":material/table_rows:", url_path="runs"),
    ]
)
st.logo(str(_HERE / "logo.svg"), size="large", icon_image=str(_HERE / "icon.svg"))
with st.sidebar:
    language.switch()
page.run()
