"""What is at fault when a download fails: the published servers, or the own mirror somebody has set."""

from typing import Final

from resnet_viz.data.download import Different, Failed, Refused, Unreachable
from resnet_viz.data.sources import own_mirror
from resnet_viz.locale import N_

_SENTENCES: Final[dict[type[Failed], tuple[str, str]]] = {
    Unreachable: (
        "download_offline",
        N_(
            "{what} cannot be downloaded: the address in {variable} cannot be reached. Correct or remove "
            "this setting, or choose what needs no download: {bundled}."
        ),
    ),
    Refused: (
        "download_refused",
        N_(
            "{what} cannot be downloaded: it is not at the address in {variable}. Correct or remove this "
            "setting, or choose what needs no download: {bundled}."
        ),
    ),
    Different: (
        "download_different",
        N_(
            "{what} cannot be downloaded: what the address in {variable} has under this name is not what was "
            "published. Correct or remove this setting, or choose what needs no download: {bundled}."
        ),
    ),
}


def setting_at_fault(failure: Failed) -> tuple[str, str] | None:
    """Code and template of the sentence that names the own mirror's setting, where ``failure`` is its fault.

    The address itself stays unsaid: it may hold a password, and others read the page.
    """
    return _SENTENCES.get(type(failure)) if own_mirror("") else None
