"""Questions about skip connections, each settled by a measurement."""

from resnet_viz.ui.lab.page import lab_page

lab_page()
