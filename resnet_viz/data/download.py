"""Getting a file over an unreliable network."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """``done_bytes`` of ``total_bytes`` of the data set named ``dataset`` are here."""

    dataset: str
    done_bytes: int
    total_bytes: int
