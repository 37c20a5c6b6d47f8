"""What is said when something published cannot be had: whose fault it is, and what needs no download."""

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from resnet_viz.data.catalogue import BUNDLED
from resnet_viz.data.download import Different, Failed, Interrupted, Refused, Unreachable
from resnet_viz.data.sources import MIRROR_VARIABLE, own_mirror
from resnet_viz.errors import DatasetUnavailable, WeightsUnavailable
from resnet_viz.locale import N_

Unavailable = DatasetUnavailable | WeightsUnavailable

_CODES: Final[Mapping[type[Failed], str]] = {
    Unreachable: "download_offline",
    Refused: "download_refused",
    Interrupted: "download_interrupted",
    Different: "download_different",
}


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences for one kind of thing, by their code.

    Attributes:
        error: what is raised.
        field: of the sentences, for its title.
        bundled: what may be chosen instead.
        copies: of its bytes, that have to fit on the disk at once.
    """

    error: type[DatasetUnavailable] | type[WeightsUnavailable]
    field: str
    bundled: str
    copies: int
    sentences: Mapping[str, str]

    def failed(self, failure: Failed, title: str, done_bytes: int, total_bytes: int) -> Unavailable:
        """The error for a download that ended with ``failure``.

        An own mirror is named by its setting. The address itself stays unsaid: it may hold a
        password, and others read the page.
        """
        code = next((code for kind, code in _CODES.items() if isinstance(failure, kind)), "download_offline")
        if own_mirror("") and code in _OWN_MIRROR:
            return self.error(
                code, _OWN_MIRROR[code], what=title, variable=MIRROR_VARIABLE, bundled=self.bundled
            )
        return self._said(code, title, done=done_bytes // 10**6, total=max(1, total_bytes // 10**6))

    def unwritable(self, error: OSError, title: str, place: Path, total_bytes: int) -> Unavailable:
        """The error for a folder ``place`` that cannot be written."""
        if error.errno == errno.ENOSPC:
            total = max(1, self.copies * total_bytes // 10**6)
            return self._said("data_folder_full", title, total=total, folder=str(place))
        reason = error.strerror or type(error).__name__
        return self._said("data_folder_unwritable", title, folder=str(place), reason=reason)

    def _said(self, code: str, title: str, **parameters: str | int) -> Unavailable:
        names = {self.field: title, "bundled": self.bundled}
        return self.error(code, self.sentences[code], **names, **parameters)


DATASET: Final = Words(
    DatasetUnavailable,
    "dataset",
    BUNDLED,
    copies=3,  # as published, unpacked, as arrays
    sentences={
        "download_interrupted": N_(
            "The download of {dataset} was interrupted after {done} of {total} MB; try again to "
            "resume it there. Or choose {bundled}, which needs no download."
        ),
        "download_different": N_(
            "What the servers offer as {dataset} is not the published data set, so it was not used. "
            "Choose {bundled}, which needs no download."
        ),
        "download_refused": N_(
            "The servers no longer offer {dataset} at its known addresses. Choose {bundled}, which "
            "needs no download."
        ),
        "download_offline": N_(
            "{dataset} has to be downloaded, and no server can be reached. Check the connection "
            "and try again, or choose {bundled}, which needs no download."
        ),
        "data_folder_full": N_(
            "The disk is full: {dataset} needs {total} MB in {folder}. Make room and try again, "
            "or choose {bundled}, which needs no download."
        ),
        "data_folder_unwritable": N_(
            "{dataset} cannot be kept in {folder}: {reason}. Make the folder writable, "
            "or choose {bundled}, which needs no download."
        ),
    },
)

WEIGHTS: Final = Words(
    WeightsUnavailable,
    "network",
    "bundled:residual, bundled:plain",
    copies=1,
    sentences={
        "download_interrupted": N_(
            "The download of {network} was interrupted after {done} of {total} MB; try again to "
            "resume it there. Or choose a bundled network, which needs no download: {bundled}."
        ),
        "download_different": N_(
            "What the server offers as the weights of {network} is not what was published, so it was not "
            "used. Choose a bundled network, which needs no download: {bundled}."
        ),
        "download_refused": N_(
            "The server no longer offers the weights of {network} at their known address. Choose a "
            "bundled network, which needs no download: {bundled}."
        ),
        "download_offline": N_(
            "{network} has to be downloaded once ({total} MB), and no server can be reached: check the "
            "connection and try again, or choose a bundled network, which needs no download: {bundled}."
        ),
        "data_folder_full": N_(
            "The disk is full: {network} needs {total} MB in {folder}. Make room and try again, "
            "or choose a bundled network, which needs no download: {bundled}."
        ),
        "data_folder_unwritable": N_(
            "{network} cannot be kept in {folder}: {reason}. Make the folder writable, "
            "or choose a bundled network, which needs no download: {bundled}."
        ),
    },
)

_OWN_MIRROR: Final = {
    "download_offline": N_(
        "{what} cannot be downloaded: the address in {variable} cannot be reached. Correct or remove "
        "this setting, or choose what needs no download: {bundled}."
    ),
    "download_refused": N_(
        "{what} cannot be downloaded: it is not at the address in {variable}. Correct or remove this "
        "setting, or choose what needs no download: {bundled}."
    ),
    "download_different": N_(
        "{what} cannot be downloaded: what the address in {variable} has under this name is not what was "
        "published. Correct or remove this setting, or choose what needs no download: {bundled}."
    ),
}
