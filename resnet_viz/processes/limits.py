"""Bounds that a process sets itself before it touches what is not trusted."""

import contextlib

from resnet_viz.processes.tasks import Bounds


def limit_this_process(bounds: Bounds) -> None:
    """Where the system can: memory, processor time, no files, no core dump."""
    try:
        import resource
    except ImportError:  # Windows: there the starter's deadline and the task's own checks have to do
        return
    limits = {
        resource.RLIMIT_AS: bounds.memory_bytes,
        resource.RLIMIT_CPU: bounds.cpu_s,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, wanted in limits.items():
        _soft, hard = resource.getrlimit(kind)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        # macOS knows the limit of the address space but takes no value for it.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))
