"""Memory of a process that trains: kept from step to step, given back after the job.

By default glibc returns large blocks to the system as soon as they are free, and the next step gets them
anew, with a page fault for every 4 KiB: of a step's time up to a third, for networks with large or many maps.
"""

import ctypes
import sys
from collections.abc import Mapping
from typing import Final

_NEVER: Final = 2**40
"""Bytes: no block is so large."""


def that_keeps_memory(environment: Mapping[str, str]) -> dict[str, str]:
    """``environment`` for a process that uses again what it has freed; what was chosen there before stays.

    Read at the start of the process, by glibc alone.
    """
    kept = f"glibc.malloc.mmap_threshold={_NEVER}:glibc.malloc.trim_threshold={_NEVER}"
    return {"GLIBC_TUNABLES": kept, **environment}


def give_back() -> None:
    """Return all free memory of this process to the system, where it keeps some."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
