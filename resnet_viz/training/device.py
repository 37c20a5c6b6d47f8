"""Which device a run trains on, and what it can do."""

import torch

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.processor import processor_name
from resnet_viz.specs import Device, Precision


def available_devices() -> tuple[str, ...]:
    """Kinds of device torch can use here, the fastest first; ``cpu`` is always last."""
    kinds = []
    if torch.cuda.is_available():
        kinds.append("cuda")
    if torch.backends.mps.is_available():
        kinds.append("mps")
    return (*kinds, "cpu")


def all_devices() -> tuple[torch.device, ...]:
    """Every device by itself, in the order of `available_devices`; several NVIDIA GPUs have numbers."""
    gpus = tuple(torch.device("cuda", number) for number in range(torch.cuda.device_count()))
    others = (torch.device(kind) for kind in available_devices() if kind != "cuda")
    return (*gpus, *others)


def resolve_device(asked: Device) -> torch.device:
    """The device for ``asked``; raises `InvalidSetting` when this machine lacks it."""
    kinds = available_devices()
    if asked == "auto":
        return torch.device(kinds[0])
    if asked not in kinds:
        raise InvalidSetting(
            "device_missing",
            N_("This machine has no {device} device; choose one of: {available}."),
            field="device",
            device=asked,
            available=", ".join(kinds),
        )
    return torch.device(asked)


def device_name(device: torch.device) -> str:
    """The device in a reader's words, e.g. ``NVIDIA H200`` or the processor's."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    return processor_name()


def peak_memory_bytes(device: torch.device) -> int | None:
    """The most that this process has held of a GPU's own memory so far; None where it has none of its own."""
    return torch.cuda.max_memory_reserved(device) if device.type == "cuda" else None


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether ``device`` computes in bfloat16; where it emulates, it is many times slower than float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "mps":
        return bool(torch.backends.mps.is_macos_or_newer(14, 0))
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def check_precision(precision: Precision, device: torch.device) -> None:
    """Raise `InvalidSetting` when ``device`` has no hardware for ``precision``."""
    if precision == "bfloat16" and not has_fast_bfloat16(device):
        raise InvalidSetting(
            "no_bfloat16",
            N_("{device} has no hardware for bfloat16, which would be slower here; choose float32."),
            field="precision",
            device=device_name(device),
        )
