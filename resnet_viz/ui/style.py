"""The few rules of style that Streamlit's theme cannot express, and words that it says in English only."""

import json
from functools import cache
from pathlib import Path

import streamlit as st

from resnet_viz.locale import gettext as _


def apply() -> None:
    """Add the rules of ``style.css`` to the page, with the words they put in."""
    refused = _("This file was not accepted: it is too large, of the wrong type, or the connection was lost.")
    words = {"refused": refused, "skip": _("Skip to the content")}
    said = " ".join(f"--word-{name}: {json.dumps(text, ensure_ascii=False)};" for name, text in words.items())
    st.html(f"<style>{_rules()}\n:root {{ {said} }}</style>")


@cache
def _rules() -> str:
    return Path(__file__).with_name("style.css").read_text(encoding="utf-8")
