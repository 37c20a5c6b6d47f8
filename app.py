"""The server: `streamlit run app.py`.

Pages live in `pages/`, the script that every visit runs in `resnet_viz/ui/main.py`.
"""

import streamlit as st
from starlette.middleware import Middleware

from resnet_viz.ui.access import AccessCode, code_at_start
from resnet_viz.ui.http import MIDDLEWARE, ROUTES
from resnet_viz.ui.lifespan import lifespan
from resnet_viz.ui.machine import AtTheMachine
from resnet_viz.ui.mishaps import tell

code = code_at_start(st.get_option("server.address"))
app = st.App(
    "resnet_viz/ui/main.py",
    lifespan=lifespan,
    routes=ROUTES,
    middleware=[
        *MIDDLEWARE,
        Middleware(AccessCode, code=code),
        Middleware(AtTheMachine, asks_code=code is not None),
    ],
    on_script_error=tell,
)
