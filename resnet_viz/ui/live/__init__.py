"""What moves on a page reaches it past Streamlit: read once, encoded once, however many watch."""
