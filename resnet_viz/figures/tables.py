"""Numbers behind a chart as columns of equal length, for a table on the page and for CSV."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from resnet_viz.locale import gettext as _

Columns = dict[str, npt.NDArray[np.generic]]
"""Heading → values, all of one length."""

Points = tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]


def by_step(columns: Mapping[str, Points]) -> Columns:
    """One row per step that any column knows; NaN where a column has no value."""
    step = np.unique(
        np.concatenate([steps for steps, _values in columns.values()] or [np.empty(0, np.int64)])
    )
    table: Columns = {_("step"): step}
    for heading, (steps, values) in columns.items():
        column = np.full(len(step), np.nan)
        column[np.searchsorted(step, steps)] = values
        table[heading] = column
    return table
