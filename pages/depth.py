"""How final errors change with depth, with and without skip connections."""

from resnet_viz.ui.depth.page import depth_page

depth_page()
