"""Looking into networks: a new map, an uploaded photo, a thousand images, a hostile file."""

import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from PIL import Image

from benchmarks.result import Aim, Bench, Result
from benchmarks.untrained import NAMES
from resnet_viz.attribution.attribute import attribute
from resnet_viz.images.fitting import Wanted
from resnet_viz.images.safely import decode_safely
from resnet_viz.inspection.models import load_model
from resnet_viz.jobs.inspector import Inspector
from resnet_viz.ui.server import INSPECTOR_THREADS

_PAIR = ("bundled:plain", "bundled:residual")
_WANTED = Wanted(1, 28, 28)
_IMAGES = 1000
_LOOPED = 200


def new_map(repetitions: int, folder: Path) -> Iterator[Result]:
    """Grad-CAM of both bundled networks through the warm inspector: what a change of layer or class costs."""
    pair = Result("new class or layer → both Grad-CAM maps", "s", aim=Aim("≤", 0.4))
    upload = Result("12-megapixel JPEG → predictions and maps of both", "s", aim=Aim("≤", 2.5))
    photo = _photo()
    with Inspector(folder) as inspector:
        taps = [tap["name"] for tap in inspector.ask("about", {"model": _PAIR[1]}).values["taps"]]
        convolutions = [name for name in taps if "conv" in name]
        image = np.zeros((1, 1, 28, 28), np.uint8)
        _maps(inspector, image, 0, convolutions[-1])  # captum is imported with the first map
        for number in range(max(repetitions, 10)):
            start = perf_counter()
            _maps(inspector, image, number % 10, convolutions[-1 - number % len(convolutions)])
            pair.values.append(perf_counter() - start)
        for _ in range(repetitions):
            start = perf_counter()
            seen = decode_safely(photo, "photo.jpg", _WANTED).prepared.pixels[np.newaxis]
            for model in _PAIR:
                inspector.ask("predict", {"model": model}, {"images": seen})
            _maps(inspector, seen, 0, convolutions[-1])
            upload.values.append(perf_counter() - start)
    yield pair
    yield upload


def published_map(repetitions: int, folder: Path) -> Iterator[Result]:
    """Grad-CAM of two networks of 50 layers at 224 px through the warm inspector, random weights."""
    with Inspector(folder, module="benchmarks.untrained", threads=INSPECTOR_THREADS) as inspector:
        pair = Result(
            "new class or layer → Grad-CAM maps of ResNet-50 and ResNeXt-50 at 224 px, random weights",
            "s",
            aim=Aim("≤", 1.5),
        )
        image = np.random.default_rng(0).integers(0, 256, (1, 3, 224, 224), np.uint8)
        references = [f"torchvision:{name}" for name in NAMES]
        taps = ("layer4.2", "layer1.0", "layer3.5", "layer2.0.conv2")
        _maps(inspector, image, 0, taps[0], references)  # loads the networks, imports captum
        for number in range(max(repetitions, 5)):
            start = perf_counter()
            _maps(inspector, image, number, taps[number % len(taps)], references)
            pair.values.append(perf_counter() - start)
    yield pair


def explained_folder(repetitions: int, folder: Path) -> Iterator[Result]:
    """The command line over a folder, and a script that does the same with one captum call an image.

    Both are whole processes: start, imports, reading the files, predictions, maps, JSON.
    """
    ratio = Result(
        f"explain {_IMAGES} images: script of single captum calls / command line", "×", aim=Aim("≥", 5)
    )
    whole = Result(f"explain {_IMAGES} images, command line", "s")
    images = folder / "images"
    images.mkdir()
    noise = np.random.default_rng(0)
    for number in range(_IMAGES):
        pixels = Image.fromarray(noise.integers(0, 256, (28, 28), np.uint8))
        pixels.save(images / f"{number:04}.png")
    command = [sys.executable, "-m", "resnet_viz", "explain", str(images), "--json"]
    for _ in range(repetitions):
        whole.values.append(_seconds([*command, "--model", _PAIR[1]]))
        ratio.values.append(_seconds([sys.executable, "-c", _SINGLE, str(images)]) / whole.values[-1])
    yield ratio
    yield whole


def _seconds(command: list[str]) -> float:
    start = perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - start


