"""A plain and a residual network side by side, training live."""

from resnet_viz.ui.race.page import race_page

race_page()
