"""Published networks without their publisher: untrained weights under the real names of files and checks.

The list of networks is changed where every process of the app reads it, so that download, checksum and
loading stay what they are.
"""

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import torch
from torchvision.models import get_model

from resnet_viz.networks.torchvision_catalogue import ZOO, ZooEntry

ROOT = Path(__file__).parents[2]
_PROGRAM = """from dataclasses import replace
from resnet_viz.networks.torchvision_catalogue import ZOO
for name, file, size_bytes in {entries!r}:
    ZOO[name] = replace(ZOO[name], file=file, size_bytes=size_bytes)
"""


def untrained_weights(name: str) -> tuple[ZooEntry, bytes]:
    """A file as torchvision publishes them for ``name``, and the entry that names its checksum."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        network = get_model(name, weights=None)
    content = io.BytesIO()
    torch.save(network.state_dict(), content)
    start = hashlib.sha256(content.getvalue()).hexdigest()[:8]
    return replace(ZOO[name], file=f"{name}-{start}.pth", size_bytes=content.tell()), content.getvalue()


def python_path(folder: Path, *entries: ZooEntry) -> str:
    """A PYTHONPATH with which every process lists ``entries`` instead of those published."""
    rows = [(entry.name, entry.file, entry.size_bytes) for entry in entries]
    (folder / "sitecustomize.py").write_text(_PROGRAM.format(entries=rows), encoding="utf-8")
    return f"{folder}:{ROOT}"
