"""What several seeds say of a quantity: mean and confidence interval, by hand."""

import numpy as np
import pytest

from resnet_viz.findings.intervals import t_interval
from resnet_viz.lab.over_seeds import over_seeds


def test_from_three_seeds_on_there_is_the_interval_of_the_rest_of_the_app() -> None:
    values = np.array([[1.0, 2.0], [1.5, 2.5], [1.1, 4.0]])
    found = over_seeds(values)
    assert found.low is not None
    assert found.high is not None
    for at in (0, 1):
        expected = t_interval(values[:, at].tolist())
        assert (found.mean[at], found.low[at], found.high[at]) == pytest.approx(
            (expected.mean, expected.low, expected.high)
        )


@pytest.mark.parametrize("seeds", [1, 2])
def test_fewer_have_none(seeds: int) -> None:
    found = over_seeds(np.ones((seeds, 4)))
    assert found.mean == pytest.approx([1] * 4)
    assert (found.low, found.high) == (None, None)


def test_the_mean_of_ratios_is_the_geometric_one_and_zero_has_none() -> None:
    found = over_seeds(np.array([[0.01, 0.0], [1.0, 1.0], [100.0, 1.0]]), log=True)
    assert found.mean[0] == pytest.approx(1)
    assert found.low is not None
    assert found.high is not None
    assert found.low[0] * found.high[0] == pytest.approx(1)
    assert np.isnan(found.mean[1])


def test_shares_stay_between_nothing_and_all() -> None:
    found = over_seeds(np.array([[0.1, 0.9], [0.5, 1.0], [0.2, 1.0]]), share=True)
    assert found.low is not None
    assert found.high is not None
    assert found.low[0] == 0
    assert found.high[1] == 1
