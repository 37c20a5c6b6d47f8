import streamlit as st
def home_page() -> None:
    st.title("Home")