_SINGLE = """
import json, sys
from pathlib import Path
import numpy as np
import torch
from captum.attr import LayerGradCam
from PIL import Image
from resnet_viz.inspection.models import load_model
model = load_model("bundled:residual", Path("."))
tap = next(found.name for found in reversed(model.taps) if found.kind == "block")
method = LayerGradCam(model.network, model.network.get_submodule(tap))
for path in sorted(Path(sys.argv[1]).iterdir()):
    image = model.normalised(torch.from_numpy(np.array(Image.open(path).convert("L")))[None, None])
    logits = model.network(image)
    target = int(logits.argmax())
    values = method.attribute(image, target=target)[0, 0]
    print(json.dumps({"logits": logits[0].tolist(), "map": values.tolist()}))
"""


def many_maps(repetitions: int, folder: Path) -> Iterator[Result]:
    """A folder of images in batches, and a plain loop of captum's LayerGradCam over some of them."""
    from captum.attr import LayerGradCam

    ratio = Result(f"{_IMAGES} Grad-CAM maps: loop of single captum calls / batched", "×", aim=Aim("≥", 5))
    batched = Result(f"{_IMAGES} Grad-CAM maps, batched", "s")
    model = load_model(_PAIR[1], folder)
    tap = next(found.name for found in reversed(model.network.taps) if found.kind == "block")
    generator = torch.Generator().manual_seed(0)
    images = model.normalised(torch.randint(256, (_IMAGES, 1, 28, 28), generator=generator))
    targets = torch.arange(_IMAGES) % 10
    single = LayerGradCam(model.network, model.network.get_submodule(tap))
    attribute(model.network, images[:50], targets[:50], "gradcam", tap)
    for _ in range(repetitions):
        start = perf_counter()
        attribute(model.network, images, targets, "gradcam", tap)
        batched.values.append(perf_counter() - start)
        start = perf_counter()
        for image, target in zip(images[:_LOOPED], targets.tolist(), strict=False):
            single.attribute(image[np.newaxis], target=target)
        ratio.values.append((perf_counter() - start) * _IMAGES / _LOOPED / batched.values[-1])
    yield ratio
    yield batched


def refused_bomb(repetitions: int, folder: Path) -> Iterator[Result]:
    """Largest memory of the process that refuses a decompression bomb."""
    memory = Result("peak memory of the decoder refusing a bomb", "MB", aim=Aim("≤", 300))
    path = folder / "bomb.png"
    path.write_bytes(_bomb())
    for _ in range(repetitions):
        done = subprocess.run(
            [sys.executable, "-c", _REFUSE, str(path)], capture_output=True, text=True, check=True
        )
        memory.values.append(float(done.stdout))
    yield memory


# In a process without torch: a child counts the memory of the parent it was forked from.
_REFUSE = """
import resource, sys
from pathlib import Path
from resnet_viz.errors import ImageRefused
from resnet_viz.images.fitting import Wanted
from resnet_viz.images.safely import decode_safely
try:
    decode_safely(Path(sys.argv[1]).read_bytes(), "bomb.png", Wanted(1, 28, 28))
except ImageRefused:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def _maps(
    inspector: Inspector, images: np.ndarray, target: int, tap: str, models: Sequence[str] = _PAIR
) -> None:
    for model in models:
        asked = {"model": model, "method": "gradcam", "tap": tap}
        inspector.ask("maps", asked, {"images": images, "targets": np.array([target])})


def _photo() -> bytes:
    """A noisy JPEG of 12 megapixels."""
    coarse = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    target = io.BytesIO()
    Image.fromarray(coarse).resize((4000, 3000), Image.Resampling.BILINEAR).save(target, "JPEG", quality=90)
    return target.getvalue()


def _bomb() -> bytes:
    """A PNG of a few kilobytes that declares 400 megapixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(10_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


BENCHES = (
    Bench("maps", "a new map through the warm inspector, and an uploaded photo", new_map),
    Bench("published", "a new map of large published networks", published_map),
    Bench("explain", "a folder of a thousand images on the command line", explained_folder),
    Bench("batch", "attribution of a thousand images", many_maps),
    Bench("bomb", "memory of a refused decompression bomb", refused_bomb),
)
