"""Arrays as a file that NumPy reads."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt


def npz(arrays: Mapping[str, npt.ArrayLike]) -> bytes:
    """``arrays`` as the bytes of a compressed .npz file."""
    target = io.BytesIO()
    named: dict[str, Any] = {name: np.asarray(array) for name, array in arrays.items()}
    np.savez_compressed(target, **named)
    return target.getvalue()
