"""A chart as plain data: what Plotly draws, without the cost of its Python classes.

Building and encoding the loss chart through `plotly.graph_objects` takes about
ten times as long as this; a live page does it twice a second for each reader. Tests
turn every chart into a validated `go.Figure`, so the names are Plotly's own.
"""

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

if TYPE_CHECKING:
    import plotly.graph_objects as go

_TYPE_CODES = {"float32": "f4", "float64": "f8", "int32": "i4", "int8": "i1", "uint8": "u1"}

Chart = dict[str, Any]
"""``{"data": [trace, …], "layout": {…}}`` as in Plotly's JSON; arrays are NumPy's."""


def to_json(chart: Chart) -> str:
    """The chart as JSON for plotly.js, arrays packed in base64 as plotly.js reads them."""
    return encoded(chart).decode()


def encoded(value: Any) -> bytes:
    """As `to_json`, of anything that holds charts or parts of them: one line."""
    return orjson.dumps(_packed(value), option=orjson.OPT_SERIALIZE_NUMPY)


def to_figure(chart: Chart) -> "go.Figure":
    """The chart as a validated Plotly figure, for exports and tests.

    Raises:
        ValueError: the chart has a property that Plotly does not know.
    """
    import plotly.graph_objects as go  # slow to import, and the live page does not need it

    return go.Figure(chart)


def _packed(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _packed(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_packed(value) for value in part]
    if isinstance(part, np.ndarray):
        packed = {
            "dtype": _TYPE_CODES[part.dtype.name],
            "bdata": b64encode(part.tobytes()).decode(),
        }
        if part.ndim > 1:
            packed["shape"] = ", ".join(map(str, part.shape))
        return packed
    return part
