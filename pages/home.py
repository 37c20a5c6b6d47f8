"""What this is, what the machine can do, and the way to the race."""

from resnet_viz.ui.home import home_page

home_page()
