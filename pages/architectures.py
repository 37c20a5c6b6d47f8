"""How networks are built: two drawings, their difference, and what each part costs."""

from resnet_viz.ui.architectures.page import architectures_page

architectures_page()
