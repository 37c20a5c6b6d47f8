"""The link of the Inspect page: every choice on it has a name here."""

from typing import Final

from resnet_viz.ui.linked_choices import LinkedChoices

LINK: Final = LinkedChoices(
    "inspect",
    (
        "networks",
        "left",
        "right",
        "cell",
        "step",
        "source",
        "image",
        "photo",
        "class",
        "group",
        "order",
        "fit",
        "look",
        "when",
        "layer",
        "layer2",
        "method",
        "target",
        "against",
        "view",
        "scale",
        "opacity",
        "sort",
        "shade",
        "map",
        "map2",
        "measure",
        "addition",
    ),
)
