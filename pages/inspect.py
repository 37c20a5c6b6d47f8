"""One image under a plain and a residual network: predictions, layers, and where they look."""

from resnet_viz.ui.inspection.page import inspect_page

inspect_page()
