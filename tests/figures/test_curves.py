"""Smoothing, bands and thinning against numbers worked out by hand."""

import numpy as np
import pytest

from resnet_viz.figures.curves import evenly, over_seeds, thinned, trailing_mean
from tests.made.histories import curve


def test_trailing_mean_is_the_mean_of_the_last_values() -> None:
    smooth = trailing_mean(curve([1, 2, 3, 10]), 2)
    assert smooth.value.tolist() == [1, 1.5, 2.5, 6.5]
    assert smooth.step.tolist() == [0, 1, 2, 3]


def test_trailing_mean_forgets_what_is_not_finite_after_its_window() -> None:
    smooth = trailing_mean(curve([1, np.inf, 3, 4, 5]), 2)
    assert np.isfinite(smooth.value).tolist() == [True, False, False, True, True]
    assert smooth.value[-1] == 4.5


@pytest.mark.parametrize("values", [[], [7.0]])
def test_trailing_mean_of_hardly_anything(values: list[float]) -> None:
    assert trailing_mean(curve(values), 20).value.tolist() == values


def test_trailing_mean_needs_a_window() -> None:
    with pytest.raises(ValueError, match="at least one"):
        trailing_mean(curve([1.0]), 0)


def test_band_is_student_t_with_as_many_seeds_as_have_come_that_far() -> None:
    band = over_seeds([curve([1, 2, 5]), curve([3, 4]), curve([5, np.nan])])
    assert band.step.tolist() == [0, 1, 2]
    assert band.runs.tolist() == [3, 2, 1]
    assert band.mean.tolist() == [3, 3, 5]
    # t(2) = 4.30265, s = 2, n = 3; two seeds have no band.
    assert band.high[0] - 3 == pytest.approx(4.30265 * 2 / 3**0.5, rel=1e-5)
    assert np.isnan(band.low[1:]).all()
    assert np.isnan(band.high[1:]).all()


def test_a_band_of_shares_stays_between_nothing_and_all() -> None:
    band = over_seeds([curve([0.1, 0.5]), curve([0.5, 0.5]), curve([0.9, 0.5])], (0, 1))
    assert (band.low.tolist(), band.high.tolist()) == ([0.0, 0.5], [1.0, 0.5])


def test_seeds_measured_at_different_steps_are_joined() -> None:
    band = over_seeds([curve([1, 2], [0, 50]), curve([3, 4, 9], [0, 25, 50])])
    assert band.step.tolist() == [0, 25, 50]
    assert band.mean.tolist() == [2, 4, 5.5]
    assert band.runs.tolist() == [2, 1, 2]


def test_one_seed_has_no_band() -> None:
    band = over_seeds([curve([1, np.nan, 2])])
    assert band.step.tolist() == [0, 2]
    assert band.mean.tolist() == [1, 2]
    assert np.isnan(band.low).all()


def test_no_seed_gives_an_empty_band() -> None:
    assert len(over_seeds([])) == 0


def test_thinning_keeps_ends_and_extremes() -> None:
    value = np.full(50_000, 1.0)
    value[12_345], value[34_567] = 9, 0.1
    kept = thinned(value, 1000, log=True)
    assert len(kept) <= 1000
    assert {0, 12_345, 34_567, 49_999} <= set(kept.tolist())
    assert (np.diff(kept) > 0).all()


@pytest.mark.parametrize("most", [40, 300, 1000])
def test_what_thinning_chose_stays_chosen_until_a_curve_has_doubled(most: int) -> None:
    """Then a growing curve is sent by its new points alone."""
    value = np.random.default_rng(0).lognormal(size=40_000)
    before, changed = thinned(value[:1000], most), 0
    for count in range(1100, 40_000, 100):
        kept = thinned(value[:count], most)
        assert len(kept) <= most
        same = min(len(before), len(kept))
        if not np.array_equal(before[: same - 3], kept[: same - 3]):  # the last block and the end are open
            changed += 1
        before = kept
    assert changed <= 6, "as often as 1,000 doubles to 40,000"


def test_evenly_spaced_rows_stay_chosen_while_rows_are_added() -> None:
    before = evenly(100, 100)
    for count in range(100, 5000):
        chosen = evenly(count, 100)
        assert len(chosen) <= 100
        assert (chosen[0], chosen[-1]) == (0, count - 1)
        if len(chosen) >= len(before):
            assert np.array_equal(before[:-1], chosen[: len(before) - 1])
        before = chosen
    assert evenly(0, 100).tolist() == []


def test_thinning_leaves_out_what_cannot_be_drawn() -> None:
    value = np.array([1.0, np.nan, 0.0, np.inf, 2.0])
    assert thinned(value).tolist() == [0, 2, 4]
    assert thinned(value, log=True).tolist() == [0, 4]
