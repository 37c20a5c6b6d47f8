"""What this is, what the machine can do, and the way to the race."""

from resnet_viz.ui.home.page import home_page

home_page()
