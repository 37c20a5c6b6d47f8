"""Which image is looked at: a sample, a test image, or the reader's own, and how the networks get it."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final, get_args

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from resnet_viz.data.photographs import PHOTOGRAPHS, Photograph
from resnet_viz.errors import ImageRefused, ResnetVizError
from resnet_viz.images.decode import DecodedImage, Prepared, decode, prepare
from resnet_viz.images.fitting import Fit, Wanted
from resnet_viz.images.names import display_name, markup_name
from resnet_viz.inspection.bundled import BUNDLED
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.probes.novelty import Appearance, novelty
from resnet_viz.ui import labels, server
from resnet_viz.ui.inspection.client import About, Pixels, samples, test_images
from resnet_viz.ui.inspection.link import LINK
from resnet_viz.ui.inspection.networks import Network, Pair, bundled_record
from resnet_viz.ui.inspection.test_image_browser import browse
from resnet_viz.ui.inspection.upload import photographed, take_in, uploaded
from resnet_viz.ui.picture_buttons import PictureButton, picture_buttons

MOST_IMAGES: Final = 1_000_000

SOURCES: Final = {
    "samples": N_("Samples"),
    "test": N_("Test images"),
    "upload": N_("Upload"),
    "camera": N_("Camera"),
}
_NO_TEST_IMAGES: Final = N_(
    "ImageNet's test images cannot be passed on with this app. Upload a photo, or take one with the camera."
)
_NO_PHOTO: Final = "none"
_PICTURE_PX: Final = 54
_FITS: Final[dict[str, str]] = {"crop": N_("Cut out the middle"), "letterbox": N_("Keep all, black bars")}


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """An image as the networks get it.

    Attributes:
        source: key of `SOURCES`.
        pixels: uint8 [1, C, H, W].
        name: plain text; ``markup`` is the same, inert in Markdown.
        truth: index of its class, where known; ``true_class`` is its name.
        number: which test image it is.
        original: what was uploaded, uint8 [h, w, 3].
        remarks: what was changed on the way; ``warnings`` make it doubtful.
        credit: whom to thank for it.
    """

    source: str
    pixels: Pixels
    name: str
    markup: str
    truth: int | None = None
    true_class: str = ""
    number: str = ""
    original: Pixels | None = None
    remarks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    credit: str = ""

    @property
    def heading(self) -> str:
        """Its true class, or what it is called; inert in Markdown."""
        return _("True class: {name}").format(name=self.true_class) if self.true_class else self.markup

    @property
    def digest(self) -> str:
        """Names the content."""
        return sha256(self.pixels.tobytes()).hexdigest()[:16]


def choose_image(bar: DeltaGenerator, pair: Pair, known: About) -> Seen | None:
    """Show the sources in ``bar`` and the choice below; None while there is none, or a sentence why not."""
    source = LINK.choose(
        "source",
        list(SOURCES),
        "samples",
        lambda key: bar.pills(
            _("Image"),
            list(SOURCES),
            format_func=lambda name: labels.label(SOURCES, name),
            key=key,
            required=True,
            label_visibility="collapsed",
        ),
    )
    try:
        with st.container(key=f"inspect_from_{source}"):
            return _chosen(source, pair, known)
    except ResnetVizError as refusal:
        st.error(str(refusal), icon=":material/block:" if isinstance(refusal, ImageRefused) else None)
        return None


def _chosen(source: str, pair: Pair, known: About) -> Seen | None:
    network = pair.networks[-1]
    if source in ("upload", "camera"):
        return _own(source, network, known)
    if source == "test" and known.run is None:
        st.info(_(_NO_TEST_IMAGES), icon=":material/hide_image:")
        return None
    if source == "test":
        return _tested(source, browse(pair, known), network, known)
    return _sample(pair, known)


def _sample(pair: Pair, known: About) -> Seen:
    """Show test images where the network has some, and photographs; the chosen one."""
    network = pair.networks[-1]
    choices, first = ([], 0) if known.run is None else _test_pictures(pair, known)
    test_image = LINK.recall("image", range(MOST_IMAGES), first)
    photograph = LINK.recall("photo", [_NO_PHOTO, *PHOTOGRAPHS], _NO_PHOTO)
    if not choices and photograph == _NO_PHOTO:
        photograph = next(iter(PHOTOGRAPHS))

    def picked(name: str) -> None:
        LINK.choose_now("photo", name if name in PHOTOGRAPHS else _NO_PHOTO)
        if name not in PHOTOGRAPHS:
            LINK.choose_now("image", int(name))

    picture_buttons(
        [*choices, *_photographs()],
        key="inspect_samples",
        label=_("Samples"),
        chosen=str(test_image) if photograph == _NO_PHOTO else photograph,
        on_pick=picked,
        size_px=_PICTURE_PX,
        in_one_row=True,
    )
    if photograph == _NO_PHOTO:
        return _tested("samples", test_image, network, known)
    return _photograph(PHOTOGRAPHS[photograph], network, known)


def _test_pictures(pair: Pair, known: About) -> tuple[list[PictureButton], int]:
    """One test image of each class, and the number of the one to begin with."""
    network = pair.networks[-1]
    indices, classes, images = samples(network)
    first = indices[0]
    if pair.name == BUNDLED:
        first = bundled_record()["opening_image"]
        image, label = test_images(network, (first,))
        place = classes.index(int(label[0]))
        indices = [*indices[:place], first, *indices[place + 1 :]]
        images = np.concatenate([images[:place], image, images[place + 1 :]])
    names = [known.class_names[label] for label in classes]
    return [
        PictureButton(
            str(index),
            np.broadcast_to(image, (3, *image.shape[1:])).transpose(1, 2, 0),
            _("{name}, test image {number}").format(name=name, number=index),
            name,
        )
        for index, name, image in zip(indices, names, images, strict=True)
    ], first


def _photographs() -> list[PictureButton]:
    small = Wanted(3, 2 * _PICTURE_PX, 2 * _PICTURE_PX)
    return [
        PictureButton(
            name, _opened(name, small)[1].pixels.transpose(1, 2, 0), _(found.description), _(found.title)
        )
        for name, found in PHOTOGRAPHS.items()
    ]


def _photograph(photograph: Photograph, network: Network, known: About) -> Seen:
    image, prepared = _opened(photograph.name, known.image)
    classes = [name.casefold() for name in known.classes]
    truth = next((classes.index(name) for name in photograph.classes if name in classes), None)
    warnings = _far_from_training(prepared.pixels, network)
    if not warnings and truth is None and known.run is not None:
        warnings = [
            _(
                "What this photograph shows is none of the classes that these networks know. They predict "
                "one of them nevertheless; do not rely on it."
            )
        ]
    return Seen(
        "samples",
        prepared.pixels[np.newaxis],
        _(photograph.description),
        _(photograph.title),
        truth,
        "" if truth is None else known.class_names[truth],
        original=image.pixels,
        remarks=tuple(str(change) for change in prepared.changes),
        warnings=tuple(warnings),
        credit=_("Photo: {author} ({licence})").format(
            author=photograph.author, licence=_(photograph.licence)
        ),
    )


@st.cache_data(show_spinner=False, max_entries=32)
def _opened(name: str, wanted: Wanted) -> tuple[DecodedImage, Prepared]:
    image = decode(PHOTOGRAPHS[name].path.read_bytes(), f"{name}.jpg")
    return image, prepare(image, wanted.channels, wanted.px, wanted.how, wanted.resize_px)


def _tested(source: str, index: int, network: Network, known: About) -> Seen:
    pixels, label = test_images(network, (index,))
    truth = int(label[0])
    true_class = known.class_names[truth]
    name = _("{name}, test image {number}").format(name=true_class, number=index)
    return Seen(source, pixels, name, name, truth, true_class, _("test image {number}").format(number=index))


def _own(source: str, network: Network, known: About) -> Seen | None:
    with st.container(horizontal=True, gap="medium", key="inspect_own"):
        with st.container():
            upload = uploaded() if source == "upload" else photographed()
        if upload is None:
            return None
        fit = LINK.choose(
            "fit",
            get_args(Fit),
            "crop",
            lambda key: st.radio(
                _("Fit to a square"),
                get_args(Fit),
                format_func=lambda name: labels.label(_FITS, name),
                key=key,
                width="content",
            ),
        )
    with st.spinner(_("Reading the image …")):
        taken = take_in(upload.data, upload.name, known.image._replace(how=fit))
    return Seen(
        source,
        taken.prepared.pixels[np.newaxis],
        display_name(upload.name) if upload.name else _("your picture"),
        markup_name(upload.name) if upload.name else _("your picture"),
        original=taken.image.pixels,
        remarks=tuple(str(change) for change in (*taken.image.changes, *taken.prepared.changes)),
        warnings=(
            *(str(warning) for warning in taken.image.warnings),
            *_far_from_training(taken.prepared.pixels, network),
        ),
    )


def _far_from_training(pixels: Pixels, network: Network) -> list[str]:
    if network.published is not None:  # ImageNet's pictures are not here to compare with
        return []
    warning = novelty(pixels, _appearance(network.reference, network.version)).warning()
    return [] if warning is None else [str(warning)]


@st.cache_data(show_spinner=False, max_entries=32)
def _appearance(reference: str, version: int) -> Appearance:
    values = server.inspector().ask("appearance", {"model": reference}).values
    return Appearance(tuple(values["mean"]), tuple(values["std"]))
