"""Student's t against numerical integration of its density, and against a table."""

from math import exp, lgamma, pi, sqrt

import numpy as np
import pytest

from resnet_viz.findings.intervals import t_interval, t_quantile


@pytest.mark.parametrize(
    ("freedom", "table"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (9, 2.262), (19, 2.093), (120, 1.980)],
)
def test_quantiles_of_the_printed_table(freedom: int, table: float) -> None:
    assert t_quantile(freedom) == pytest.approx(table, abs=5e-4)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 8, 13, 30])
def test_quantile_holds_95_percent_of_the_density(freedom: int) -> None:
    t = np.linspace(0, t_quantile(freedom), 20_001)
    scale = exp(lgamma((freedom + 1) / 2) - lgamma(freedom / 2)) / sqrt(freedom * pi)
    density = scale * (1 + t**2 / freedom) ** (-(freedom + 1) / 2)
    assert 2 * np.trapezoid(density, t) == pytest.approx(0.95, abs=1e-6)


def test_interval_of_three() -> None:
    interval = t_interval([1.0, 2.0, 3.0])
    assert interval.mean == 2
    assert interval.high == pytest.approx(2 + 4.30265 / sqrt(3), rel=1e-5)
    assert interval.low == pytest.approx(2 - 4.30265 / sqrt(3), rel=1e-5)
    assert not interval.excludes_zero()
    assert interval.within(5)
    assert not interval.within(4)


def test_one_value_has_no_interval() -> None:
    interval = t_interval([0.5])
    assert (interval.mean, interval.low, interval.high) == (0.5, None, None)
    assert not interval.excludes_zero()
    assert not interval.within(1)


def test_equal_values_have_no_width() -> None:
    assert t_interval([0.1] * 10).excludes_zero()


@pytest.mark.parametrize("values", [[], [1.0, float("nan")], [float("inf")]])
def test_refuses_what_has_no_mean(values: list[float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        t_interval(values)
