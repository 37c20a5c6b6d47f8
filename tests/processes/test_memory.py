"""A process that trains keeps what it frees, until the job is done."""

import os
import platform
import subprocess
import sys

from resnet_viz.processes.memory import that_keeps_memory

_MIB = 2**20
_TAKES_AND_FREES = """
import numpy, psutil
from resnet_viz.processes.memory import give_back

def held():
    return psutil.Process().memory_info().rss

before = held()
blocks = [numpy.ones(64 * 2**20, numpy.uint8) for _ in range(4)]
del blocks
kept = held() - before
give_back()
print(kept, held() - before)
"""


def held_bytes(environment: dict[str, str]) -> tuple[int, int]:
    """Of 256 MiB that a process took and freed: held then, and after it gave memory back."""
    answer = subprocess.run(
        [sys.executable, "-c", _TAKES_AND_FREES], env=environment, capture_output=True, text=True, check=True
    )
    kept, left = answer.stdout.split()
    return int(kept), int(left)


def test_freed_memory_is_kept_for_the_next_step_and_given_back_after_the_job() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "GLIBC_TUNABLES"}
    kept, left = held_bytes(that_keeps_memory(environment))
    assert left < 16 * _MIB
    if platform.libc_ver()[0] == "glibc":
        assert kept > 250 * _MIB
        assert held_bytes(environment)[0] < 16 * _MIB, "else the setting would be of no use"


def test_what_was_chosen_for_the_whole_app_stays() -> None:
    chosen = {"GLIBC_TUNABLES": "glibc.malloc.check=3"}
    assert that_keeps_memory(chosen) == chosen
