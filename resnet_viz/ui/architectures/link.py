"""The link of the Architectures page: every choice on it has a name here."""

from typing import Final

from resnet_viz.ui.linked_choices import LinkedChoices

LINK: Final = LinkedChoices(
    "architectures",
    (
        "left",
        "right",
        "depth",
        "width",
        "input",
        "batch",
        "show",
        "level",
        "form",
        "paint",
        "step",
        "look",
        "layer",
        "order",
        "span",
        "scale",
        "norm",
        "networks",
        "image",
        "class",
        "blocks",
    ),
)
