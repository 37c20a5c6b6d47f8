"""The few rules of style that Streamlit's theme cannot express."""

import streamlit as st

_CSS = """
.stApp { font-variant-numeric: tabular-nums; }
[class*="st-key-role_card_plain"] { border-top: 4px dashed #D55E00 !important; }
[class*="st-key-role_card_residual"] { border-top: 4px solid #0072B2 !important; }
[class*="st-key-exhibit_"] { min-width: 0; }
.st-key-race_verdict { border-inline-start: 5px solid var(--st-primary-color, #0067A5) !important; }
.st-key-race_verdict li { font-size: 1.1rem; line-height: 1.55; }
.st-key-race_preset p { font-size: 1rem; }
.st-key-home_claim p { font-size: 1.2rem; line-height: 1.6; }
@media (max-width: 640px) {
  .stMainBlockContainer { padding-inline: 1rem !important; }
  h1 { font-size: 1.9rem !important; }
}
@media (min-width: 1700px) {
  .stMainBlockContainer { max-width: 1760px; margin-inline: auto; }
}
"""


def apply() -> None:
    """Add the rules to the page."""
    st.html(f"<style>{_CSS}</style>")
