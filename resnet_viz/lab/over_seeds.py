"""A quantity that was measured for several seeds: its mean, and from three on a confidence interval."""

from typing import NamedTuple

import numpy as np

from resnet_viz.findings.intervals import FEWEST, t_quantile
from resnet_viz.lab.panel import Numbers, Series


class OverSeeds(NamedTuple):
    """Mean and the ends of its 95% confidence interval, [points]; no ends with fewer than three seeds."""

    mean: Numbers
    low: Numbers | None
    high: Numbers | None


def over_seeds(values: Numbers, *, log: bool = False, share: bool = False) -> OverSeeds:
    """Over the rows of ``values`` [seeds, points]; NaN where a seed has none.

    ``log``: for ratios and whatever is drawn on a logarithmic axis: mean and interval of the logarithm,
    so that the mean is the geometric one. Zero has no logarithm: NaN. ``share``: of 1, which no mean is
    outside of.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        taken = np.where(values > 0, np.log(values), np.nan) if log else values
    mean = taken.mean(0)
    back = np.exp if log else np.asarray
    seeds = len(taken)
    if seeds < FEWEST:
        return OverSeeds(back(mean), None, None)
    reach = t_quantile(seeds - 1) * taken.std(0, ddof=1) / np.sqrt(seeds)
    low, high = back(mean - reach), back(mean + reach)
    return OverSeeds(back(mean), *((low.clip(0, 1), high.clip(0, 1)) if share else (low, high)))


def seed_series(
    name: str,
    x: Numbers,
    values: Numbers,
    family: str = "",
    *,
    log: bool = False,
    share: bool = False,
    variant: int = 0,
) -> Series:
    """The measured line of ``values`` [seeds, points] with its band."""
    found = over_seeds(values, log=log, share=share)
    return Series(name, x, found.mean, family, low=found.low, high=found.high, variant=variant, each=values)
