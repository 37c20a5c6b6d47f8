"""The processor's name, for records of where something was measured."""

import platform
from functools import cache
from pathlib import Path


@cache
def processor_name() -> str:
    """As Linux tells it, else what Python knows, e.g. ``AMD EPYC`` or ``arm``."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
