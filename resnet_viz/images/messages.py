"""The words for what the decoder says by code: the child process sends no text of its own."""

from resnet_viz.errors import ImageRefused
from resnet_viz.images.refusals import Refused
from resnet_viz.locale import N_
from resnet_viz.wording import Sentence, sentence

REFUSALS = {
    "empty_file": N_("This file is empty; choose another one."),
    "file_too_large": N_("This file has more than {limit} MB; save the picture smaller and try again."),
    "not_an_image": N_("This file is not an image that can be read; choose a JPEG, PNG or WebP file."),
    "unsupported_format": N_("{format} files are not read here; convert this one to JPEG or PNG."),
    "gif_image": N_("This is a GIF file, which is not read here; save the frame you mean as PNG."),
    "svg_drawing": N_("This is an SVG drawing, which is never rendered here; export it as PNG."),
    "web_page": N_("This is a web page, not an image; save the picture itself as JPEG or PNG."),
    "document_file": N_("{format} documents are not images; export the picture as JPEG or PNG."),
    "archive_file": N_("This is an archive, not an image; unpack it and choose a JPEG or PNG file."),
    "video_file": N_("This is a video or sound file, not an image; save one frame as JPEG or PNG."),
    "truncated": N_("This image is incomplete: its end is missing. Copy or download it again."),
    "bad_checksum": N_("This PNG file is damaged: a checksum is wrong. Copy or download it again."),
    "damaged": N_("This image is damaged and cannot be read; open it in another program and save it again."),
    "unusual_jpeg": N_("This is a rare kind of JPEG that is not read here; save it as ordinary JPEG or PNG."),
    "no_pixels": N_("This image has no pixels ({width} × {height}); choose another one."),
    "side_too_long": N_(
        "This image has {width} × {height} pixels; no side may be longer than {limit}. Make it smaller."
    ),
    "too_many_pixels": N_(
        "This image has {width} × {height} pixels; up to {limit} megapixels are read. Make it smaller."
    ),
    "text_bomb": N_(
        "The text hidden in this PNG file unpacks to more than {limit} MB; save the picture without metadata."
    ),
    "too_many_scans": N_(
        "This JPEG is made of more than {limit} layers; save it again as ordinary JPEG or PNG."
    ),
    "decoder_memory": N_("Reading this image takes too much memory; make it smaller or save it as PNG."),
    "decoder_time": N_("Reading this image takes too long; make it smaller or save it as PNG."),
    "decoder_crashed": N_("Reading this image failed; open it in another program and save it again as PNG."),
    "decoder_busy": N_("Too many images are being read just now; try again in a minute."),
}
"""One sentence for each code of `refusals.Refused`: what is wrong and what to do."""

CHANGES = {
    "first_frame": N_("Of the {frames} frames of this animation the first one is shown."),
    "deep_scaled": N_("16 bits per channel were scaled to 8."),
    "cmyk_converted": N_("Print colours (CMYK) were converted to RGB."),
    "profile_converted": N_("Colours were converted from the image's own profile to sRGB."),
    "gamma_converted": N_("Colours were converted from the image's own gamma to sRGB."),
    "profile_ignored": N_("The colour profile is damaged or does not fit and was ignored."),
    "transparency_filled": N_("Transparent parts were filled with white."),
    "fully_transparent": N_("This image is fully transparent, so only the white behind it is left."),
    "turned_upright": N_("Turned upright as the camera noted it (EXIF orientation {orientation})."),
    "middle_used": N_("Only the middle {side} × {side} of {width} × {height} pixels are used."),
    "reduced": N_("Reduced from {width} × {height} to {new_width} × {new_height} pixels."),
    "enlarged": N_(
        "Enlarged from {width} × {height} to {new_width} × {new_height} pixels; that adds no detail."
    ),
    "black_bars": N_("Black bars fill it up to {px} × {px} pixels."),
    "grey": N_("Colours were turned into grey."),
    "misnamed": N_("The name ends in .{suffix}, but the file holds {format} and was read as that."),
}
"""One sentence for each change and warning of an accepted image."""


def refused(code: str, parameters: dict[str, str | int]) -> ImageRefused:
    """The exception for a refusal; raises KeyError for an unknown code."""
    return ImageRefused(code, REFUSALS[code], **parameters)


def refused_as(refusal: Refused) -> ImageRefused:
    """The exception that says ``refusal`` to a reader."""
    return refused(refusal.code, refusal.parameters)


def change(code: str, parameters: dict[str, str | int]) -> Sentence:
    """The sentence for a change or warning; raises KeyError for an unknown code."""
    return sentence(CHANGES[code], **parameters)
