"""Everything ever trained here: find, compare, tend, take away."""

from resnet_viz.ui.runs.page import runs_page

runs_page()
