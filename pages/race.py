"""A plain and a residual network side by side, training live."""

import streamlit as st
st.write("race")
