"""What a network says to all test images: worked out once, a part at a time, and kept by digests."""

import hashlib
import io
import logging
import time
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from resnet_viz.data.load import LoadedData
from resnet_viz.inspection.models import Model
from resnet_viz.kept_files import write_whole

SHIPPED: Final = Path(__file__).parents[2] / "assets" / "models" / "test_logits"
"""Those of the bundled networks for the bundled test images, as `assets/make_models.py` measured them."""

Logits = npt.NDArray[np.float32]

_PART_S: Final = 0.3
"""Others who ask wait no longer than this and one batch."""
_BATCH: Final = 100
_FILES_KEPT: Final = 200
_STARTED_KEPT: Final = 8

_log = logging.getLogger(__name__)


class KnownLogits:
    """Logits of networks for test images.

    Args:
        folder: where new ones are kept; may be missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: dict[str, list[Logits]] = {}

    def ask(self, model: Model, data: LoadedData) -> Logits | float:
        """Logits [N, classes] of ``model`` for the test images of ``data``, or which share of them is done.

        Each question goes on where the last one stopped: ask again and again.
        """
        name = logits_name(model, data)
        shape = (len(data.test_images), len(model.classes))
        known = self._kept(name, shape)
        if known is not None:
            return known
        parts = self._started.setdefault(name, [])
        while len(self._started) > _STARTED_KEPT:
            del self._started[next(iter(self._started))]
        done = sum(map(len, parts))
        until = time.monotonic() + _PART_S
        while done < len(data.test_images):
            parts.append(model.logits(data.test_images[done : done + _BATCH]).numpy())
            done += len(parts[-1])
            if time.monotonic() >= until:
                break
        if done < len(data.test_images):
            return done / len(data.test_images)
        logits = np.concatenate(parts)
        self._keep(name, logits)
        self._started.pop(name, None)
        return logits

    def _kept(self, name: str, shape: tuple[int, int]) -> Logits | None:
        for folder in (SHIPPED, self._folder):
            try:
                logits = np.load(folder / name, allow_pickle=False)
            except FileNotFoundError:
                continue
            except (OSError, ValueError, EOFError):
                _log.warning("%s is not readable and will be made anew", folder / name)
                continue
            if logits.shape == shape and logits.dtype == np.float32:
                return np.asarray(logits)
        return None

    def _keep(self, name: str, logits: Logits) -> None:
        try:
            write_logits(self._folder / name, logits)
            kept = sorted(self._folder.glob("*.npy"), key=lambda path: path.stat().st_mtime)
            for path in kept[:-_FILES_KEPT]:
                path.unlink(missing_ok=True)
        except OSError:  # a full disk costs the time to work it out again
            _log.warning("%s could not be kept", self._folder / name, exc_info=True)


def logits_name(model: Model, data: LoadedData) -> str:
    """The name of the file for these weights and images: it is another one when either changes."""
    network = hashlib.sha256()
    if model.spec is not None:
        network.update(model.spec.network.model_dump_json(exclude_defaults=True).encode())
    for tensor in (model.mean, model.std, *model.network.state_dict().values()):
        network.update(tensor.numpy().tobytes())
    images = hashlib.sha256(data.test_images.numpy().tobytes())
    return f"{network.hexdigest()[:24]}-{images.hexdigest()[:24]}.npy"


def write_logits(path: Path, logits: Logits) -> None:
    """Write ``logits`` to ``path`` whole or not at all; raises OSError."""
    content = io.BytesIO()
    np.save(content, logits)
    write_whole(path, content.getvalue())
