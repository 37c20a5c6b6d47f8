"""What this process has used so far, and those that it started and that have ended."""

import os
import sys
from pathlib import Path

import psutil


def cpu_s() -> float:
    """Processor time of all of them; on Windows of this process alone."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def peak_bytes() -> int:
    """The most memory that this process has held."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    memory = psutil.Process().memory_info()
    return int(getattr(memory, "peak_wset", memory.rss))


def peak_bytes_of_ended() -> int:
    """The most that one of the ended ones has held; 0 on Windows, which does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
