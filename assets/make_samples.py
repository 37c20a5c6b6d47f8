"""Make the sample photographs from those that come with scikit-image 0.25.2.

``pip download --no-deps scikit-image==0.25.2``, then ``python assets/make_samples.py WHEEL``.
Who took them and what allows their use stands in ``assets/samples/README.md`` and, for the
app, in ``resnet_viz/data/photographs.py``.
"""

import io
import sys
import zipfile
from pathlib import Path
from typing import Final

from PIL import Image

FOLDER: Final = Path(__file__).parent / "samples"
SOURCES: Final = {
    "cat": "chelsea.png",
    "coffee": "coffee.png",
    "rocket": "rocket.jpg",
    "camera": "camera.png",
}
LONGEST_PX: Final = 512


def main(wheel: str) -> None:
    """Write all photographs to `FOLDER`, reduced and without metadata."""
    FOLDER.mkdir(exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        for name, file in SOURCES.items():
            with Image.open(io.BytesIO(archive.read(f"skimage/data/{file}"))) as picture:
                small = picture.convert("L" if picture.mode == "L" else "RGB")
            small.thumbnail((LONGEST_PX, LONGEST_PX), Image.Resampling.LANCZOS)
            plain = Image.frombytes(small.mode, small.size, small.tobytes())
            plain.save(FOLDER / f"{name}.jpg", quality=88, optimize=True, progressive=True)


if __name__ == "__main__":
    main(sys.argv[1])
