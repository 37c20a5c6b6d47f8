"""The server: `streamlit run app.py`.

Pages live in `pages/`, the script that every visit runs in `resnet_viz/ui/main.py`.
"""

import streamlit as st
from starlette.middleware import Middleware

from resnet_viz.ui.access import AccessCode, code_at_start
from resnet_viz.ui.addresses import base_path, below
from resnet_viz.ui.embedding import embedders_at_start
from resnet_viz.ui.error_page import tell
from resnet_viz.ui.http import HeadersAndOwner, NoTrailingSlash, UnknownAddress, routes
from resnet_viz.ui.lifespan import lifespan
from resnet_viz.ui.live.route import ADDRESS, live_route
from resnet_viz.ui.machine import AtTheMachine
from resnet_viz.ui.server import feed
from resnet_viz.ui.styled_page import StyledPage

base, embedders = base_path(), embedders_at_start()
code = code_at_start(st.get_option("server.address"))
app = st.App(
    "resnet_viz/ui/main.py",
    lifespan=lifespan,
    routes=[*routes(base), live_route(below(base, ADDRESS), feed)],
    middleware=[
        Middleware(HeadersAndOwner, embedders=embedders),
        Middleware(NoTrailingSlash, base=base),
        Middleware(AccessCode, code=code, base=base),
        Middleware(AtTheMachine, asks_code=code is not None),
        Middleware(StyledPage),
        Middleware(UnknownAddress, base=base),
    ],
    on_script_error=tell,
)
