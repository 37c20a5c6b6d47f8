"""The processes that this one has started."""

import os

import psutil


def children_with(*words: str) -> list[psutil.Process]:
    """Those with all ``words`` among the arguments of their command; who ends meanwhile is passed over."""
    return [
        process
        for process in psutil.process_iter(["ppid", "cmdline"])
        if process.info["ppid"] == os.getpid() and {*words} <= {*(process.info["cmdline"] or ())}
    ]
