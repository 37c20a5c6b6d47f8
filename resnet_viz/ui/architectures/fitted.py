"""A picture as a network takes it, for networks that no data set was made for."""

import numpy as np
from PIL import Image

from resnet_viz.pictures.colours import Pixels


def fitted(images: Pixels, channels: int, px: int) -> Pixels:
    """The first channel of ``images`` uint8 [B, C, H, W], scaled and repeated: [B, channels, px, px]."""
    scaled = [
        np.asarray(Image.fromarray(one[0]).resize((px, px), Image.Resampling.BILINEAR), np.uint8)
        for one in images
    ]
    return np.repeat(np.stack(scaled)[:, np.newaxis], channels, axis=1)
