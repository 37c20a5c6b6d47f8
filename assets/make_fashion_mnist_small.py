"""Make ``assets/data/fashion-mnist-small.npz`` from Debian's package ``dataset-fashion-mnist``.

    python assets/make_fashion_mnist_small.py [FOLDER OF THE PACKAGE]

The images are the first 12,000 of 60,000 and the first 2,000 of 10,000 in the
order of `resnet_viz.data.balanced_order`: 1,200 and 200 of each class.
"""

import gzip
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from resnet_viz.data.arrays import Arrays, write_arrays  # noqa: E402
from resnet_viz.data.balanced_order import balanced_order  # noqa: E402

DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")


def selection(folder: Path) -> Arrays:
    """The balanced subset of the published files in ``folder``; raises `OSError`."""
    parts: list[npt.NDArray[np.uint8]] = []
    for prefix, count in (("train", 12_000), ("t10k", 2_000)):
        pixels = gzip.decompress((folder / f"{prefix}-images-idx3-ubyte.gz").read_bytes())
        classes = gzip.decompress((folder / f"{prefix}-labels-idx1-ubyte.gz").read_bytes())
        images = np.frombuffer(pixels, np.uint8, offset=16).reshape(-1, 1, 28, 28)
        labels = np.frombuffer(classes, np.uint8, offset=8)
        chosen = np.sort(balanced_order(labels)[:count])
        parts += [images[chosen], labels[chosen]]
    return Arrays(*parts)


if __name__ == "__main__":
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else DEBIAN_FOLDER
    target = ROOT / "assets" / "data" / "fashion-mnist-small.npz"
    write_arrays(selection(source), target, compress=True)
    print(target, target.stat().st_size, "bytes")
