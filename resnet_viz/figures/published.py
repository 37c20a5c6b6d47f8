"""Published test errors over depth on their own: nothing in this chart was measured here."""

from collections.abc import Sequence

import numpy as np

from resnet_viz.figures.chart import Chart
from resnet_viz.figures.degradation import PUBLISHED_NOTE, published_trace
from resnet_viz.figures.tables import Columns
from resnet_viz.figures.theme import LIGHT, Theme, axis, layout
from resnet_viz.locale import gettext as _
from resnet_viz.published import PUBLISHED, PublishedCurve
from resnet_viz.wording import percent


def published_chart(curves: Sequence[PublishedCurve] = PUBLISHED, look: Theme = LIGHT) -> Chart:
    """One grey dotted line per published curve."""
    data = [published_trace(curve) | {"xaxis": "x", "yaxis": "y"} for curve in curves]
    x = axis(look, _("Depth (weighted layers)"), hoverformat="d")
    y = axis(look, _("Test error"), tickformat=".0%", rangemode="tozero")
    return {"data": data, "layout": layout(look, "published", x, y, hovermode="closest")}


def how_to_read() -> str:
    """One line for people who see the chart for the first time."""
    return f"{_('Lower is better.')} {_(PUBLISHED_NOTE)}"


def published_table(curves: Sequence[PublishedCurve] = PUBLISHED) -> Columns:
    """One row per published number, with its source."""
    rows = [
        (_(curve.label), depth, error, _(curve.source))
        for curve in curves
        for depth, error in zip(curve.depths, curve.test_errors, strict=True)
    ]
    names, depths, errors, sources = zip(*rows, strict=True) if rows else ((),) * 4
    return {
        _("network"): np.array(names, np.str_),
        _("depth"): np.array(depths, np.int32),
        _("test error"): np.array(errors, np.float64),
        _("source"): np.array(sources, np.str_),
    }


def describe(curves: Sequence[PublishedCurve] = PUBLISHED) -> str:
    """The chart in words."""
    parts = [_("Published test errors over depth, not measured here.")]
    for curve in curves:
        values = [
            _("depth {depth} {error}").format(depth=depth, error=percent(error))
            for depth, error in zip(curve.depths, curve.test_errors, strict=True)
        ]
        parts.append(f"{_(curve.label)}: {', '.join(values)}. {_(curve.source)}")
    return " ".join(parts)
