"""The Depth page."""
