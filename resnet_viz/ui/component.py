"""A part of a page that the browser draws by itself; style and script lie beside its module."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st


@cache
def component(name: str, *files: Path, html: str | None = None) -> Any:
    """The component ``name``: of ``files``, style sheets and scripts, each kind is put together."""

    def joined(kind: str) -> str:
        return "\n".join(file.read_text(encoding="utf-8") for file in files if file.suffix == kind)

    return st.components.v2.component(
        f"resnet_viz_{name}", html=html, css=joined(".css"), js=joined(".js"), isolate_styles=False
    )
