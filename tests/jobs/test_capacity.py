"""How many jobs a machine carries."""

from pathlib import Path

import pytest

from resnet_viz.jobs import capacity
from resnet_viz.jobs.capacity import Capacity, DeviceFacts, Machine, freest

GIB = 2**30


@pytest.mark.parametrize(
    ("cores", "memory_gib", "slots", "threads"),
    [
        (1, 4, 2, 1),  # a race runs side by side even here
        (2, 8, 2, 1),
        (4, 16, 4, 1),
        (8, 32, 4, 2),
        (16, 128, 4, 4),
        (64, 256, 16, 4),
        (64, 6, 4, 4),  # memory is the limit
    ],
)
def test_cores_and_memory_are_shared_out(cores: int, memory_gib: int, slots: int, threads: int) -> None:
    found = Capacity.of(Machine("Linux", cores, memory_gib * GIB))
    assert (found.cpu_slots, found.cpu_threads) == (slots, threads)
    assert found.slots("cpu") == slots
    assert found.slots("cuda") == 2


def test_a_container_s_limits_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cpu.max").write_text("100000 100000\n")
    (tmp_path / "memory.max").write_text(f"{GIB}\n")
    real = capacity._cgroup
    monkeypatch.setattr(capacity, "_cgroup", lambda name: real(name, tmp_path))
    here = Machine.here()
    assert here.cores == 1
    assert here.memory_bytes == GIB


def test_a_container_without_limits_has_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cpu.max").write_text("max 100000\n")
    (tmp_path / "memory.max").write_text("max\n")
    unlimited = Machine.here()
    real = capacity._cgroup
    monkeypatch.setattr(capacity, "_cgroup", lambda name: real(name, tmp_path))
    assert Machine.here() == unlimited
    assert unlimited.cores >= 1
    assert unlimited.memory_bytes > GIB // 4


def test_auto_is_the_fastest_known_device() -> None:
    machine = Machine("Linux", 2, GIB)
    assert machine.device_kind("auto") == "cpu"
    gpu, cpu = DeviceFacts("cuda", "H200", GIB, True), DeviceFacts("cpu", "x86_64", GIB, False)
    with_gpu = Machine("Linux", 2, GIB, (gpu, cpu), "2.11.0")
    assert with_gpu.device_kind("auto") == "cuda"
    assert with_gpu.device_kind("cpu") == "cpu"


@pytest.mark.parametrize(("gpus", "slots"), [(0, 2), (1, 2), (2, 2), (3, 3), (8, 8)])
def test_every_gpu_has_a_run_and_one_alone_the_two_of_a_race(gpus: int, slots: int) -> None:
    cpu = DeviceFacts("cpu", "x86_64", GIB, False)
    devices = (*(DeviceFacts("cuda", "H100", GIB, True) for _ in range(gpus)), cpu)
    machine = Machine("Linux", 64, 256 * GIB, devices)
    assert machine.count("cuda") == gpus
    assert Capacity.of(machine).slots("cuda") == slots
    without = Capacity.of(Machine("Linux", 64, 256 * GIB))
    assert without.with_gpus(gpus) == Capacity.of(machine)


def test_a_run_gets_the_gpu_that_the_fewest_hold() -> None:
    taken: list[int | None] = [None, None]  # runs on the processor hold none
    for _ in range(6):
        taken.append(freest(3, taken))
    assert taken[2:] == [0, 1, 2, 0, 1, 2]
    taken.remove(1)
    assert freest(3, taken) == 1
