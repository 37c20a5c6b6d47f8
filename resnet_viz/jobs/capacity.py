"""What this machine has, told without torch, and how many jobs it carries at once."""

import os
import platform
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, Self

import psutil

_GIBIBYTE = 2**30
_JOB_MEMORY_BYTES = 3 * _GIBIBYTE // 2
_MOST_THREADS = 4
_RACERS = 2


class DeviceFacts(NamedTuple):
    """A device torch can train on; ``memory_bytes`` is the machine's own for ``cpu`` and ``mps``."""

    kind: str
    name: str
    memory_bytes: int
    bfloat16: bool


@dataclass(frozen=True, slots=True)
class Machine:
    """Facts for the device line; ``devices`` (fastest first) and ``torch`` come from the first worker."""

    system: str
    cores: int
    memory_bytes: int
    devices: tuple[DeviceFacts, ...] = ()
    torch: str = ""

    @classmethod
    def here(cls) -> Self:
        """This machine as far as this process may use it: affinity and container limits count."""
        return cls(platform.system(), _usable_cores(), _usable_memory_bytes())

    def device_kind(self, asked: str) -> str:
        """The kind of device a run that asks for ``asked`` will use, as far as is known."""
        kinds = [device.kind for device in self.devices]
        if asked != "auto":
            return asked
        return kinds[0] if kinds else "cpu"

    @property
    def has_gpu(self) -> bool:
        """Whether there is a device besides the processor, as far as is known."""
        return any(device.kind != "cpu" for device in self.devices)

    def count(self, kind: str) -> int:
        """Devices of ``kind``, as far as is known."""
        return sum(device.kind == kind for device in self.devices)


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many runs train at once on the processor and on each kind of accelerator."""

    cpu_slots: int
    cpu_threads: int
    device_slots: int = _RACERS

    @classmethod
    def of(cls, machine: Machine) -> Self:
        """The share-out for ``machine``.

        Small networks gain little from more threads, two one-thread processes
        beat one two-thread process, and the two networks of a race are meant to
        run side by side: never fewer than two slots, even on one core.
        """
        threads = min(_MOST_THREADS, max(1, machine.cores // 4))
        slots = min(machine.cores // threads, machine.memory_bytes // _JOB_MEMORY_BYTES)
        return cls(cpu_slots=max(_RACERS, slots), cpu_threads=threads).with_gpus(machine.count("cuda"))

    def with_gpus(self, count: int) -> Self:
        """The same with a slot for each of ``count`` GPUs; one alone trains the two networks of a race."""
        return replace(self, device_slots=max(_RACERS, count))

    def slots(self, kind: str) -> int:
        """Runs that may train at once on devices of ``kind``."""
        return self.cpu_slots if kind == "cpu" else self.device_slots


def freest(gpus: int, taken: Iterable[int | None]) -> int:
    """The number of the GPU, of ``gpus``, that the fewest hold; ``taken`` has one entry for each holder."""
    held = Counter(taken)
    return min(range(gpus), key=lambda number: (held[number], number))


def this_machine() -> str:
    """What measurements that hold for one machine alone are kept under."""
    return platform.node()


def _usable_cores() -> int:
    # cpu_affinity exists on Linux and Windows only.
    process = psutil.Process()
    cores = len(process.cpu_affinity() or ()) if hasattr(process, "cpu_affinity") else os.cpu_count()
    quota, _, period = _cgroup("cpu.max").partition(" ")
    if quota.isdigit() and period.isdigit():
        return max(1, min(cores or 1, round(int(quota) / int(period))))
    return max(1, cores or 1)


def _usable_memory_bytes() -> int:
    total: int = psutil.virtual_memory().total
    limit = _cgroup("memory.max")
    return min(total, int(limit)) if limit.isdigit() else total


def _cgroup(name: str, root: Path = Path("/sys/fs/cgroup")) -> str:
    """A limit of this container; empty where there is none (no container, other systems)."""
    file = root / name
    return file.read_text().strip() if file.is_file() else ""
