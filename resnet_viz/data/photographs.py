"""Photographs that come with the app, each free to pass on; made by ``assets/make_samples.py``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from resnet_viz.locale import N_

FOLDER: Final = Path(__file__).parents[2] / "assets" / "samples"

_CC0: Final = "CC0 1.0"


@dataclass(frozen=True, slots=True)
class Photograph:
    """One photograph and whom to thank for it.

    Attributes:
        name: in links, and of its file.
        title: what it shows in two words, and ``description`` for those who do not see it; gettext keys.
        classes: of data sets, that it belongs to; in small letters.
        author: who took it.
        licence: what allows its use; a gettext key.
    """

    name: str
    title: str
    description: str
    classes: tuple[str, ...]
    author: str
    licence: str

    @property
    def path(self) -> Path:
        """Its file, a JPEG without metadata."""
        return FOLDER / f"{self.name}.jpg"


PHOTOGRAPHS: Final = {
    photograph.name: photograph
    for photograph in (
        Photograph(
            "cat",
            N_("Cat"),
            N_("Face of a striped cat with green eyes, turned to the right"),
            ("cat",),
            "Stefan van der Walt",
            _CC0,
        ),
        Photograph(
            "coffee",
            N_("Espresso"),
            N_("Red cup of espresso with a spoon on its saucer, on a wooden table"),
            ("espresso", "cup"),
            "Rachel Michetti, Pikolo Espresso Bar",
            _CC0,
        ),
        Photograph(
            "rocket",
            N_("Rocket"),
            N_("White rocket between steel towers on its launch pad at dusk"),
            ("rocket",),
            "SpaceX",
            N_("public domain"),
        ),
        Photograph(
            "camera",
            N_("Camera"),
            N_("Man looking through a camera on a tripod, in shades of grey"),
            ("man",),
            "Lav Varshney",
            _CC0,
        ),
    )
}
