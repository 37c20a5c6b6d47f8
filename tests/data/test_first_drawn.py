"""The images that first batches draw are known without torch."""

import pytest
import torch

from resnet_viz.data.batches import BatchOrder
from resnet_viz.data.first_drawn import first_drawn


@pytest.mark.parametrize(("count", "steps"), [(64, 2), (1000, 31), (50_000, 50), (73_257, 50)])
@pytest.mark.parametrize("seed", [0, 1, 4])
def test_they_are_those_of_the_training(count: int, steps: int, seed: int) -> None:
    order = BatchOrder(count, 32, seed)
    drawn = torch.cat([order.next().indices for _step in range(steps)])
    assert first_drawn(count, 32 * steps, seed).tolist() == drawn.tolist()
