"""Which images the first batches of a training draw, for those who know no torch."""

import hashlib

import numpy as np
import numpy.typing as npt


def first_drawn(count: int, number: int, seed: int) -> npt.NDArray[np.int64]:
    """The first ``number`` of ``count`` images that `batches.BatchOrder` draws in its first epoch.

    `torch.randperm` on the CPU shuffles by Fisher and Yates with the 32 bits of a Mersenne Twister
    (ATen/native/TensorFactories.cpp, ``randperm_cpu``); NumPy has the same one.

    Args:
        seed: of the training.
    """
    name = hashlib.sha256(f"{seed} order 0".encode()).digest()
    # RandomState, because NumPy promises that its stream never changes.
    random = np.random.RandomState(int.from_bytes(name[:4], "little"))
    moved: dict[int, int] = {}
    found = np.empty(number, np.int64)
    for at, draw in enumerate(random.randint(0, 2**32, number, dtype=np.uint32).tolist()):
        other = at + draw % (count - at)
        found[at] = moved.get(other, other)
        moved[other] = moved.get(at, at)
    return found
