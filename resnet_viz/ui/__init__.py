"""The web part: what `app.py` serves and what the pages are put together from."""
